//go:build !windows

package editor

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is that on stdin. Output is as it was in all modes: what other
// goroutines write stays legible.
type terminal struct {
	mu       sync.Mutex
	fd       int
	before   unix.Termios
	mode     mode
	restored bool
}

func openTerminal(in, err *os.File) (*terminal, error) {
	t := &terminal{fd: int(in.Fd())}
	if !term.IsTerminal(int(err.Fd())) {
		return nil, fmt.Errorf("%s is no terminal", err.Name())
	}
	before, e := unix.IoctlGetTermios(t.fd, getTermios)
	if e != nil {
		return nil, fmt.Errorf("%s is no terminal", in.Name())
	}
	t.before = *before
	return t, nil
}

func (t *terminal) set(m mode) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mode = m
	return t.apply()
}

// setAgain sets the mode that should be, unless another job has the terminal.
// Of a terminal that does not control this process, there are no jobs.
func (t *terminal) setAgain() (ours bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	group, err := unix.IoctlGetInt(t.fd, unix.TIOCGPGRP)
	ours = err != nil || group == unix.Getpgrp()
	if ours {
		_ = t.apply() // reading tells of a terminal that has gone
	}
	return ours
}

func (t *terminal) apply() error {
	if t.restored {
		return nil
	}
	now := t.before
	now.Iflag &^= unix.INLCR | unix.IGNCR | unix.ICRNL | unix.ISTRIP | unix.PARMRK
	now.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON
	now.Lflag |= unix.ISIG
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 1, 0
	if t.mode == raw {
		now.Iflag &^= unix.IXON
		now.Lflag &^= unix.ISIG | unix.IEXTEN
	}
	return unix.IoctlSetTermios(t.fd, setTermios, &now)
}

func (t *terminal) restore() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.restored = true
	return unix.IoctlSetTermios(t.fd, setTermios, &t.before)
}

// terminalChanges tells of another width, and of the end of a stop.
func terminalChanges() chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGWINCH, syscall.SIGCONT)
	return c
}

// lock waits until no other process has f locked.
func lock(f *os.File) error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != unix.EINTR {
			return err
		}
	}
}
