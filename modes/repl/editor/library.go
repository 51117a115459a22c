package editor

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/chzyer/readline"
)

// library is readline behind what it cannot harm. It gets keys from us, so no
// byte of the terminal, one at a time: bytes below that are known to be safe,
// characters, and hook for edits of ours, which its listener makes. What it
// draws goes nowhere; its painter hears what the line is now.
type library struct {
	instance *readline.Instance
	keys     *keyboard
	display  *display
	complete func(line string, pos int) (string, []string)
	killed   killed // only used where edits are made

	// of the goroutine that reads keys, and of line before it
	bytes     []byte
	searching bool
	remembers bool // there is a history
	gone      bool // there are no more keys

	mu    sync.Mutex
	edits []edit
}

// What the keys are to the library.
const (
	byteLeft      = readline.CharBackward
	byteRight     = readline.CharForward
	byteHome      = readline.CharLineStart
	byteLast      = readline.CharLineEnd
	byteEnter     = readline.CharEnter
	byteEnd       = readline.CharDelete
	byteInterrupt = readline.CharInterrupt
	byteCancel    = readline.CharBell
	byteBackspace = readline.CharBackspace
	byteUp        = readline.CharPrev
	byteDown      = readline.CharNext
	byteSearch    = readline.CharBckSearch
	byteForward   = readline.CharFwdSearch
	byteHook      = readline.CharTab // asks a completer that has nothing
)

// boundless is the width that the library goes by: it has not to break lines,
// which costs it time, and is wrong for wide characters.
const boundless = 1 << 20

func newLibrary(keys *keyboard, d *display, complete func(string, int) (string, []string)) (*library, error) {
	l := &library{keys: keys, display: d, complete: complete}
	nothing := func() error { return nil }
	var err error
	l.instance, err = readline.NewEx(&readline.Config{
		Stdin: keySource{l}, Stdout: drawn{l}, Stderr: drawn{l},
		Painter: painter{l}, Listener: listener{l}, AutoComplete: nothingToComplete{},
		HistoryLimit: historyLimit + 2, DisableAutoSaveHistory: true,
		InterruptPrompt: "\n", EOFPrompt: "\n", // which means none
		ForceUseInteractive: true,
		FuncGetWidth:        func() int { return boundless },
		FuncIsTerminal:      func() bool { return true },
		FuncMakeRaw:         nothing, FuncExitRaw: nothing,
		FuncOnWidthChanged: func(func()) {},
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// line lets the library read a line. It gets the history anew each time: it
// forgets nothing of a line that was not remembered, and spoils what was found.
func (l *library) line(entries []string) (line string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("line editor: %v", p)
		}
	}()
	l.bytes, l.searching, l.remembers = nil, false, len(entries) > 0
	l.instance.ResetHistory()
	for _, entry := range entries {
		_ = l.instance.SaveHistory(entry) // there is no file
	}
	line, err = l.instance.Readline()
	switch {
	case l.gone:
		return "", io.EOF
	case err == readline.ErrInterrupt:
		return "", ErrInterrupted
	case err != nil:
		return "", io.EOF
	}
	return line, nil
}

// close ends the library's goroutines. No line is read any more.
func (l *library) close() { _ = l.instance.Close() }

// keySource is the library's stdin.
type keySource struct{ *library }

func (s keySource) Close() error { return nil }

func (s keySource) Read(b []byte) (int, error) {
	for len(s.bytes) == 0 {
		p, err := s.keys.next()
		if err != nil {
			// Not an error: the library would take it for the end of the line
			// that is being typed, and such a one for a command.
			s.gone, p = true, press{key: keyInterrupt}
		}
		s.bytes = s.translate(p)
	}
	n := copy(b, s.bytes)
	s.bytes = s.bytes[n:]
	return n, nil
}

// longestSearch is up to how many characters at once are for a search.
const longestSearch = 64

func (l *library) translate(p press) []byte {
	searching := l.searching
	l.searching = false
	switch p.key {
	case keyText:
		if searching && len(p.text) <= longestSearch && p.text[0] != '\t' {
			l.searching = true
			return []byte(string(p.text))
		}
		return l.hook(insert(p.text))
	case keySearchBack, keySearchForward:
		if !l.remembers { // to cancel the search would be a panic
			return nil
		}
		l.searching = true
	case keyUp, keyDown:
		if !l.remembers {
			return nil
		}
	case keyBackspace:
		l.searching = searching
	case keyInterrupt:
		l.display.interrupted(!l.gone)
		return []byte{byteCancel, byteInterrupt} // the first ends a search, which else the second did
	}
	if b, ok := plain(p.key); ok {
		return []byte{b}
	}
	return l.hook(l.edit(p.key))
}

// plain are the keys that the library can be left alone with.
func plain(k key) (byte, bool) {
	b, ok := map[key]byte{
		keyEnter: byteEnter, keyEnd: byteEnd, keyLeft: byteLeft, keyRight: byteRight,
		keyHome: byteHome, keyLast: byteLast, keyUp: byteUp, keyDown: byteDown,
		keyBackspace: byteBackspace, keySearchBack: byteSearch,
		keySearchForward: byteForward, keyCancel: byteCancel,
	}[k]
	return b, ok
}

func (l *library) edit(k key) edit {
	switch k {
	case keyComplete:
		return l.completion
	case keyDelete:
		return remove
	case keyTranspose:
		return transpose
	case keyWordLeft:
		return wordLeft
	case keyWordRight:
		return wordRight
	case keyKillWordLeft:
		return l.killed.upTo(wordLeft)
	case keyKillWordRight:
		return l.killed.upTo(wordRight)
	case keyKillLeft:
		return l.killed.upTo(toStart)
	case keyKillRight:
		return l.killed.upTo(toEnd)
	case keyYank:
		return l.killed.yank
	}
	return func(line []rune, pos int) ([]rune, int) { // keyClear
		l.display.clear()
		return line, pos
	}
}

func (l *library) hook(e edit) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.edits = append(l.edits, e)
	return []byte{byteHook}
}

