// Package repl is `proto repl`: it sends HELLO, DATA_REQUEST and CLOSE, right or
// wrong in any way, by hand or by scripts with expectations, and shows every
// answer decoded. The language of both is in package language.
package repl

import (
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"proto/modes"
	"proto/modes/repl/language"
	"proto/modes/repl/report"
	"proto/scripts"
	"proto/wire"
)

const description = `Opens a prompt at which frames are sent to the server at ADDRESS (HOST:PORT, HOST
with port 5000, or local, a throw-away server started within the process). With
--file it runs scripts of the same commands, with --command one command; when
stdin is no terminal, its lines are the script. "help" at the prompt is the manual.`

// Command is the mode's command line.
func Command(p *modes.Process) modes.Mode {
	introduction, commands := language.ManualParts()
	manual := &modes.Manual{Introduction: introduction, Commands: commands}
	return modes.Mode{Examples: examples(), Words: words(), Manual: manual, Command: &cli.Command{
		Name:        "repl",
		Usage:       "probe a server by hand or by script",
		ArgsUsage:   "[ADDRESS]",
		Description: description,
		Flags:       flags(),
		Action: func(c *cli.Context) error {
			if err := modes.Leftover(c, 1); err != nil {
				return err
			}
			o, err := read(c)
			if err != nil {
				return err
			}
			return o.start(c, p)
		},
	}}
}

func examples() []modes.Example {
	return []modes.Example{
		{For: "try it by hand", Command: "proto repl local"},
		{For: "what a server does by the protocol, and what not", Command: "proto repl 127.0.0.1:5000 -f conformance --user test --password-file pw"},
		{For: "one exchange from the command line", Command: `proto repl local -c hello -c "expect HELLO_ACK +token" -c request`},
	}
}

// words are what a shell may offer.
func words() map[string][]string {
	w := map[string][]string{"": modes.AddressWords(), "file": scriptWords(scripts.Files())}
	for _, format := range report.Formats() {
		w["report"] = append(w["report"], format+"=")
	}
	return w
}

func flags() []cli.Flag {
	return slices.Concat(
		modes.Group("Login", modes.LoginFlags()...),
		modes.Group("Scripts",
			&cli.GenericFlag{Name: "file", Aliases: []string{"f"}, Usage: "run the script `FILE`, or all of a folder; - is stdin; may be repeated", Value: &list{}},
			&cli.GenericFlag{Name: "command", Aliases: []string{"c"}, Usage: "run one `COMMAND`; may be repeated", Value: &list{}},
			&cli.GenericFlag{Name: "run", Usage: "run only tests whose id begins with `PREFIX`; may be repeated", Value: &list{}},
			&cli.GenericFlag{Name: "var", Usage: "set a variable; `NAME=VALUE`, may be repeated", Value: &list{}},
			&cli.GenericFlag{Name: "report", Usage: "write `FORMAT=FILE`: tap, junit or json; - is stdout; may be repeated", Value: &list{}},
			&cli.BoolFlag{Name: "list", Usage: "list the tests and run none", EnvVars: []string{"PROTO_LIST"}},
			&cli.BoolFlag{Name: "check", Usage: "read the scripts and run none", EnvVars: []string{"PROTO_CHECK"}},
			&cli.BoolFlag{Name: "strict", Usage: "a should that is not met is a failure", EnvVars: []string{"PROTO_STRICT"}},
			&cli.IntFlag{Name: "jobs", Usage: "run `N` tests at once", Value: 1, EnvVars: []string{"PROTO_JOBS"}},
		),
		modes.Group("Session",
			&cli.DurationFlag{Name: "timeout", Usage: "wait at most `TIME` for a connection and for each answer", Value: 5 * time.Second, EnvVars: []string{"PROTO_TIMEOUT"}},
			&cli.StringFlag{Name: "mac", Usage: "say that this is our MAC `ADDRESS`; else that of a network card", EnvVars: []string{"PROTO_MAC"}},
		),
		modes.Group("Output",
			modes.RecordFlag(),
			&cli.BoolFlag{Name: "secrets", Usage: "do not hide passwords, tokens and keys", EnvVars: []string{"PROTO_SECRETS"}},
		),
		modes.Group("Trust", modes.TrustFlags()...),
	)
}

// list is the value of a flag that may be repeated. The library's own would take
// a comma for the end of a value.
type list struct{ values []string }

// sameAgain is what the library sets a flag to once more, under its other name: no
// argument can hold a NUL.
const sameAgain = "\x00"

func (l *list) Set(value string) error {
	if value != sameAgain {
		l.values = append(l.values, value)
	}
	return nil
}

