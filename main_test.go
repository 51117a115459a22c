package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"proto/modes"
)

// The command line is tested by scripts: modes/testdata/MODE_TOPIC.txtar, in the
// language of testscript with the commands below. `go test . -update` rewrites
// what the scripts expect of the output.
//
//	transcript FILE          run each line of FILE that begins with "$ " in a shell;
//	                         stdout is then FILE with what really came
//	exits CODE PROGRAM ...   run, and want this exit code
//	serve FLAG ...           start `proto serve`, on a free port if there is no --listen;
//	                         set ADDR, PORT, PIN and CERT from what it announces
//	logged COUNT PATTERN     wait until its log has matched PATTERN so often
//	signal INT|TERM          send it to that server, want exit code 0; stdout and stderr
//	                         are then all that it wrote
//	hangup                   send HUP to that server
//	mute, refused, plain     set ADDR to where somebody listens and never answers,
//	                         to where nobody listens, to a server that knows no TLS
//	cert NAME OPTION=V ...   make NAME.crt and NAME.key, see certificate_test.go
//	users FILE NAME:PASSWORD ...  make a users file
//	module                   ready the go command for programs of another module, which
//	                         has this one at $MODULE
//	terminal FILE PROGRAM ... run on a pseudo terminal, see terminal_linux_test.go
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"transcript": transcript,
	"exits":      exits,
	"serve":      startServer,
	"logged":     waitLogged,
	"signal":     stopServer,
	"hangup":     hangUp,
	"mute":       mute,
	"refused":    refused,
	"plain":      plain,
	"cert":       cert,
	"users":      users,
	"module":     module,
}

var update = flag.Bool("update", false, "rewrite what the scripts expect")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"proto":   func() { os.Exit(run(modes.FromOS(modes.NewVersion("0.0.0-test", "0123abc", "2026-01-02T03:04:05Z")))) },
		"environ": writeEnvironment,
	})
}

const scriptDir = "modes/testdata"

var scriptName = regexp.MustCompile(`^(proto|serve|connect|repl|decode)_[a-z0-9_]+\.txtar$`)

func TestScripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(scriptDir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", scriptDir, err)
	}
	seen := make(map[string]string)
	for _, file := range files {
		name := filepath.Base(file)
		if !scriptName.MatchString(name) {
			t.Errorf("%s is not named MODE_TOPIC.txtar", file)
		}
		// Also where they differ in case or underscores: the next reader would not tell them apart.
		key := strings.ReplaceAll(strings.ToLower(name), "_", "")
		if other := seen[key]; other != "" {
			t.Errorf("%s has the same name as %s", file, other)
		}
		seen[key] = file
	}
	testscript.Run(t, testscript.Params{
		Dir:                 scriptDir,
		Setup:               setup,
		Cmds:                commands,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// setup gives a script a home of its own, in which there is nothing.
func setup(env *testscript.Env) error {
	for name, dir := range map[string]string{"HOME": "home", "XDG_STATE_HOME": "state"} {
		path := filepath.Join(env.WorkDir, dir)
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
		env.Setenv(name, path)
	}
	env.Setenv("TERM", "xterm")
	env.Setenv("TZ", "UTC")
	if os.Getenv("GORACE") == "" {
		env.Setenv("GORACE", "atexit_sleep_ms=10") // else each program takes a second to end under -race
	}
	env.Values[serverKey{}] = &running{}
	return nil
}

func usage(ts *testscript.TestScript, neg bool, ok bool, text string) {
	if neg || !ok {
		ts.Fatalf("usage: %s", text)
	}
}

// exitCode is -1 for a program that could not be run, or that a signal ended.
func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) >= 2, "exits CODE PROGRAM ...")
	err := ts.Exec(args[1], args[2:]...)
	code := exitCode(err)
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d (%v), want %s", code, err, args[0])
	}
	if code != 0 {
		checkError(ts, ts.ReadFile("stdout"), ts.ReadFile("stderr"), code)
	}
}

