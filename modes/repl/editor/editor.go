// Package editor reads lines from a person at a terminal: with editing, a
// history, completion, and output of others above the line being typed.
//
// It is built around github.com/chzyer/readline, which keeps the line, the
// history and the search, and runs a goroutine for keys. All else is ours,
// because the library is wrong there: reading the terminal and taking its bytes
// for keys, its modes, drawing, completion, passwords and the history file.
package editor

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// ErrInterrupted is Ctrl-C while a line was read.
var ErrInterrupted = errors.New("interrupted")

// Config is what an Editor works with.
type Config struct {
	HistoryFile string // "" keeps none

	// Complete says what the TAB key completes: the word that ends at pos, in
	// bytes, and what may stand there instead; each candidate begins with word.
	// It runs on a goroutine of the editor's.
	Complete func(line string, pos int) (word string, candidates []string)

	In  *os.File  // a terminal
	Err *os.File  // a terminal, too: prompts and all that is drawn
	Out io.Writer // what Print prints; it may be a file
}

// An Editor reads lines. Make one per process: the library leaves goroutines
// behind, and there is one terminal. Between the calls of Line and Password the
// terminal sends signals, as ever, but does not echo: what is typed or pasted
// meanwhile is shown once, by the next Line.
type Editor struct {
	terminal *terminal
	display  *display
	input    *input
	keys     *keyboard
	history  *history
	library  *library

	reading sync.Mutex // held by Line and Password
	over    atomic.Bool
	close   sync.Once
	closing chan struct{}
	watcher sync.WaitGroup
}

// New takes the terminal over; Close gives it back.
func New(c Config) (*Editor, error) {
	t, err := openTerminal(c.In, c.Err)
	if err != nil {
		return nil, err
	}
	e := &Editor{
		terminal: t,
		display:  newDisplay(c.Err, c.Out, func() (int, int, error) { return term.GetSize(int(c.Err.Fd())) }),
		input:    newInput(),
		history:  openHistory(c.HistoryFile),
		closing:  make(chan struct{}),
	}
	e.keys = &keyboard{read: e.input.read}
	if e.library, err = newLibrary(e.keys, e.display, c.Complete); err == nil {
		err = t.set(quiet)
	}
	if err != nil {
		_ = e.Close() // the first error says more
		return nil, err
	}
	go e.input.run(c.In) // not before the mode is set, which a read may keep to
	changes := terminalChanges()
	e.watcher.Go(func() { e.watch(changes) })
	return e, nil
}

// watch redraws the line when the terminal has another width, and after a stop,
// when the shell has left the terminal in a mode of its own.
func (e *Editor) watch(changes chan os.Signal) {
	defer forget(changes)
	for {
		select {
		case <-changes:
			if e.terminal.setAgain() {
				e.display.redraw()
			}
		case <-e.closing:
			return
		}
	}
}

// Line reads a line. The error is io.EOF for Ctrl-D on an empty line and for
// the end of the terminal, and from then on always; ErrInterrupted for Ctrl-C,
// which drops the line. The prompt is plain text.
func (e *Editor) Line(prompt string) (string, error) {
	done, err := e.begin(prompt)
	if err != nil {
		return "", err
	}
	defer done()
	line, err := e.library.line(e.history.entries())
	if err == io.EOF {
		e.over.Store(true) // the library, asked once more, would never come back
	}
	return line, err
}

// Password reads a line without echo, and does not let the library see it.
// Its errors are those of Line, but Ctrl-D ends nothing else.
func (e *Editor) Password(prompt string) (string, error) {
	done, err := e.begin(prompt)
	if err != nil {
		return "", err
	}
	defer done()
	defer e.display.finish(nil)
	line, err := e.keys.hiddenLine()
	if err == errGone {
		e.over.Store(true)
		return "", io.EOF
	}
	return line, err
}

// begin gets the terminal ready for reading; done is for afterwards.
func (e *Editor) begin(prompt string) (done func(), err error) {
	e.reading.Lock()
	if e.over.Load() {
		e.reading.Unlock()
		return nil, io.EOF
	}
	if err := e.terminal.set(raw); err != nil {
		e.reading.Unlock()
		return nil, err
	}
	e.display.begin(prompt)
	return func() {
		_ = e.terminal.set(quiet) // fails where there is no terminal any more
		e.reading.Unlock()
	}, nil
}

// Print prints whole lines to Out, at any time and from any goroutine. A line
// that is being typed stays below them.
func (e *Editor) Print(text string) error { return e.display.above(e.display.out, text) }

// Note is Print to Err.
func (e *Editor) Note(text string) error { return e.display.above(e.display.err, text) }

// Remember adds a line to the history; kept is what the history's file gets,
// "" if nothing. Its error is that of the file; the history in memory goes on.
func (e *Editor) Remember(line, kept string) error { return e.history.remember(line, kept) }

// Censor has each line of the history, in memory and in its file, be what hide
// makes of it. Its error is that of the file.
func (e *Editor) Censor(hide func(line string) string) error { return e.history.censor(hide) }

// Forget drops what was typed or pasted ahead. Call it after each SIGINT before
// the next Line, also if it came between two commands: of a paste of many lines
// the rest would go on. Not while Line or Password read.
func (e *Editor) Forget() {
	e.reading.Lock()
	defer e.reading.Unlock()
	e.keys.forget()
}

// patience bounds how long Close waits for goroutines that a terminal, which
// takes no more output, may hold up.
const patience = time.Second

// Close ends a Line or Password that is waiting, with io.EOF, and leaves the
// terminal as it was.
func (e *Editor) Close() (err error) {
	e.close.Do(func() {
		e.over.Store(true)
		e.input.close()
		close(e.closing)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			e.reading.Lock() // the line that is read draws its end
			defer e.reading.Unlock()
			e.display.close()
			if e.library != nil {
				e.library.close()
			}
			e.watcher.Wait()
		}()
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-ended:
		case <-timer.C:
		}
		err = e.terminal.restore()
	})
	return err
}

// oneLine is text without line breaks.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}
