package modes

import (
	"context"
	"strings"

	"github.com/urfave/cli/v2"
)

// NewApp puts the modes together. The library must neither print an error nor
// exit: that is Report's and main's.
func NewApp(p *Process, list []Mode) *cli.App {
	var commands []*cli.Command
	for _, m := range list {
		m.OnUsageError = UsageError
		m.CustomHelpTemplate = commandHelp(m)
		m.HideHelpCommand = true
		commands = append(commands, m.Command)
	}
	return &cli.App{
		Name: "proto", Usage: About,
		Version: p.Version.Number, HideVersion: true, HideHelpCommand: true,
		Commands: commands, Writer: p.Out, ErrWriter: p.Err,
		CustomAppHelpTemplate: appHelp(list),
		OnUsageError:          UsageError,
		ExitErrHandler:        func(*cli.Context, error) {},
		Flags:                 AppFlags(),
		Action: func(c *cli.Context) error {
			if c.Bool("version") {
				return p.Version.Print(p.Out, c.Bool("json"))
			}
			if c.Bool("json") {
				return Usage("behind the command it is the command's: proto connect --json", "--json without --version")
			}
			if c.NArg() == 0 {
				return Usage("`proto --help` lists the commands", "which command? there are %s", listed(visible(commands)))
			}
			return unknownCommand(c.Args().First(), commands)
		},
	}
}

// AppFlags are proto's own, which need no command.
func AppFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "version", Usage: "print the version"},
		&cli.BoolFlag{Name: "json", Usage: "print the version as a JSON object"},
	}
}

// Run runs the app with the command's flags put before its arguments.
func Run(ctx context.Context, app *cli.App, args []string) error {
	line := append([]string{app.Name}, args...)
	var command *cli.Command
	if len(args) > 0 {
		command = app.Command(args[0])
	}
	if command != nil && !command.SkipFlagParsing {
		arranged, err := Arrange(command, args[1:])
		if err != nil {
			return err
		}
		line = append([]string{app.Name, command.Name}, arranged...)
		return sayVariable(command, arranged, app.RunContext(ctx, line))
	} else if command == nil && len(args) > 0 && strings.HasPrefix(args[0], "-") {
		// Before the command there are no flags but the app's own.
		own := 1
		for own < len(args) && strings.HasPrefix(args[own], "-") {
			own++
		}
		arranged, err := Arrange(&cli.Command{Flags: app.Flags}, args[:own])
		if err != nil {
			return err
		}
		line = append([]string{app.Name}, arranged...)
	}
	return app.RunContext(ctx, line)
}

func visible(commands []*cli.Command) (names []string) {
	for _, c := range commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
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
	if near := Nearest(name, visible(commands)); near != "" {
		hint = "did you mean `proto " + near + "`?"
	}
	return Usage(hint, "unknown command %s", quote(name))
}
