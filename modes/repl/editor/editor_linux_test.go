//go:build linux && !race

// Not for race runs: see console_linux_test.go.

package editor

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
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
		{"\x12one\x03", "", ErrInterrupted},
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
	c.press("\r")
	c.want(answers, "request 連", nil)
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

func TestEndOfInput(t *testing.T) {
	c := newConsole(t, 80, 24)
	e := c.editor(Config{})
	answers := c.ask(e.Line)
	c.press("\x04more\r")
	c.want(answers, "", io.EOF)
	for range 3 { // the library would block for ever
		if line, err := e.Line("> "); line != "" || err != io.EOF {
			t.Errorf("got %q, %v", line, err)
		}
	}
	if _, err := e.Password("> "); err != io.EOF {
		t.Errorf("got %v", err)
	}
}

// Two hundred lines at once, while each takes its time: none is lost, or shown
// twice, or taken for keys.
func TestPastedLines(t *testing.T) {
	for name, marks := range map[string][2]string{"marked": {"\x1b[200~", "\x1b[201~"}, "not marked": {}} {
		t.Run(name, func(t *testing.T) {
			c := newConsole(t, 80, 24)
			e := c.editor(Config{Complete: completeWords})
			var lines []string
			for i := range 200 {
				lines = append(lines, fmt.Sprintf(`{"type": "HELLO 連", "number": %d, "text": "%s"}`, i, strings.Repeat("x", i)))
			}
			answers := c.ask(e.Line)
			go c.keyboard.Write([]byte(marks[0] + strings.Join(lines, "\r") + marks[1] + "\r"))
			for i, want := range lines {
				c.want(answers, want, nil)
				if err := e.Print(fmt.Sprint("done ", i)); err != nil {
					t.Fatal(err)
				}
				if i < len(lines)-1 {
					answers = c.ask(e.Line)
				}
			}
			c.shows("done 199")
			c.mu.Lock()
			defer c.mu.Unlock()
			text := c.screen.text()
			for i, line := range lines {
				if n := strings.Count(text, line); n != 1 {
					t.Errorf("line %d is on the screen %d times", i, n)
				}
			}
		})
	}
}

// While a command runs, more is pasted than the terminal has room for: it must
// be taken, or Ctrl-C would not come through, and Forget must drop it.
func TestForgetAPaste(t *testing.T) {
	c := newConsole(t, 80, 24)
	e := c.editor(Config{})
	answers := c.ask(e.Line)
	c.press("slow\r")
	c.want(answers, "slow", nil)
	c.press("\x1b[200~" + strings.Repeat("pasted line\r", 4000) + "last")
	i := e.input
	defer time.AfterFunc(patient, i.close).Stop()
	i.mu.Lock()
	for !bytes.HasSuffix(i.bytes, []byte("last")) && !i.closed {
		i.changed.Wait()
	}
	i.mu.Unlock()
	e.Forget()
	answers = c.ask(e.Line)
	c.press("next\r")
	c.want(answers, "next", nil)
}

// Ctrl-C does not wait for what is typed before it.
func TestInterruptAPaste(t *testing.T) {
	c := newConsole(t, 80, 24)
	e := c.editor(Config{})
	answers := c.ask(e.Line)
	c.press("\x1b[200~" + strings.Repeat("pasted ", 500) + "\x03")
	c.want(answers, "", ErrInterrupted)
	answers = c.ask(e.Line)
	c.press("he\tx\r")
	c.want(answers, "hex", nil)
}

// What is typed while a command runs is not echoed twice.
func TestTypedAhead(t *testing.T) {
	c := newConsole(t, 80, 24)
	e := c.editor(Config{})
	c.press("ahead")
	answers := c.ask(e.Line)
	c.shows("1> ahead")
	c.press("\r")
	c.want(answers, "ahead", nil)
	_ = e.Print("printed")
	c.until("one line", func(s *screen) bool { return s.text() == "1> ahead\nprinted" })
}

