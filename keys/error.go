package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Error is what goes wrong with something the user gave or can mend: one line that says what, and one that says what
// to do about it. Neither ever holds a secret, and what a file holds stands in them quoted.
type Error struct {
	Message string // the whole line: cannot read key.pem: wrong pass phrase
	Hint    string // what to do; may be empty
	Err     error  // the cause, for errors.Is and errors.As; may be nil
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Err }

// HintLine returns the line to print below the error, or "".
func (e *Error) HintLine() string { return e.Hint }

// trouble is why a file cannot be read or used, before anybody has said which file it was.
type trouble struct {
	what string
	hint string
	err  error
}

func (t *trouble) Error() string { return t.what }

// cannot words an error: cannot VERB PATH: WHAT.
func cannot(verb, path string, t *trouble) *Error {
	return &Error{
		Message: "cannot " + verb + " " + shown(path) + ": " + t.what,
		Hint:    t.hint,
		Err:     t.err,
	}
}

// cannotOpen words what the operating system said about a file. The system's own words repeat the path and differ
// between systems, so the two usual cases get ours.
func cannotOpen(verb, path string, err error) *Error {
	t := &trouble{what: err.Error(), err: err}
	var pathErr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.what, t.hint = "no such file", "check the path; a relative one starts at the current directory"
	case errors.Is(err, fs.ErrPermission):
		t.what, t.hint = "permission denied", "give the user that runs proto access to it"
	case errors.As(err, &pathErr):
		t.what = pathErr.Err.Error()
	}
	return cannot(verb, path, t)
}

// shown returns a file name as it is where nothing in it can mislead a reader, and quoted otherwise.
func shown(path string) string {
	quoted := strconv.Quote(path)
	if path == "" || strings.ContainsRune(path, ' ') || quoted != `"`+path+`"` {
		return quoted
	}
	return path
}

// foreign quotes text that a peer or a file chose: escaped to ASCII, and cut to a length a line can bear.
func foreign(text string) string {
	const most = 80
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strconv.QuoteToASCII(text)
}

// firstOf joins the first few of what may be many, and says how many it left out.
func firstOf(few int, many []string, separator string) string {
	if len(many) <= few {
		return strings.Join(many, separator)
	}
	return fmt.Sprintf("%s%sand %d more", strings.Join(many[:few], separator), separator, len(many)-few)
}
