//go:build linux && !race

// Not for race runs: see console_linux_test.go.

package editor

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func completeWords(line string, pos int) (string, []string) {
	return line[strings.LastIndexByte(line[:pos], ' ')+1 : pos], []string{"hello", "help", "data.sequence", "連接", "連続"}
}

// What is typed, on one editor line by line, and which line that makes. All
// that the library would do otherwise, or die of, is here.
var sessions = map[string][]struct {
	keys, want string
	err        error
}{
	"characters":            {{"aé連😀 b\r", "aé連😀 b", nil}, {"\r", "", nil}, {"x\n", "x", nil}},
	"Ctrl-Space and Ctrl-Z": {{"a\x00b\x1ac\r", "abc", nil}, {"\x00\x1ad\r", "d", nil}},
	"Ctrl-C":                {{"abc\x03", "", ErrInterrupted}, {"\x03", "", ErrInterrupted}, {"d\r", "d", nil}},
	"Ctrl-D on a line":      {{"abc\x01\x04\x05\x04\r", "bc", nil}, {"ab\x02\x04\x04\x04x\r", "ax", nil}},
	"Delete on nothing":     {{"\x1b[3~\x1b[3~a\r", "a", nil}},
	"Ctrl-T on one":         {{"\x14a\x14\r", "a", nil}, {"ab\x14\r", "ba", nil}},
	"Ctrl-W in the first":   {{"one two\x01\x1bf\x17\r", " two", nil}},
	"words":                 {{"one two three\x1bb\x1bb\x1bd\x1b[1;5CX\r", "one  threeX", nil}},
	"kill and yank":         {{"連one\x15two\x19\x01\x0b\x19\x19\r", "two連onetwo連one", nil}},
	"TAB completes":         {{"da\t he\t\r", "data.sequence hel", nil}, {"連\t\t接\r", "連接", nil}, {"no\t\r", "no", nil}},
	"TAB in a paste":        {{"\x1b[200~he\tda\t\x1b[201~ he\t\r", "he\tda\t hel", nil}},
	"a pasted TAB alone":    {{"a\x1b[200~\t\x1b[201~b\r", "a\tb", nil}},
	"a pasted search":       {{"\x1b[200~a\x12b\x1b[A\x07c\x1b[201~\r", "abc", nil}},
	"no history": {{"\x12\x07a\r", "a", nil}, {"\x12\x12b\x13\x13\x07\x10\x0e\x1b[A\x1b[B\r", "b", nil},
		{"\x12\x03", "", ErrInterrupted}},
}

func TestKeysMakeLines(t *testing.T) {
	for name, lines := range sessions {
		t.Run(name, func(t *testing.T) {
			c := newConsole(t, 80, 24)
			e := c.editor(Config{Complete: completeWords})
			for _, line := range lines {
				answers := c.ask(e.Line)
				c.press(line.keys)
				c.want(answers, line.want, line.err)
			}
		})
	}
}

func TestHistoryKeys(t *testing.T) {
	c := newConsole(t, 80, 24)
	e := c.editor(Config{})
	for _, line := range []string{"hello one", "request 連", "hello two"} {
		if err := e.Remember(line, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []struct {
		keys, want string
		err        error
	}{
		{"\x1b[A\r", "hello two", nil},
		{"new\x1b[A\x1b[A\x1b[B\x1b[B\r", "new", nil},
		{"\x10\x10\x10\x10x\r", "hello onex", nil}, // not remembered, so the next line finds it as it was
		{"\x10\x10\x10\r", "hello one", nil},
		{"\x12one\r", "hello one", nil},
		{"\x12連\x1b[C\x7f\r", "request ", nil},
		{"\x12連\r", "request 連", nil}, // the search has not spoilt it
		{"\x12hello\x12\r", "hello one", nil},
		{"\x12hello\x12\x13\x13\r", "hello two", nil},
		{"ab\x12one\x07\r", "ab", nil},
		{"\x12nothing of the kind\x07x\r", "x", nil},
		{"\x12one\x7f\x7f\x7f\x7f\r", "hello one", nil},
		{"\x12\x04\x12\x1b[3~\x12\x14\x12\x1b[200~\t\x1b[201~\r", "\t", nil},
	} {
		answers := c.ask(e.Line)
		c.press(line.keys)
		c.want(answers, line.want, line.err)
	}
	answers := c.ask(e.Line)
	c.press("\x12req")
	c.shows(fmt.Sprintf("%d> request 連\nbck-i-search: req", c.prompts))
	if err := e.Print("printed"); err != nil {
		t.Error(err)
	}
	c.shows(fmt.Sprintf("printed\n%d> request 連\nbck-i-search: req", c.prompts))
	c.press("\x03") // not only the search
	c.want(answers, "", ErrInterrupted)
	c.shows(fmt.Sprintf("printed\n%d> ^C", c.prompts))
}

// No keys in any order end the library, or what comes behind it.
func TestAnyKeys(t *testing.T) {
	keys := []string{"a", "連", "e\u0301", " ", "\t", "\r", "\x03", "\x00", "\x1a", "\x12", "\x13", "\x07", "\x7f", "\x1b[A", "\x1b[B",
		"\x1b[C", "\x1b[D", "\x01", "\x05", "\x0b", "\x0c", "\x14", "\x15", "\x17", "\x19", "\x1b[3~", "\x1bb", "\x1bf", "\x1bd",
		"hello two words", "\x1b[200~a\tb\x1b[201~", "\xff", "\x1b", "\x1b[", "xyz\x04"}
	c := newConsole(t, 20, 10)
	e := c.editor(Config{Complete: completeWords})
	random := rand.New(rand.NewPCG(3, 4))
	var all strings.Builder
	for range 3000 {
		all.WriteString(keys[random.IntN(len(keys))])
	}
	// Ctrl-C drops what is typed ahead: the end is typed when it is waited for.
	const last = "\x1b\\\x1b\x07\x15the end\r"
	typing := make(chan struct{})
	go func() {
		defer close(typing)
		for chunk := range strings.SplitAfterSeq(all.String(), "\x03") {
			c.keyboard.Write([]byte(chunk))
		}
		c.keyboard.Write([]byte(last))
	}()
	for n := 0; ; n++ {
		line, err := e.Line("> ")
		if err != nil && err != ErrInterrupted {
			t.Fatalf("line %d: %v", n, err)
		}
		if line == "the end" {
			break
		}
		if err := e.Remember(line, ""); err != nil {
			t.Fatal(err)
		}
	}
	<-typing
	c.until("all of it", func(s *screen) bool { return strings.HasSuffix(s.text(), "the end") })
	if c.mu.Lock(); c.screen.broken != "" {
		t.Errorf("drawn: %q", c.screen.broken)
	}
	c.mu.Unlock()
}
