package completion

import (
	"embed"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"proto/modes"
)

//go:embed proto.bash proto.zsh proto.fish
var files embed.FS

func shells() []string { return []string{"bash", "zsh", "fish"} }

const description = `Prints a script for your shell. With it TAB completes the commands of proto, their
flags and what these take: formats, addresses, the scripts within the program, files.`

// Command is `proto completion`.
func Command(p *modes.Process) modes.Mode {
	return modes.Mode{
		Words: map[string][]string{"": shells()},
		Examples: []modes.Example{
			{For: "bash, in ~/.bashrc", Command: `eval "$(proto completion bash)"`},
			{For: "zsh, in ~/.zshrc, behind compinit", Command: `eval "$(proto completion zsh)"`},
			{For: "fish, once", Command: "proto completion fish > ~/.config/fish/completions/proto.fish"},
		},
		Command: &cli.Command{
			Name:        "completion",
			Usage:       "print a script that completes command lines",
			ArgsUsage:   strings.Join(shells(), "|"),
			Description: description,
			Action:      func(c *cli.Context) error { return printScript(c, p.Out) },
		},
	}
}

// Asked is what the scripts ask, a hidden command. It completes the modes of the list.
func Asked(p *modes.Process, list func() []modes.Mode) modes.Mode {
	return modes.Mode{Command: &cli.Command{
		Name: "__complete", Hidden: true, SkipFlagParsing: true,
		Action: func(c *cli.Context) error {
			print(p.Out, complete(list(), c.Args().Slice()))
			return nil // nobody reads errors here
		},
	}}
}

func printScript(c *cli.Context, out io.Writer) error {
	if err := modes.Leftover(c, 1); err != nil {
		return err
	}
	hint := "it is one of " + strings.Join(shells(), ", ")
	shell := c.Args().First()
	if shell == "" {
		return modes.Usage(hint, "which shell?")
	}
	text, err := files.ReadFile("proto." + shell)
	if err != nil {
		return modes.Usage(hint, "there is no completion for %s", modes.Show(shell))
	}
	_, err = out.Write(text)
	return err
}

// print writes a line for each candidate, WORD TAB DESCRIPTION, and ":files N" if
// the name of a file may stand behind the first N bytes of the word.
func print(out io.Writer, a answer) {
	for _, c := range a.words {
		fmt.Fprintf(out, "%s\t%s\n", c.text, c.about)
	}
	if a.files {
		fmt.Fprintf(out, ":files %d\n", a.from)
	}
}
