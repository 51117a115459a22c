package modes

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// NewApp puts the modes together. The library must neither print an error nor
// exit: that is Report's and main's.
func NewApp(p *Process, commands []*cli.Command) *cli.App {
	for _, c := range commands {
		c.OnUsageError = UsageError
		c.CustomHelpTemplate = commandHelp(c)
		c.HideHelpCommand = true
	}
	return &cli.App{
		Name: "proto", Usage: "serve, connect, probe and decode one protocol",
		Version: p.Version, HideVersion: true, HideHelpCommand: true,
		Commands: commands, Writer: p.Out, ErrWriter: p.Err,
		CustomAppHelpTemplate: appHelp,
		OnUsageError:          UsageError,
		ExitErrHandler:        func(*cli.Context, error) {},
		Flags:                 []cli.Flag{&cli.BoolFlag{Name: "version", Usage: "print the version"}},
		Action: func(c *cli.Context) error {
			if c.Bool("version") {
				_, err := fmt.Fprintf(p.Out, "proto %s\n", p.Version)
				return err
			}
			if c.NArg() == 0 {
				return Usage("`proto --help` lists the commands", "which command? there are %s", listed(names(commands)))
			}
			return unknownCommand(c.Args().First(), commands)
		},
	}
}

// Run runs the app with the command's flags put before its arguments.
func Run(ctx context.Context, app *cli.App, args []string) error {
	line := append([]string{app.Name}, args...)
	var command *cli.Command
	if len(args) > 0 {
		command = app.Command(args[0])
	}
	if command != nil {
		arranged, err := Arrange(command, args[1:])
		if err != nil {
			return err
		}
		line = append([]string{app.Name, command.Name}, arranged...)
	} else if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		// Before the command there are no flags but the app's own.
		arranged, err := Arrange(&cli.Command{Flags: app.Flags}, args[:1])
		if err != nil {
			return err
		}
		line = append([]string{app.Name}, arranged...)
	}
	return app.RunContext(ctx, line)
}

func names(commands []*cli.Command) (names []string) {
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return names
}

// listed is "a, b and c".
func listed(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func unknownCommand(name string, commands []*cli.Command) error {
	hint := "`proto --help` lists the commands"
	if near := Nearest(name, names(commands)); near != "" {
		hint = "did you mean `proto " + near + "`?"
	}
	return Usage(hint, "unknown command %s", quote(name))
}
