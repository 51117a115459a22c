package modes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"
)

// The exit codes, one table for all modes.
const (
	ExitDone       = 0
	ExitNotWell    = 1   // ran, but not all is well: the session was lost, a frame did not decode
	ExitUsage      = 2   // flags, environment, configuration and key files, scripts, listen addresses
	ExitPeer       = 3   // peers and input data: cannot connect, TLS or trust refused
	ExitLogin      = 4   // login refused
	ExitInterrupt  = 130 // stopped by INT, after CLOSE
	ExitTerminated = 143 // stopped by TERM, after CLOSE
)

// An ExitMeaning is what one or more exit codes say.
type ExitMeaning struct{ Codes, Meaning string }

// ExitCodes are the exit codes in words, for help and manual pages.
func ExitCodes() []ExitMeaning {
	return []ExitMeaning{
		{"0", "done"},
		{"1", "ran, but not all is well: the session was lost, an answer could not be read, a test failed, a frame did not decode, one capture of several has none"},
		{"2", "flags, environment, configuration and key files, scripts, listen addresses"},
		{"3", "the peer: cannot connect, TLS or trust refused; no test could run; an unreadable capture, no frames"},
		{"4", "login refused"},
		{"130, 143", "stopped by INT, TERM, after CLOSE; serve exits 0 on either"},
	}
}

// An Error ends a mode: what it prints, and the code it exits with.
type Error struct {
	Code    int
	Message string // one line, lower case, no full stop; "" prints nothing
	Hint    string // one line that says what to do; may be empty
	Err     error  // the cause; may be nil
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Err }

// HintLine is the line to print below the message, or "".
func (e *Error) HintLine() string { return e.Hint }

// Usage is an error in what the user typed, with a hint.
func Usage(hint, format string, args ...any) error {
	return &Error{Code: ExitUsage, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// Coded gives an error of a layer below a code, and keeps its text and hint.
// The code of an *Error stays.
func Coded(code int, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &Error{Code: code, Message: err.Error(), Hint: hintOf(err), Err: err}
}

func hintOf(err error) string {
	var h interface{ HintLine() string }
	if errors.As(err, &h) {
		return h.HintLine()
	}
	return ""
}

// Report prints how a mode ended, one line and a hint, and gives the exit code. Whoever
// does not read that keeps the process, but not over a signal.
func (p *Process) Report(err error) int {
	if p.Unheeded != nil {
		p.Unheeded()
	}
	if err == nil {
		return ExitDone
	}
	if errors.Is(err, ErrStdoutClosed) {
		return ExitDone // `| head` has had enough
	}
	code := ExitUsage // what no mode has given a code comes from the flag library
	var e *Error
	if errors.As(err, &e) {
		code = e.Code
	}
	if message := err.Error(); message != "" {
		fmt.Fprintf(p.Err, "proto: %s\n", message)
		if hint := hintOf(err); hint != "" {
			fmt.Fprintf(p.Err, "hint: %s\n", hint)
		}
	}
	return code
}

// ErrStdoutClosed says that whoever read stdout has gone.
var ErrStdoutClosed = errors.New("stdout is closed")

// Plain takes a system error down to what went wrong, without the call and the
// path, which the message has already.
func Plain(err error) string {
	var errno syscall.Errno
	var path *fs.PathError
	switch {
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}

// NetworkReason is an error of the network in a few words.
func NetworkReason(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return "no answer in time"
	case errors.As(err, &dns):
		return "unknown host"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the other side closed the connection"
	}
	return Plain(err)
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
