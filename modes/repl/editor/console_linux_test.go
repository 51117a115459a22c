//go:build linux && !race

// The tests on a terminal are not for race runs: the library's writer races by
// its own code, between the goroutine that asks for a line and its own one.

package editor

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patient is how long the tests wait for what must come.
const patient = 10 * time.Second

// console is a terminal, from the side of who types.
type console struct {
	t        *testing.T
	keyboard *os.File
	terminal *os.File // what the editor has
	changed  chan struct{}
	prompts  int

	mu     sync.Mutex
	screen *screen
}

func newConsole(t *testing.T, width, height int) *console {
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	c := &console{t: t, keyboard: keyboard, changed: make(chan struct{}, 1), screen: newScreen(width, height)}
	c.control(func(fd int) error { return unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0) })
	number := 0
	c.control(func(fd int) (err error) {
		number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
		return err
	})
	c.terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	c.resize(width, height)
	var watching sync.WaitGroup
	watching.Go(c.watch)
	t.Cleanup(func() { // before the one above
		keyboard.Close()
		watching.Wait()
		c.terminal.Close()
	})
	return c
}

func (c *console) control(f func(fd int) error) {
	c.t.Helper()
	raw, err := c.keyboard.SyscallConn()
	if err != nil {
		c.t.Fatal(err)
	}
	if e := raw.Control(func(fd uintptr) { err = f(int(fd)) }); e != nil || err != nil {
		c.t.Fatal(e, err)
	}
}

func (c *console) watch() {
	buf := make([]byte, 4096)
	for {
		n, err := c.keyboard.Read(buf)
		c.mu.Lock()
		c.screen.Write(buf[:n])
		c.mu.Unlock()
		select {
		case c.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// resize does not tell the editor.
func (c *console) resize(width, height int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.screen.resize(width, height)
	c.control(func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: uint16(height), Col: uint16(width)})
	})
}

func (c *console) press(keys string) {
	c.t.Helper()
	if err := c.keyboard.SetWriteDeadline(time.Now().Add(patient)); err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.keyboard.Write([]byte(keys)); err != nil {
		c.t.Fatal(err)
	}
}

// until waits for something on the screen.
func (c *console) until(what string, is func(*screen) bool) {
	c.t.Helper()
	over := time.After(patient)
	for {
		c.mu.Lock()
		done := is(c.screen)
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-c.changed:
		case <-over:
			c.mu.Lock()
			defer c.mu.Unlock()
			c.t.Fatalf("%s is not on the screen:\n%s", what, c.screen.text())
		}
	}
}

// drawn waits until all is on the screen that the editor has drawn.
func (c *console) drawn(e *Editor) {
	c.t.Helper()
	c.mu.Lock()
	bells := c.screen.bells
	c.mu.Unlock()
	e.display.bell()
	c.until("the bell", func(s *screen) bool { return s.bells > bells })
}

// shows waits until the screen ends with the text.
func (c *console) shows(text string) {
	c.t.Helper()
	c.until(fmt.Sprintf("%q", text), func(s *screen) bool { return strings.HasSuffix("\n"+s.text(), "\n"+text) })
}

func (c *console) modes() unix.Termios {
	c.t.Helper()
	raw, err := c.terminal.SyscallConn()
	if err != nil {
		c.t.Fatal(err)
	}
	var modes *unix.Termios
	if e := raw.Control(func(fd uintptr) { modes, err = unix.IoctlGetTermios(int(fd), unix.TCGETS) }); e != nil || err != nil {
		c.t.Fatal(e, err)
	}
	return *modes
}

// editor is one on this terminal.
func (c *console) editor(config Config) *Editor {
	c.t.Helper()
	config.In, config.Err = c.terminal, c.terminal
	if config.Out == nil {
		config.Out = c.terminal
	}
	e, err := New(config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { e.Close() })
	return e
}

type answer struct {
	line string
	err  error
}

// ask starts to read a line, or a password, and waits for the prompt.
func (c *console) ask(read func(string) (string, error)) <-chan answer {
	c.t.Helper()
	c.prompts++
	prompt := fmt.Sprintf("%d>", c.prompts)
	answers := make(chan answer, 1)
	go func() {
		line, err := read(prompt + " ")
		answers <- answer{line, err}
	}()
	c.until(prompt, func(s *screen) bool {
		return slices.ContainsFunc(s.rows[s.top():], func(row screenRow) bool { return strings.HasPrefix(string(row.cells), prompt) })
	})
	return answers
}

func (c *console) want(answers <-chan answer, line string, err error) {
	c.t.Helper()
	select {
	case a := <-answers:
		if a.line != line || a.err != err {
			c.t.Errorf("got %.200q, %v; want %.200q, %v", a.line, a.err, line, err)
		}
	case <-time.After(patient):
		c.mu.Lock()
		defer c.mu.Unlock()
		c.t.Fatalf("no line; want %.200q, %v; on the screen:\n%s", line, err, c.screen.text())
	}
}
