package editor

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/windows"
)

// terminal is the console on stdin and stderr.
type terminal struct {
	mu       sync.Mutex
	in, err  windows.Handle
	before   [2]uint32 // of in and err
	mode     mode
	restored bool
}

func openTerminal(in, err *os.File) (*terminal, error) {
	t := &terminal{in: windows.Handle(in.Fd()), err: windows.Handle(err.Fd())}
	if windows.GetConsoleMode(t.in, &t.before[0]) != nil {
		return nil, fmt.Errorf("%s is no terminal", in.Name())
	}
	if windows.GetConsoleMode(t.err, &t.before[1]) != nil {
		return nil, fmt.Errorf("%s is no terminal", err.Name())
	}
	return t, windows.SetConsoleMode(t.err, t.before[1]|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
}

func (t *terminal) set(m mode) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mode = m
	return t.apply()
}

func (t *terminal) apply() error {
	if t.restored {
		return nil
	}
	// A read that waits keeps to lines, or does not, as when it began: so that is
	// the same in both modes.
	now := t.before[0]&^(windows.ENABLE_ECHO_INPUT|windows.ENABLE_LINE_INPUT) | windows.ENABLE_VIRTUAL_TERMINAL_INPUT
	if t.mode == raw {
		now &^= windows.ENABLE_PROCESSED_INPUT
	} else {
		now |= windows.ENABLE_PROCESSED_INPUT
	}
	return windows.SetConsoleMode(t.in, now)
}

func (t *terminal) setAgain() (ours bool) { return true }

func (t *terminal) restore() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.restored = true
	if err := windows.SetConsoleMode(t.err, t.before[1]); err != nil {
		return err
	}
	return windows.SetConsoleMode(t.in, t.before[0])
}

// terminalChanges never tells of anything: there is no signal for it.
func terminalChanges() chan os.Signal { return make(chan os.Signal) }

// lock waits until no other process has f locked; closing f unlocks it.
func lock(f *os.File) error {
	var where windows.Overlapped
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &where)
}
