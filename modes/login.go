package modes

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"proto/keys"
	"proto/wire"
)

// A Login is what HELLO says of the user.
type Login struct {
	User     string
	Password string
}

// LoginFlags say who logs in. The password has no flag: it would stand in the
// list of processes and in the shell's history.
func LoginFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "user", Usage: "log in as `NAME`; asked for on a terminal", EnvVars: []string{"PROTO_USER"}},
		&cli.StringFlag{Name: "password-file", Usage: "the password is in `FILE`, - is stdin; else in PROTO_PASSWORD, else asked for", EnvVars: []string{"PROTO_PASSWORD_FILE"}},
	}
}

// Login reads the login flags and asks on the terminal for what they do not give.
func (p *Process) Login(c *cli.Context) (l Login, err error) {
	return p.LoginFrom(c, func(prompt string, hidden bool) (string, error) {
		if !hidden {
			return p.Ask(prompt)
		}
		b, err := p.AskHidden(prompt)
		return string(b), err
	})
}

// LoginFrom is Login for a mode that has a way of its own to ask for a line,
// hidden for one that must not be seen.
func (p *Process) LoginFrom(c *cli.Context, ask func(prompt string, hidden bool) (string, error)) (l Login, err error) {
	l.User = c.String("user")
	file, password := c.String("password-file"), p.Env("PROTO_PASSWORD")
	if !p.InTerminal && (l.User == "" || file == "" && password == "") {
		return l, Usage("give --user and --password-file, or PROTO_USER and PROTO_PASSWORD",
			"cannot ask for the %s: stdin is no terminal", missing(l.User))
	}
	if l.User == "" {
		if l.User, err = ask("User name: ", false); err != nil {
			return l, err
		}
	}
	switch {
	case file == "-":
		l.Password, err = readLine(p.In)
	case file != "":
		var b []byte
		b, err = keys.ReadSecretFile(file)
		l.Password = string(b)
	case password != "":
		l.Password = password
	default:
		l.Password, err = ask("Password: ", true)
	}
	if err != nil {
		return l, Coded(ExitUsage, err)
	}
	return l, l.check()
}

func missing(user string) string {
	if user == "" {
		return "user name"
	}
	return "password"
}

// loginHint says what a login may be.
const loginHint = "servers of this protocol take user names of up to 64 bytes and passwords of up to 72"

// check holds a login against the limits of what is sent.
func (l Login) check() error {
	_, err := wire.AppendHello(nil, wire.Hello{User: l.User, Password: l.Password})
	if err != nil {
		return Usage(loginHint, "cannot log in: %v", err)
	}
	return nil
}

// Ask asks for a line on the terminal.
func (p *Process) Ask(prompt string) (string, error) {
	p.prompt(prompt)
	line, err := readLine(p.In)
	if p.asking.Store(false); err != nil {
		fmt.Fprintln(p.Err) // the prompt's line has not ended
	}
	return line, err
}

// AskHidden asks for a line on the terminal, without echo.
func (p *Process) AskHidden(prompt string) ([]byte, error) {
	p.prompt(prompt)
	line, err := p.ReadHidden()
	p.asking.Store(false)
	fmt.Fprintln(p.Err)
	if err != nil {
		return nil, Usage("", "cannot read from the terminal: %s", Plain(err))
	}
	return line, nil
}

func (p *Process) prompt(text string) {
	p.asking.Store(true)
	fmt.Fprint(p.Err, text)
}

// Interruptible does something that may wait for a person or a file until a
// signal comes. It cannot be stopped then: it is left behind for the end of the
// process, which is near, and the terminal gets its echo back.
func Interruptible[T any](p *Process, do func() (T, error)) (got T, err error) {
	type result struct {
		got T
		err error
	}
	done := make(chan result, 1)
	go func() {
		got, err := do()
		done <- result{got, err}
	}()
	select {
	case r := <-done:
		return r.got, r.err
	case sig := <-p.Signals:
		if p.asking.Load() {
			p.RestoreTerminal()
			fmt.Fprintln(p.Err)
		}
		return got, SignalError(sig)
	}
}

// maxLine bounds a line that is asked for, in bytes.
const maxLine = 4096

// readLine reads one line, byte by byte, so that nothing behind it is lost.
func readLine(r io.Reader) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) < maxLine {
		_, err := io.ReadFull(r, b[:])
		if err == io.EOF && len(line) > 0 {
			b[0], err = '\n', nil
		}
		if err == io.EOF {
			return "", Usage("", "cannot read from stdin: it has ended")
		}
		if err != nil {
			return "", Usage("", "cannot read from stdin: %s", Plain(err))
		}
		if b[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, b[0])
	}
	return "", Usage("", "cannot read from stdin: a line of over %d bytes", maxLine)
}
