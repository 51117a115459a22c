package language

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// A Source is the text of a script and what it is called in messages.
type Source struct {
	Name string // a file's name as it was given; "" for lines typed by hand
	Text []byte

	lines []int // where each line begins
}

// NewSource takes a script's text. A UTF-8 byte order mark is skipped.
func NewSource(name string, text []byte) *Source {
	if strings.HasPrefix(string(text[:min(3, len(text))]), "\ufeff") {
		text = text[3:]
	}
	s := &Source{Name: name, Text: text, lines: []int{0}}
	for i, c := range text {
		if c == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// Position is the line and column, both from 1, of a byte. Columns are characters.
func (s *Source) Position(offset int) (line, column int) {
	line = s.line(offset)
	return line, utf8.RuneCount(s.Text[s.lines[line-1]:offset]) + 1
}

// line is the line, from 1, of a byte.
func (s *Source) line(offset int) int { return sort.SearchInts(s.lines, offset+1) }

// Line is the text of a line, from 1, without its end.
func (s *Source) Line(n int) string {
	from, to := s.lines[n-1], len(s.Text)
	if n < len(s.lines) {
		to = s.lines[n] - 1
	}
	return strings.TrimSuffix(string(s.Text[from:to]), "\r")
}

// At is a place as messages name it: FILE:LINE:COLUMN, or LINE:COLUMN.
func (s *Source) At(offset int) string {
	line, column := s.Position(offset)
	if s.Name == "" {
		return fmt.Sprintf("%d:%d", line, column)
	}
	return fmt.Sprintf("%s:%d:%d", s.Name, line, column)
}

// A Span is a part of a Source, in bytes.
type Span struct{ From, To int }

// Of is the text of the span.
func (s Span) Of(src *Source) string { return string(src.Text[s.From:s.To]) }

// An Error is what is wrong with a script, and where.
type Error struct {
	Source *Source
	Span   Span
	// Message is one line, lower case; Hint one line that says what to do, or "".
	Message string
	Hint    string
	// Open is set where the script ends within a quote, a bracket or a block, and
	// for what stands behind an open quote or bracket: more lines may complete it.
	Open bool
}

func (e *Error) Error() string { return e.Source.At(e.Span.From) + ": " + e.Message }

// HintLine is the line to print below the message, or "".
func (e *Error) HintLine() string { return e.Hint }