// errorForm is all that a mode may say at its end.
var errorForm = regexp.MustCompile(`\A(?:proto: \S[^\n]*[^.\n]\n(?:hint: \S[^\n]*[^.\n]\n)?)?\z`)

// checkError holds what a mode that failed has written against the rule: one line
// and at most one hint, on stderr, and no results. A session that ran before it
// failed (1) has results, and a signal (130, 143) is no error. Warnings come first.
func checkError(ts *testscript.TestScript, stdout, stderr string, code int) {
	said := regexp.MustCompile(`(?m)^(?:warning|note): .*\n`).ReplaceAllString(stderr, "")
	switch code {
	case modes.ExitUsage, modes.ExitPeer, modes.ExitLogin:
		if stdout != "" {
			ts.Fatalf("exit code %d, and on stdout stands\n%s", code, stdout)
		}
		if said == "" || !errorForm.MatchString(said) {
			ts.Fatalf("stderr is not one line `proto: …` and at most one line `hint: …`:\n%s", stderr)
		}
	case modes.ExitInterrupt, modes.ExitTerminated:
		if said != "" {
			ts.Fatalf("exit code %d, and on stderr stands\n%s", code, stderr)
		}
	}
}

func transcript(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 1, "transcript FILE")
	var text strings.Builder
	ran := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		ran++
		code := exitCode(ts.Exec("sh", "-c", command))
		stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
		fmt.Fprintf(&text, "%s%s%s", line, stdout, stderr)
		if code != 0 {
			fmt.Fprintf(&text, "exit %d\n", code)
			checkError(ts, stdout, stderr, code)
		} else if stdout != "" && stderr != "" {
			ts.Fatalf("%s: writes to stdout and to stderr, which a transcript does not tell apart", command)
		}
	}
	if ran == 0 {
		ts.Fatalf("no line of %s begins with $", args[0])
	}
	fmt.Fprint(ts.Stdout(), abbreviate(ts, text.String()))
}

// abbreviate puts $WORK, $ADDR, $PIN and $PORT where their values stand.
func abbreviate(ts *testscript.TestScript, text string) string {
	for _, name := range []string{"WORK", "ADDR", "PIN"} {
		if value := ts.Getenv(name); value != "" {
			text = strings.ReplaceAll(text, value, "$"+name)
		}
	}
	if port := ts.Getenv("PORT"); port != "" {
		text = strings.ReplaceAll(text, ":"+port, ":$PORT")
	}
	return text
}

// environment is the script's. testscript gives it to programs only, so one writes it down.
func environment(ts *testscript.TestScript) []string {
	file := ts.MkAbs(filepath.Join(ts.Getenv("TMPDIR"), "environ"))
	ts.Check(ts.Exec("environ", file))
	return strings.Split(ts.ReadFile(file), "\x00")
}

func writeEnvironment() {
	if err := os.WriteFile(os.Args[1], []byte(strings.Join(os.Environ(), "\x00")), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// listener listens until the script ends, and sets ADDR and PORT.
func listener(ts *testscript.TestScript) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	setAddr(ts, l.Addr().String())
	return l
}

func setAddr(ts *testscript.TestScript, addr string) {
	_, port, err := net.SplitHostPort(addr)
	ts.Check(err)
	ts.Setenv("ADDR", addr)
	ts.Setenv("PORT", port)
}

// mute accepts nothing; the system answers the SYN all the same.
func mute(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 0, "mute")
	listener(ts)
}

// refused is an address at which a connection is refused, and stays so: it is bound, and nobody listens.
func refused(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 0, "refused")
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	ts.Check(err)
	ts.Defer(func() { syscall.Close(fd) })
	ts.Check(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(fd)
	ts.Check(err)
	setAddr(ts, fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port))
}

func plain(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 0, "plain")
	l := listener(ts)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // the script has ended
			}
			_, _ = c.Write([]byte("220 mail.example ESMTP\r\n"))
			defer c.Close()
		}
	}()
}