func TestPrintWhileTyping(t *testing.T) {
	c := newConsole(t, 30, 24)
	e := c.editor(Config{})
	answers := c.ask(e.Line)
	line := strings.Repeat("typed 連 ", 6)
	var printing sync.WaitGroup
	for i := range 4 {
		printing.Go(func() {
			for range 10 {
				if i == 0 {
					_ = e.Note(strings.Repeat("n", 40))
				} else if err := e.Print(strings.Repeat(fmt.Sprint(i), 40)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, r := range line {
		c.press(string(r))
	}
	printing.Wait()
	c.shows("1> " + strings.TrimRight(line, " "))
	c.press("\r")
	c.want(answers, line, nil)
	c.until("all lines", func(s *screen) bool {
		lines := strings.Split(s.text(), "\n")
		for _, printed := range lines[:len(lines)-1] {
			if printed != strings.Repeat(printed[:1], 40) {
				t.Fatalf("a line is %q", printed)
			}
		}
		return len(lines) == 41
	})
}

func TestResizeWhileTyping(t *testing.T) {
	c := newConsole(t, 60, 30)
	e := c.editor(Config{})
	answers := c.ask(e.Line)
	line := strings.Repeat("ab 続", 20)
	c.press(line + "\x1b[D\x1b[D")
	_ = e.Print("printed")
	// With the cursor in its place all of it is drawn: what still comes would go
	// by the width before.
	drawn := func(s *screen) bool {
		_, at, pos := s.lines()
		return s.text() == "printed\n1> "+line && at == 1 && pos == len([]rune("1> "+line))-2
	}
	c.until("the line", drawn)
	for _, width := range []int{20, 59, 33, 7, 90} {
		c.mu.Lock()
		for len(c.changed) > 0 {
			<-c.changed
		}
		c.mu.Unlock()
		c.resize(width, 30)
		if err := unix.Kill(unix.Getpid(), unix.SIGWINCH); err != nil {
			t.Fatal(err)
		}
		select { // it is drawn anew, which need not change what is there
		case <-c.changed:
		case <-time.After(patient):
			t.Fatalf("nothing is drawn for %d columns", width)
		}
		c.until("the line", drawn)
		if got := e.Width(); got != width {
			t.Errorf("%d columns, not %d", got, width)
		}
	}
	c.press("X")
	c.shows("printed\n1> " + line[:len(line)-len(" 続")] + "X 続")
	c.press("\r")
	c.want(answers, line[:len(line)-len(" 続")]+"X 続", nil)
}

func TestPassword(t *testing.T) {
	c := newConsole(t, 80, 24)
	e := c.editor(Config{})
	answers := c.ask(e.Password)
	c.press("ge\tx\x7fheim連")
	if err := e.Print("printed"); err != nil {
		t.Fatal(err)
	}
	c.shows("printed\n1>")
	c.press("\r")
	c.want(answers, "geheim連", nil)
	for _, end := range []struct {
		keys string
		err  error
	}{{"a\x03", ErrInterrupted}, {"\x04", io.EOF}} {
		answers = c.ask(e.Password)
		c.press(end.keys)
		c.want(answers, "", end.err)
	}
	answers = c.ask(e.Line)
	c.press("\x1b[A\x19line\r") // in no history
	c.want(answers, "line", nil)
	c.until("nothing of it", func(s *screen) bool { return !strings.Contains(s.text(), "heim") })
}

func TestModesOfTerminal(t *testing.T) {
	c := newConsole(t, 80, 24)
	before := c.modes()
	e := c.editor(Config{})
	check := func(when string, signals bool) {
		t.Helper()
		m := c.modes()
		if m.Lflag&(unix.ECHO|unix.ICANON) != 0 || m.Lflag&unix.ISIG != 0 != signals || m.Oflag != before.Oflag {
			t.Errorf("%s: %+v", when, m)
		}
	}
	check("at first", true)
	for _, read := range []func(string) (string, error){e.Line, e.Password} {
		answers := c.ask(read)
		check("while reading", false)
		c.until("pastes marked", func(s *screen) bool { return s.pastes })
		c.press("\r")
		c.want(answers, "", nil)
		check("afterwards", true)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if after := c.modes(); after != before {
		t.Errorf("afterwards: %+v; before: %+v", after, before)
	}
	c.until("pastes not marked", func(s *screen) bool { return !s.pastes })
}

func TestCloseWhileReading(t *testing.T) {
	for name, read := range map[string]func(*Editor, string) (string, error){"line": (*Editor).Line, "password": (*Editor).Password} {
		t.Run(name, func(t *testing.T) {
			c := newConsole(t, 80, 24)
			before := c.modes()
			e := c.editor(Config{})
			answers := c.ask(func(prompt string) (string, error) { return read(e, prompt) })
			c.press("half")
			begin := time.Now()
			for range 2 {
				if err := e.Close(); err != nil {
					t.Error(err)
				}
			}
			if time.Since(begin) >= patience {
				t.Error("Close has given up on something")
			}
			c.want(answers, "", io.EOF)
			if after := c.modes(); after != before {
				t.Errorf("afterwards: %+v; before: %+v", after, before)
			}
			if _, err := read(e, "> "); err != io.EOF {
				t.Errorf("closed: %v", err)
			}
			if err := e.Print("printed"); err != nil {
				t.Error(err)
			}
			c.shows("printed")
		})
	}
}

func TestCloseAtOnce(t *testing.T) {
	c := newConsole(t, 80, 24)
	before := c.modes()
	if err := c.editor(Config{}).Close(); err != nil {
		t.Error(err)
	}
	if after := c.modes(); after != before {
		t.Errorf("afterwards: %+v; before: %+v", after, before)
	}
	c.press("x") // as the terminal echoes again
	c.until("nothing but that", func(s *screen) bool { return s.text() == "x" })
}

func TestTerminalGone(t *testing.T) {
	c := newConsole(t, 80, 24)
	e := c.editor(Config{})
	answers := c.ask(e.Line)
	c.press("half")
	c.shows("1> half")
	c.keyboard.Close()
	c.want(answers, "", io.EOF)
	if _, err := e.Line("> "); err != io.EOF {
		t.Errorf("got %v", err)
	}
}

func TestOutIsAFile(t *testing.T) {
	c := newConsole(t, 80, 24)
	var file strings.Builder
	e := c.editor(Config{Out: &file, Complete: completeWords})
	answers := c.ask(e.Line)
	c.press("hel\t")
	c.shows("hello  help\n1> hel")
	_ = e.Print("for the file")
	_ = e.Note("for the eye")
	c.shows("for the eye\n1> hel")
	c.press("\r")
	c.want(answers, "hel", nil)
	_ = e.Print("and more\n")
	if file.String() != "for the file\nand more\n" {
		t.Errorf("the file has %q", file.String())
	}
}

func TestHistoryFileOfEditor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "history")
	for i := range 2 {
		c := newConsole(t, 80, 24)
		e := c.editor(Config{HistoryFile: file})
		answers := c.ask(e.Line)
		c.press("\x1b[A\x1b[A!\r")
		c.want(answers, []string{"!", "kept!"}[i], nil)
		_ = e.Remember("kept", "kept")
		_ = e.Remember("secret", "")
	}
	wantPrivate(t, file)
	if got := contents(t, file); got != "kept\n" {
		t.Errorf("the file has %q", got)
	}
}

func TestNoTerminal(t *testing.T) {
	c := newConsole(t, 80, 24)
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := c.modes()
	for _, config := range []Config{{In: file, Err: c.terminal}, {In: c.terminal, Err: file}} {
		if _, err := New(config); err == nil || !strings.Contains(err.Error(), "file is no terminal") {
			t.Errorf("got %v", err)
		}
	}
	if after := c.modes(); after != before {
		t.Errorf("afterwards: %+v; before: %+v", after, before)
	}
}
