//go:build linux && !race

// Not for race runs: see console_linux_test.go.

package editor

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

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
	there := func(s *screen) bool {
		_, at, pos := s.lines()
		return s.text() == "printed\n1> "+line && at == 1 && pos == len([]rune("1> "+line))-2
	}
	c.until("the line", there)
	for _, width := range []int{20, 59, 33, 7, 90} {
		c.drawn(e)
		c.resize(width, 30)
		marks := c.screen.marks
		if err := unix.Kill(unix.Getpid(), unix.SIGWINCH); err != nil {
			t.Fatal(err)
		}
		c.until("another drawing", func(s *screen) bool { return s.marks > marks })
		c.drawn(e)
		c.until("the line", there)
		if got, _ := e.display.size(); got != width {
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
