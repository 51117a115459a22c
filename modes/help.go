package modes

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// About is the program in one line.
const About = "serve, connect, probe and decode one protocol"

// appHelp is the text of `proto --help`.
func appHelp(list []Mode) string {
	var b strings.Builder
	fmt.Fprintf(&b, "proto - %s\n\nUsage:\n  proto COMMAND [FLAGS] [ARGUMENTS]\n\nCommands:\n", About)
	for _, m := range list {
		if !m.Hidden {
			fmt.Fprintf(&b, "  %-12s%s\n", m.Name, m.Usage)
		}
	}
	b.WriteString(flagTables(FlagGroups(&cli.Command{Flags: AppFlags()})))
	b.WriteString("\n\"proto COMMAND --help\" says more of each.\n\nExit codes:\n")
	for _, e := range ExitCodes() {
		name := e.Codes
		for _, line := range wrap(e.Meaning, helpWidth-12) {
			fmt.Fprintf(&b, "  %-10s%s\n", name, line)
			name = ""
		}
	}
	return b.String()
}

// helpWidth is how wide help is, in columns: that of the terminals people have
// always had.
const helpWidth = 80

// commandHelp is the text of `proto COMMAND --help`; the library takes it for a
// template, which it is not any more.
func commandHelp(m Mode) string {
	var b strings.Builder
	fmt.Fprintf(&b, "proto %s - %s\n\nUsage:\n  %s\n\n%s\n", m.Name, m.Usage, usageLine(m.Command), strings.Join(wrap(m.Description, helpWidth), "\n"))
	if len(m.Examples) > 0 {
		b.WriteString("\nExamples:\n")
	}
	for _, e := range m.Examples {
		fmt.Fprintf(&b, "  # %s\n  %s\n", e.For, strings.ReplaceAll(e.Command, "\n", "\n  "))
	}
	b.WriteString(flagTables(FlagGroups(m.Command)))
	if note := envNote(m.Command); note != "" {
		b.WriteString("\n" + note + "\n")
	}
	return strings.ReplaceAll(b.String(), "{{", `{{"{{"}}`)
}

func usageLine(c *cli.Command) string {
	line := "proto " + c.Name
	if len(c.Flags) > 0 {
		line += " [FLAGS]"
	}
	return strings.TrimSpace(line + " " + c.ArgsUsage)
}

func envNote(c *cli.Command) string {
	if len(c.Flags) == 0 || envName(c.Flags[0]) == "" {
		return ""
	}
	each := "Each flag"
	if slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return envName(f) == "" }) {
		each = "Each flag that is given once only"
	}
	return strings.Join(wrap(fmt.Sprintf("%s may stand in the environment too: --%s as %s.",
		each, c.Flags[0].Names()[0], envName(c.Flags[0])), helpWidth), "\n")
}

func envName(f cli.Flag) string {
	if d, ok := f.(cli.DocGenerationFlag); ok && len(d.GetEnvVars()) > 0 {
		return d.GetEnvVars()[0]
	}
	return ""
}

// flagTables is a table a group, all with one column of names: each flag's name and
// value, what it does, its default.
func flagTables(groups []FlagGroup) string {
	width := 0
	for _, g := range groups {
		for _, f := range g.Flags {
			width = max(width, utf8.RuneCountInString(f.form()))
		}
	}
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "\n%s:\n", g.Heading)
		for _, f := range g.Flags {
			name := f.form()
			for _, line := range wrap(f.Said(), helpWidth-width-4) {
				fmt.Fprintf(&b, "  %-*s  %s\n", width, name, line)
				name = ""
			}
		}
	}
	return b.String()
}

// form is the flag as it is typed: -f, --file FILE.
func (f FlagText) form() string {
	form := f.Names[0]
	if len(f.Names) > 1 {
		form = f.Names[1] + ", " + form
	}
	if f.Value != "" {
		form += " " + f.Value
	}
	return form
}

// Said is what the flag does, and its default.
func (f FlagText) Said() string {
	if f.Default == "" {
		return f.Usage
	}
	return f.Usage + " (" + f.Default + ")"
}

// wrap breaks a text into lines of at most so many columns, between words.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// cutPlaceholder finds the word between back quotes, which names the value.
func cutPlaceholder(usage string) (value, plain string) {
	before, rest, ok := strings.Cut(usage, "`")
	if !ok {
		return "", usage
	}
	value, after, _ := strings.Cut(rest, "`")
	return value, before + value + after
}

func defaultText(d cli.DocGenerationFlag) string {
	switch v := strings.Trim(d.GetValue(), `[]"`); v {
	case "", "0", "0s", "false":
		return ""
	default:
		if whole, ok := strings.CutSuffix(v, "m0s"); ok {
			v = whole + "m"
		}
		return v
	}
}
