package repl

import (
	"errors"
	"fmt"
	"strings"

	"proto/modes/repl/language"
)

// A failure is a command that did not do what it should.
type failure struct {
	command  *language.Command
	problems []problem
	entry    *entry // the frame that was looked at, if there was one
	cause    error  // of a command's own failure
	// hard failures are the script's own, such as a variable that is not known:
	// ! does not turn them into a success.
	hard bool
}

// problem is one thing wrong, and which words of the line it concerns.
type problem struct {
	span        language.Span
	wanted, got string // of an expectation; secrets are hidden in them
	message     string // of all else; secrets are not
	hint        string
}

// Error is the failure in one line, secrets not hidden.
func (f *failure) Error() string { return f.text(&secrets{shown: true}) }

// text is the failure in one line.
func (f *failure) text(s *secrets) string {
	var parts []string
	for _, p := range f.problems {
		if p.message != "" {
			parts = append(parts, s.hide(p.message))
			continue
		}
		parts = append(parts, fmt.Sprintf("wanted %s, got %s", p.wanted, p.got))
	}
	return strings.Join(parts, "; ")
}

func (f *failure) Unwrap() error { return f.cause }

// fail makes a failure of a command's own.
func fail(c *language.Command, err error) error {
	f := &failure{command: c, cause: err, problems: []problem{{span: c.Where, message: err.Error(), hint: hintOf(err)}}}
	var expand *language.ExpandError
	if errors.As(err, &expand) {
		f.hard = true
		f.problems[0].span = expand.Span
	}
	return f
}

// failHard is fail where ! must not make a success of it.
func failHard(c *language.Command, span language.Span, hint, format string, args ...any) error {
	return &failure{command: c, hard: true, problems: []problem{{span: span, message: fmt.Sprintf(format, args...), hint: hint}}}
}

func hintOf(err error) string {
	var h interface{ HintLine() string }
	if errors.As(err, &h) {
		return h.HintLine()
	}
	return ""
}

// negated is the outcome of "! COMMAND".
func negated(c *language.Command, err error) error {
	var f *failure
	switch {
	case err == nil:
		return &failure{command: c, problems: []problem{{span: c.Where, wanted: "that it fails", got: "it did not"}}}
	case errors.As(err, &f) && !f.hard:
		return nil
	}
	return err
}
