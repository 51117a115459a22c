// Package modes is what the modes of proto share: the process's streams and
// signals, exit codes, errors with hints, the rules for terminals, and the
// flags for addresses, trust and login. Each mode is a package of its own
// below it.
package modes

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/term"
)

// A Process is all that a mode knows of the operating system.
type Process struct {
	Args    []string // without the program's name
	In      io.Reader
	Out     io.Writer // results
	Err     io.Writer // prompts, logs, progress and errors
	Env     func(string) string
	Signals <-chan os.Signal // INT and TERM
	Version Version

	// Unheeded has a signal end the process, as nobody takes Signals any more; may be nil.
	Unheeded func()

	// Hangups gives the HUP signals from now on, for a mode that has a use for them;
	// the others are ended by the first.
	Hangups func() <-chan os.Signal

	InTerminal  bool // In can be asked, and its echo turned off
	OutTerminal bool // somebody looks at the results
	StatusLine  bool // Err can show a status line, and Out does not go elsewhere on the same screen

	// ReadHidden reads a line from the terminal without echo.
	ReadHidden func() ([]byte, error)
	// Width is that of the terminal on Err, in columns; 0 if it is not known.
	Width func() int
	// RestoreTerminal undoes what an unfinished ReadHidden did to the terminal.
	RestoreTerminal func()

	asking atomic.Bool // a prompt is on the terminal
}

// FromOS is the real process.
func FromOS(version Version) *Process {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A closed stdout is then an error to handle, so that CLOSE is still sent.
	signal.Ignore(syscall.SIGPIPE)
	unsetEmpty()
	if !enableEscapes(os.Stdout, os.Stderr) {
		os.Setenv("TERM", "dumb")
	}
	stdin := int(os.Stdin.Fd())
	restore := func() {}
	if state, err := term.GetState(stdin); err == nil {
		restore = func() { _ = term.Restore(stdin, state) } // fails where there is no terminal any more
	}
	return &Process{
		Args: os.Args[1:], In: os.Stdin, Out: stdout{os.Stdout}, Err: os.Stderr, Env: os.Getenv,
		Signals: signals, Version: version,
		InTerminal: isTerminal(os.Stdin), OutTerminal: isTerminal(os.Stdout),
		StatusLine: isTerminal(os.Stderr) && os.Getenv("TERM") != "dumb" && !isPipe(os.Stdout),
		ReadHidden: func() ([]byte, error) { return term.ReadPassword(stdin) },

		Hangups:         hangups,
		Unheeded:        func() { signal.Reset(os.Interrupt, syscall.SIGTERM) },
		Width:           func() int { w, _, _ := term.GetSize(int(os.Stderr.Fd())); return w },
		RestoreTerminal: restore,
	}
}

// hangups asks for HUP. Of several while one is at hand, one is kept.
func hangups() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c
}

// isPipe says whether a program reads f, which may print to the same terminal.
func isPipe(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// unsetEmpty makes an empty PROTO_ variable the same as none; the flag library
// would take it for some kinds of flags and not for others.
func unsetEmpty() {
	for _, v := range os.Environ() {
		if name, value, _ := strings.Cut(v, "="); value == "" && strings.HasPrefix(name, "PROTO_") {
			os.Unsetenv(name)
		}
	}
}

// stdout tells a reader that has gone from all other errors.
type stdout struct{ f *os.File }

func (s stdout) Write(b []byte) (int, error) {
	n, err := s.f.Write(b)
	switch {
	case readerGone(err), errors.Is(err, os.ErrClosed):
		err = ErrStdoutClosed
	case err != nil:
		err = &Error{Code: ExitNotWell, Message: "cannot write to stdout: " + Plain(err), Err: err}
	}
	return n, err
}

// UntilSignal is parent, which a signal ends too. stop waits for what watches for it,
// and gives the signal that came; nil if none did.
func (p *Process) UntilSignal(parent context.Context) (ctx context.Context, stop func() os.Signal) {
	ctx, cancel := context.WithCancel(parent)
	over := make(chan struct{})
	var got os.Signal
	var watcher sync.WaitGroup
	watcher.Go(func() {
		select {
		case got = <-p.Signals:
			cancel()
		case <-over:
		}
	})
	return ctx, func() os.Signal {
		close(over)
		watcher.Wait()
		cancel()
		return got
	}
}

// SignalError is how a mode ends that a signal stopped; it prints nothing.
func SignalError(s os.Signal) error {
	if s == syscall.SIGTERM {
		return &Error{Code: ExitTerminated}
	}
	return &Error{Code: ExitInterrupt}
}