// Serialize is the value as the library gives it to the flag's other name.
func (l *list) Serialize() string { return sameAgain }

func (l *list) String() string { return strings.Join(l.values, " ") }

// options are the flags, checked.
type options struct {
	local    bool
	address  string // HOST:PORT
	files    []string
	commands []string
	run      []string
	vars     map[string]string
	reports  []reportFile
	list     bool
	check    bool
	strict   bool
	jobs     int
	timeout  time.Duration
	mac      string
	record   string
	secrets  bool
	again    string
}

func values(c *cli.Context, name string) []string {
	if l, ok := c.Generic(name).(*list); ok {
		return l.values
	}
	return nil
}

func read(c *cli.Context) (o *options, err error) {
	o = &options{
		files: values(c, "file"), commands: values(c, "command"), run: values(c, "run"),
		list: c.Bool("list"), check: c.Bool("check"), strict: c.Bool("strict"), jobs: c.Int("jobs"),
		timeout: modes.Duration(c, "timeout"), mac: c.String("mac"), record: c.String("record"), secrets: c.Bool("secrets"),
	}
	switch {
	case o.jobs < 1:
		return nil, modes.Usage("1 runs one after the other", "--jobs cannot be %d", o.jobs)
	case o.timeout <= 0:
		return nil, modes.Usage("5s is usual", "--timeout cannot be %v: it must be above zero", o.timeout)
	case len(o.mac) > wire.MaxMAC:
		return nil, modes.Usage("a MAC is usually written f8:94:c2:02:86:ee", "--mac cannot be longer than %d bytes", wire.MaxMAC)
	case len(o.files) > 0 && len(o.commands) > 0:
		return nil, modes.Usage("put the command into a file", "--file and --command cannot go together")
	case slices.Contains(o.files, "-") && c.String("password-file") == "-":
		return nil, modes.Usage("PROTO_PASSWORD may hold the password", "stdin cannot be both the script and the password")
	}
	if o.mac == "" {
		o.mac = modes.OwnMAC()
	}
	if o.vars, err = readVars(values(c, "var")); err != nil {
		return nil, err
	}
	if o.reports, err = readReports(values(c, "report")); err != nil {
		return nil, err
	}
	o.again = again(c)
	return o, o.readAddress(c)
}

func (o *options) readAddress(c *cli.Context) error {
	address := modes.DefaultAddress
	if c.NArg() > 0 {
		address = c.Args().First()
	}
	if o.local = address == "local"; o.local {
		return nil
	}
	host, port, err := modes.ParseAddress(address)
	if err == nil && port == "0" {
		err = modes.Usage("give the port that `proto serve` printed", "cannot connect to port 0")
	}
	o.address = joinAddress(host, port)
	return err
}

func readVars(list []string) (map[string]string, error) {
	vars := make(map[string]string)
	for _, v := range list {
		name, value, ok := strings.Cut(v, "=")
		if !ok || !isFieldName(name) {
			return nil, modes.Usage("it is written: --var NAME=VALUE", "--var cannot be %s", modes.Show(v))
		}
		vars[name] = value
	}
	return vars, nil
}

// reportFile is one --report.
type reportFile struct {
	format, name string
	file         *os.File // nil for stdout
}

func readReports(list []string) (files []reportFile, err error) {
	stdout := 0
	for _, v := range list {
		format, name, ok := strings.Cut(v, "=")
		if !ok || name == "" || !slices.Contains(report.Formats(), format) {
			return nil, modes.Usage("it is written: --report FORMAT=FILE; the formats are "+strings.Join(report.Formats(), ", "), "--report cannot be %s", modes.Show(v))
		}
		if name == "-" {
			stdout++
		}
		files = append(files, reportFile{format: format, name: name})
	}
	if stdout > 1 {
		return nil, modes.Usage("give one of them a file", "only one report can go to stdout")
	}
	return files, nil
}

// again is the command line as far as it tells where and as whom tests ran.
func again(c *cli.Context) string {
	words := []string{"proto", "repl"}
	if c.NArg() > 0 {
		words = append(words, c.Args().First())
	}
	for _, name := range []string{"user", "password-file", "ca", "pin", "mac"} {
		if c.IsSet(name) && c.String(name) != "" {
			words = append(words, "--"+name, modes.ShellWord(c.String(name)))
		}
	}
	for _, name := range []string{"insecure", "strict"} {
		if c.Bool(name) {
			words = append(words, "--"+name)
		}
	}
	if c.IsSet("timeout") {
		words = append(words, "--timeout", modes.Duration(c, "timeout").String())
	}
	for _, v := range values(c, "var") {
		words = append(words, "--var", modes.ShellWord(v))
	}
	return strings.Join(words, " ")
}
