package modes

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
)

const appHelp = `proto - {{.Usage}}

Usage:
  proto COMMAND [FLAGS] [ARGUMENTS]

Commands:{{range .VisibleCommands}}
  {{printf "%-10s" .Name}}{{.Usage}}{{end}}

"proto COMMAND --help" says more. Exit codes: 0 done, 1 not all is well, 2 usage
and configuration, 3 peer, 4 login refused, 130 and 143 stopped by a signal.
`

// commandHelp is the text of `proto COMMAND --help`; the library takes it for a
// template, which it is not any more.
func commandHelp(c *cli.Command) string {
	each := "Each flag"
	if slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return envName(f) == "" }) {
		each = "Each flag that is given once only"
	}
	return fmt.Sprintf("proto %s - %s\n\nUsage:\n  %s\n\n%s\n\nFlags:\n%s\n%s may stand in the environment too: --%s as %s.\n",
		c.Name, c.Usage, strings.TrimSpace("proto "+c.Name+" [FLAGS] "+c.ArgsUsage), c.Description, flagTable(c.Flags), each,
		c.Flags[0].Names()[0], envName(c.Flags[0]))
}

func envName(f cli.Flag) string {
	if d, ok := f.(cli.DocGenerationFlag); ok && len(d.GetEnvVars()) > 0 {
		return d.GetEnvVars()[0]
	}
	return ""
}

// flagTable is one line a flag: its name and value, what it does, its default.
func flagTable(flags []cli.Flag) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range flags {
		d, ok := f.(cli.DocGenerationFlag)
		if !ok {
			continue
		}
		value, usage := cutPlaceholder(d.GetUsage())
		name := "--" + f.Names()[0]
		if len(f.Names()) > 1 {
			name = "-" + f.Names()[1] + ", " + name
		}
		if value != "" {
			name += " " + value
		}
		fmt.Fprintf(w, "  %s\t%s%s\n", name, usage, defaultText(d))
	}
	w.Flush()
	return b.String()
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
	case "", "0", "false":
		return ""
	default:
		if whole, ok := strings.CutSuffix(v, "m0s"); ok {
			v = whole + "m"
		}
		return " (" + v + ")"
	}
}
