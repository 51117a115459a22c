// Package manpage is `proto man`: the manual pages proto(1) and proto-repl(1), made
// of what --help and the help of the prompt say.
package manpage

import (
	"io"

	"github.com/urfave/cli/v2"

	"proto/modes"
)

const description = `Prints the manual page of proto, or that of a command that has one of its own, for
man(1) to show.`

// Command is the mode's command line. The pages tell of the modes of the list.
func Command(p *modes.Process, list func() []modes.Mode) modes.Mode {
	return modes.Mode{
		Examples: []modes.Example{
			{For: "read it", Command: "proto man | man -l -"},
			{For: "the language of repl", Command: "proto man repl | man -l -"},
			{For: "keep it", Command: "proto man > ~/.local/share/man/man1/proto.1"},
		},
		Words: map[string][]string{"": {"repl"}},
		Command: &cli.Command{
			Name:        "man",
			Usage:       "print the manual page",
			Description: description,
			ArgsUsage:   "[COMMAND]",
			Action: func(c *cli.Context) error {
				if err := modes.Leftover(c, 1); err != nil {
					return err
				}
				return printPage(p, list(), c.Args().First())
			},
		},
	}
}

func printPage(p *modes.Process, list []modes.Mode, name string) error {
	if name == "" {
		_, err := io.WriteString(p.Out, protoPage(list, p.Version))
		return err
	}
	for _, m := range list {
		if m.Name == name && m.Manual != nil {
			_, err := io.WriteString(p.Out, modePage(m, p.Version))
			return err
		}
	}
	return modes.Usage("`proto man` tells of all commands", "there is no manual page for %s", modes.Show(name))
}
