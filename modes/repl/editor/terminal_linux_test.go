//go:build linux && !race

// Not for race runs: see console_linux_test.go.

package editor

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

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
			if name == "line" {
				c.press("half")
				c.shows("1> half")
			}
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
