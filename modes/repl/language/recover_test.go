package language

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// errorLines are the errors of a text as LINE:COLUMN MESSAGE.
func errorLines(text string) (lines []string) {
	_, errs := Parse(NewSource("", []byte(text)))
	for _, e := range errs {
		lines = append(lines, e.Error())
	}
	return lines
}

// TestRecover: behind an error the next line is read, and a line has one error,
// the first that was found; errors are in the order of the text.
func TestRecover(t *testing.T) {
	for text, want := range map[string][]string{
		// The brace behind an error still closes the block.
		"repeat 2 { helo }\nclose\nx":               {`1:12: unknown command "helo"`, `3:1: unknown command "x"`},
		"repeat 2 {\nhelo }\nclose }":               {`2:1: unknown command "helo"`, "3:7: nothing more can stand here"},
		"repeat 2 { repeat 2 { helo } }\nx":         {`1:23: unknown command "helo"`, `2:1: unknown command "x"`},
		"repeat 2 { helo a } b # }\nclose\n}\nhelo": {`1:12: unknown command "helo"`, `4:1: unknown command "helo"`},
		"repeat 2 {\nhelo # }\n}\nclose":            {`2:1: unknown command "helo"`},
		// An open block stands before the errors within it.
		"repeat 2 {\nhelo\nx": {"1:10: the block is not closed", `2:1: unknown command "helo"`, `3:1: unknown command "x"`},
		"repeat 2 { helo":     {`1:12: unknown command "helo"`},
		// One error a line, though two commands of blocks end there.
		"repeat 2 { repeat 3 {": {"1:21: the block is not closed"},
		// A value over lines with an error in its middle.
		"hello a:=[1,\n2 3,\nclose\n]\nclose x": {"2:3: ',' is expected here", `4:1: unknown command "]"`, `5:7: "x" is no field word`},
	} {
		if got := errorLines(text); !slices.Equal(got, want) {
			t.Errorf("%q:\n got  %q\n want %q", text, got, want)
		}
	}
}

// TestOpenLines: while a quote, a bracket or a block is open, each further line
// leaves it open, whatever the line would be by itself.
func TestOpenLines(t *testing.T) {
	for _, whole := range []string{
		"{\n\"header\": {},\n\"data\": {\n\"message-type\": \"HELLO\",\n\"sequence\": 1\n}\n}",
		"raw `\nsome\n{\nhello a='b\n`",
		"send :={ # the frame\n\"a\": [\n1,\n2 ],\n\"b\": 1 }",
		"repeat 2 {\nhello a:={\n\"b\": 1\n}\nraw `x\ny`\n}",
	} {
		lines := strings.SplitAfter(whole, "\n")
		for n := 1; n < len(lines); n++ {
			_, errs := Parse(NewSource("", []byte(strings.Join(lines[:n], ""))))
			if len(errs) == 0 {
				t.Errorf("%d lines of %q: no error", n, whole)
			}
			for _, e := range errs {
				if !e.Open {
					t.Errorf("%d lines of %q: %v is not open", n, whole, e)
				}
			}
		}
		if got := errorLines(whole); got != nil {
			t.Errorf("%q: %q", whole, got)
		}
	}
	// An error before what is open stays one, and so does one within a block.
	for _, text := range []string{"helo\nraw `x\n", "repeat 2 {\nhelo\nraw `x\n", "hello a:={\"b\" 1\n"} {
		if _, errs := Parse(NewSource("", []byte(text))); !slices.ContainsFunc(errs, func(e *Error) bool { return !e.Open }) {
			t.Errorf("%q: %v: all open", text, errs)
		}
	}
}

// TestManyErrors: what is not read any more is said.
func TestManyErrors(t *testing.T) {
	lines := errorLines(strings.Repeat("x\n", 1000))
	if len(lines) != maxErrors+1 || lines[maxErrors] != fmt.Sprintf("%d:1: after %d errors the rest is not read", maxErrors+1, maxErrors) {
		t.Errorf("%d errors, the last %q", len(lines), lines[len(lines)-1])
	}
	if lines = errorLines(strings.Repeat("x\n", maxErrors)); len(lines) != maxErrors {
		t.Errorf("%d errors, the last %q", len(lines), lines[len(lines)-1])
	}
	if lines = errorLines("repeat 2 {\n" + strings.Repeat("x\n", 1000) + "}\n"); len(lines) != maxErrors+1 {
		t.Errorf("%d errors in a block, the last %q", len(lines), lines[len(lines)-1])
	}
}