type nothingToComplete struct{}

func (nothingToComplete) Do([]rune, int) ([][]rune, int) { return nil, 0 }

// listener hears of each key when the library has dealt with it, on the
// library's goroutine, so that a panic here would be the end of the process.
type listener struct{ *library }

func (l listener) OnChange(line []rune, pos int, b rune) (newLine []rune, newPos int, ok bool) {
	if b != byteHook {
		// While it searches, the library edits the very entry of its history
		// that it has found, if it is not given a copy.
		return line, pos, b != 0 && l.instance.Operation.IsSearchMode()
	}
	defer func() {
		if recover() != nil {
			l.display.bell()
			newLine, newPos, ok = nil, 0, false
		}
	}()
	newLine, newPos = l.nextEdit()(append([]rune(nil), line...), pos)
	return newLine, newPos, true
}

func (l *library) nextEdit() edit {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.edits[0]
	l.edits = l.edits[1:]
	return e
}

// painter hears of each change of the line, which ends with \n when it is done.
type painter struct{ *library }

func (p painter) Paint(line []rune, pos int) []rune {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		p.display.finish(line[:n-1])
		return nil
	}
	p.display.show(line, pos, p.instance.Operation.IsSearchMode())
	return nil
}

// drawn is where the library draws. Two things are of use: the bell, and what
// a search looks for.
type drawn struct{ *library }

func (d drawn) Write(b []byte) (int, error) {
	if string(b) == "\a" {
		d.display.bell()
	} else if status, ok := searchStatus(b); ok {
		d.display.status(status)
	}
	return len(b), nil
}

// searchStatus is the text of "\x1b[J" text "\x1b[4m", such as bck-i-search: abc
func searchStatus(b []byte) (string, bool) {
	_, b, _ = bytes.Cut(b, []byte("\x1b[J"))
	b, _, found := bytes.Cut(b, []byte("\x1b[4m \x1b[0m"))
	text := string(b)
	return text, found && strings.Contains(text, "-i-search: ")
}
