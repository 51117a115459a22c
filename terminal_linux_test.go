package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/rogpeppe/go-internal/testscript"
)

func init() { commands["terminal"] = terminal }

// terminal runs a program whose stdin, stdout and stderr are a pseudo terminal of
// 80 columns. FILE is what happens there, a line each:
//
//	size COLUMNS   change the width
//	expect TEXT    wait until TEXT comes, after what was expected before
//	hidden         wait until echo is off
//	type TEXT      type TEXT and Enter
//	keys TEXT      type TEXT without Enter; \t is TAB
//	press KEY      press a letter, or ^C, ^D …
//	signal TERM    send a signal
//	exit CODE      wait for the end; the last line
//
// stdout is then all that the terminal was sent, with \n for \r\n. (The ttyin of
// testscript types all at once, before a program can turn off echo.)
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) >= 2, "terminal FILE PROGRAM ...")
	script := ts.ReadFile(args[0])
	program, err := exec.LookPath(args[1])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args[2:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environment(ts)
	c, err := openConsole(cmd)
	ts.Check(err)
	defer c.master.Close()
	err = c.play(ctx, cmd, script)
	if err != nil {
		_ = cmd.Process.Kill()
	}
	for piece := range c.pieces {
		c.text.WriteString(piece)
	}
	code := exitCode(cmd.Wait())
	fmt.Fprint(ts.Stdout(), strings.ReplaceAll(c.text.String(), "\r\n", "\n"))
	if err == nil && fmt.Sprint(code) != c.want {
		err = fmt.Errorf("exit code %d, want %q", code, c.want)
	}
	ts.Check(err)
}

// console is the near end of a pseudo terminal.
type console struct {
	master *os.File
	pieces chan string // what is sent to the terminal; closed when the program has ended
	text   strings.Builder
	seen   int    // how much of text has been expected
	want   string // exit code
}

func openConsole(cmd *exec.Cmd) (*console, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	c := &console{master: master, pieces: make(chan string, 64)}
	var number, unlocked uint32
	if err := errors.Join(
		c.ioctl(syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked)),
		c.ioctl(syscall.TIOCGPTN, unsafe.Pointer(&number)),
		c.size(80),
	); err != nil {
		return nil, err
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer slave.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go c.read()
	return c, nil
}

func (c *console) ioctl(request uintptr, arg unsafe.Pointer) error {
	raw, err := c.master.SyscallConn()
	if err != nil {
		return err
	}
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(arg))
	})
	if errno != 0 {
		return errno
	}
	return err
}

func (c *console) size(columns uint16) error {
	size := [4]uint16{24, columns} // rows, columns, and pixels
	return c.ioctl(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
}

// read ends with EIO, when no program has the terminal open any more.
func (c *console) read() {
	defer close(c.pieces)
	buf := make([]byte, 4096)
	for {
		n, err := c.master.Read(buf)
		c.pieces <- string(buf[:n])
		if err != nil {
			return
		}
	}
}

func (c *console) play(ctx context.Context, cmd *exec.Cmd, script string) error {
	for line := range strings.Lines(script) {
		word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if err := c.step(ctx, cmd, word, rest); err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(line), err)
		}
	}
	return nil
}

func (c *console) step(ctx context.Context, cmd *exec.Cmd, word, rest string) (err error) {
	switch word {
	case "expect":
		return c.expect(ctx, rest)
	case "hidden":
		return c.hidden(ctx)
	case "type":
		_, err = io.WriteString(c.master, rest+"\n")
	case "keys":
		_, err = io.WriteString(c.master, strings.ReplaceAll(rest, `\t`, "\t"))
	case "press":
		key := rest[0]
		if len(rest) > 1 {
			key = rest[1] & 0x1f
		}
		_, err = c.master.Write([]byte{key})
	case "signal":
		err = cmd.Process.Signal(syscall.SIGTERM)
	case "size":
		var columns uint16
		if _, err = fmt.Sscan(rest, &columns); err == nil {
			err = c.size(columns)
		}
	case "exit":
		c.want = rest
	default:
		err = errors.New("unknown word")
	}
	return err
}

func (c *console) expect(ctx context.Context, text string) error {
	for {
		if i := strings.Index(c.text.String()[c.seen:], text); i >= 0 {
			c.seen += i + len(text)
			return nil
		}
		select {
		case piece, ok := <-c.pieces:
			if !ok {
				return errors.New("the program has ended")
			}
			c.text.WriteString(piece)
		case <-ctx.Done():
			return fmt.Errorf("it has not come in %v", patience)
		}
	}
}

// hidden looks again and again: nothing tells of a change of the terminal's mode.
func (c *console) hidden(ctx context.Context) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		var mode syscall.Termios
		if err := c.ioctl(syscall.TCGETS, unsafe.Pointer(&mode)); err != nil {
			return err
		}
		if mode.Lflag&syscall.ECHO == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("echo is still on after %v", patience)
		}
	}
}
