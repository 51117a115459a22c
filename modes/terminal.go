package modes

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The rules for terminals. Results go to stdout, everything else to stderr. A
// prompt needs a terminal on stdin, a status line one on stderr that is not
// TERM=dumb, and no pipe on stdout. What a peer, a file or a command line holds is shown as it is only
// if every character of it is a printable one; else it is quoted (Show).

// Show makes a text safe for a terminal and keeps one that is already: what it
// returns is the text itself or, in double quotes, the text with escapes for
// all that is not printable. Empty texts, and such as begin with a quote or
// have blanks at an end, are quoted too, so that the two cannot be confused.
func Show(s string) string {
	if s == "" || s[0] == '"' || strings.TrimSpace(s) != s || !printable(s) {
		return quote(s)
	}
	return s
}

func quote(s string) string { return strconv.Quote(s) }

func printable(s string) bool {
	for i, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return false
		}
	}
	return true
}

// ShellWord quotes a word for a shell where it needs it. What is not fit for a terminal
// is escaped as bash, zsh and ksh read it.
func ShellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%,="
	switch {
	case s != "" && strings.Trim(s, plain) == "":
		return s
	case !printable(s):
		return "$'" + strings.NewReplacer(`\"`, `"`, `'`, `\'`).Replace(quote(s)[1:len(quote(s))-1]) + "'"
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// ShortDuration shows three digits: 812µs, 1.25ms, 30.1s.
func ShortDuration(d time.Duration) string {
	unit := time.Nanosecond
	for ; d/unit >= 1000; unit *= 10 {
	}
	return d.Round(unit).String()
}

// A Screen writes result lines to stdout and, on a terminal, keeps one status
// line below them on stderr. One goroutine at a time.
type Screen struct {
	p        *Process
	out, err io.Writer
	shown    bool
}

// NewScreen makes the screen of a process. What goes to stdout and to stderr is written to
// out and err.
func NewScreen(p *Process, out, err io.Writer) *Screen { return &Screen{p: p, out: out, err: err} }

// Line writes one line of results.
func (s *Screen) Line(line string) error {
	s.Clear()
	_, err := fmt.Fprintln(s.out, line)
	return err
}

// Note writes one line to stderr.
func (s *Screen) Note(line string) {
	s.Clear()
	fmt.Fprintln(s.err, line)
}

// Status shows the status line, in place of the one before.
func (s *Screen) Status(text string) {
	if s.p.StatusLine {
		if width := s.p.Width(); width > 0 && len(text) >= width { // it is ASCII
			text = text[:width-1]
		}
		fmt.Fprintf(s.err, "\r\x1b[K%s", text)
		s.shown = true
	}
}

// Clear takes the status line away.
func (s *Screen) Clear() {
	if s.shown {
		fmt.Fprint(s.err, "\r\x1b[K")
		s.shown = false
	}
}
