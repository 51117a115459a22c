package modes

import "github.com/urfave/cli/v2"

// A Mode is a command of proto: what the flag library has to know of it, and what only
// its help, its manual page and the completion of shells tell.
type Mode struct {
	*cli.Command
	Examples []Example

	// Words are what may stand for a flag's value, by the flag's name; for the argument
	// under "". A placeholder FILE or SOURCE stands for the names of files besides.
	Words map[string][]string

	Manual *Manual // of a language of its own; nil if it has none
}

// A Manual is a text about a language.
type Manual struct {
	Introduction []string // paragraphs; one that begins with a blank is a table
	Commands     []string // the forms of a command, its text indented by two blanks, its examples by four
}

// An Example is a command to type, and what it is good for.
type Example struct {
	For     string // a phrase, lower case, no full stop
	Command string // a line of a shell, or more
}

// AddressWords are the addresses that are offered for an argument.
func AddressWords() []string { return []string{"local", DefaultAddress, "localhost:" + DefaultPort} }

// Group puts flags under one heading in help.
func Group(heading string, flags ...cli.Flag) []cli.Flag {
	for _, f := range flags {
		switch f := f.(type) {
		case *cli.BoolFlag:
			f.Category = heading
		case *cli.DurationFlag:
			f.Category = heading
		case *cli.GenericFlag:
			f.Category = heading
		case *cli.IntFlag:
			f.Category = heading
		case *cli.StringFlag:
			f.Category = heading
		case *cli.StringSliceFlag:
			f.Category = heading
		}
	}
	return flags
}

// A FlagGroup is the flags under one heading.
type FlagGroup struct {
	Heading string
	Flags   []FlagText
}

// FlagText is what there is to say of a flag.
type FlagText struct {
	Names      []string // --name first, then -n
	Value      string   // what its value is called; "" if it takes none
	Usage      string
	Default    string // "" if that goes without saying
	Env        string // the variable that stands for it; "" if there is none
	Repeatable bool
}

// FlagGroups are a command's flags in their groups, each where its first flag stands.
func FlagGroups(c *cli.Command) (groups []FlagGroup) {
	at := make(map[string]int)
	for _, f := range c.Flags {
		if f == cli.HelpFlag {
			continue // which the library adds
		}
		heading := "Flags"
		if g, ok := f.(cli.CategorizableFlag); ok && g.GetCategory() != "" {
			heading = g.GetCategory()
		}
		i, ok := at[heading]
		if !ok {
			i = len(groups)
			at[heading] = i
			groups = append(groups, FlagGroup{Heading: heading})
		}
		groups[i].Flags = append(groups[i].Flags, flagText(f))
	}
	return groups
}

func flagText(f cli.Flag) FlagText {
	t := FlagText{Names: []string{"--" + f.Names()[0]}, Env: envName(f)}
	for _, short := range f.Names()[1:] {
		t.Names = append(t.Names, "-"+short)
	}
	if d, ok := f.(cli.DocGenerationFlag); ok {
		t.Value, t.Usage = cutPlaceholder(d.GetUsage())
		t.Default = defaultText(d)
	}
	switch f.(type) {
	case *cli.StringSliceFlag, *cli.GenericFlag:
		t.Repeatable = true
	}
	return t
}
