package repl

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/urfave/cli/v2"

	"proto/keys"
	"proto/modes"
	"proto/modes/repl/editor"
	"proto/modes/repl/language"
)

// hand is a person at a prompt.
type hand struct {
	world  *world
	suite  *suite // parses what is typed
	bench  *bench
	editor *editor.Editor

	mu     sync.Mutex
	cancel context.CancelFunc // of the command that runs; nil at the prompt
	forget bool               // Ctrl-C was pressed: what was pasted behind is not for us
	signal os.Signal          // that ended the prompt
}

// history is the file that what was typed is kept in, below the state folder.
const history = "history"

// byHand reads commands from a person and runs them, until quit or Ctrl-D.
func (w *world) byHand(c *cli.Context, s *suite) error {
	h := &hand{world: w, suite: s}
	if err := h.open(); err != nil {
		return err
	}
	w.ask = func() (modes.Login, error) { return w.p.LoginFrom(c, h.ask) }
	var watcher sync.WaitGroup
	over := make(chan struct{})
	watcher.Go(func() { h.watch(over) })
	_ = h.editor.Note("probing " + w.address + "; help tells of the commands, Ctrl-D leaves")
	err := h.loop(c.Context)
	close(over)
	watcher.Wait()
	h.bench.shut()
	if closeErr := h.editor.Close(); err == nil && closeErr != nil {
		err = modes.Usage("", "cannot restore the terminal: %s", modes.Plain(closeErr))
	}
	if h.signal != nil {
		return modes.SignalError(h.signal)
	}
	return err
}

// open takes the terminal over.
func (h *hand) open() error {
	in, isFile := h.world.p.In.(*os.File)
	errOut, isFile2 := h.world.p.Err.(*os.File)
	if !isFile || !isFile2 {
		return modes.Usage("", "a prompt needs a terminal")
	}
	file := ""
	if dir, err := keys.StateDir(h.world.p.Env); err == nil {
		file = filepath.Join(dir, history)
	}
	ed, err := editor.New(editor.Config{HistoryFile: file, Complete: h.complete, In: in, Out: h.world.p.Out, Err: errOut})
	if err != nil {
		return modes.Usage("-f FILE and -c COMMAND need no terminal", "cannot open a prompt: %s", err.Error())
	}
	h.editor = ed
	b := newBench(h.world)
	b.hand, b.places, b.journal = true, h.suite.places, &journal{}
	b.out = func(line string) { _ = ed.Print(line) } // a terminal that has gone ends the reading
	b.aside = func(line string) { _ = ed.Note(line) }
	b.watch()
	h.bench = b
	return nil
}

// ask asks for whom hello logs in as.
func (h *hand) ask(prompt string, isHidden bool) (string, error) {
	if isHidden {
		return h.editor.Password(prompt)
	}
	return h.editor.Line(prompt)
}

// watch hands signals to the command that runs. While a line is read Ctrl-C is no
// signal; between two pasted lines it is.
func (h *hand) watch(over chan struct{}) {
	for {
		select {
		case sig := <-h.world.p.Signals:
			h.mu.Lock()
			cancel := h.cancel
			h.forget = true
			if sig == syscall.SIGTERM {
				h.signal = sig
			}
			h.mu.Unlock()
			if cancel != nil {
				cancel()
			}
			if sig == syscall.SIGTERM {
				_ = h.editor.Close() // again when all is over
			}
		case <-over:
			return
		}
	}
}

// loop is the prompt. Its error is that of a terminal that has gone.
func (h *hand) loop(parent context.Context) error {
	text := ""
	for {
		h.forgetPasted()
		line, err := h.editor.Line(h.prompt(text != ""))
		switch {
		case errors.Is(err, editor.ErrInterrupted):
			text = ""
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return modes.Usage("", "cannot read from the terminal: %s", modes.Plain(err))
		}
		text += line + "\n"
		commands, errs := h.parse(text)
		if isOpen(errs) {
			continue
		}
		h.remember(strings.TrimRight(text, "\n"), commands, errs)
		text = ""
		for _, e := range errs {
			h.notes(errorBlock(e))
		}
		if len(errs) > 0 {
			continue
		}
		for _, c := range commands {
			if err := h.do(parent, c); err != nil {
				if errors.Is(err, errQuit) {
					return nil
				}
				break
			}
		}
	}
}

// forgetPasted drops what was typed ahead when Ctrl-C was pressed.
func (h *hand) forgetPasted() {
	h.mu.Lock()
	forget := h.forget
	h.forget = false
	h.mu.Unlock()
	if forget {
		h.editor.Forget()
	}
}

// prompt names the connection, if there are several.
func (h *hand) prompt(more bool) string {
	name := "proto"
	if h.bench.several() {
		name = h.bench.current
	}
	if more {
		return strings.Repeat(".", len(name)) + "> "
	}
	return name + "> "
}

func (h *hand) notes(lines []string) { _ = h.editor.Note(strings.Join(lines, "\n")) }

// parse reads what was typed.
func (h *hand) parse(text string) ([]*language.Command, []*language.Error) {
	clear(h.suite.places) // of lines before; variables hold none of them
	h.suite.errs = nil
	commands := h.suite.parse(files{dir: "."}, language.NewSource("", []byte(text)), nil)
	return commands, h.suite.errs
}

// isOpen says whether more lines are to complete what was typed.
func isOpen(errs []*language.Error) bool {
	for _, e := range errs {
		if !e.Open {
			return false
		}
	}
	return len(errs) > 0
}

// do runs one command. Ctrl-C cancels it, and what was typed ahead with it.
func (h *hand) do(parent context.Context, c *language.Command) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	h.mu.Lock()
	h.cancel = cancel
	h.mu.Unlock()
	h.bench.learn(c)
	err := h.bench.run(ctx, c)
	h.mu.Lock()
	h.cancel = nil
	h.mu.Unlock()
	if err == nil && c.Name == "secret" {
		h.censor()
	}
	var f *failure
	switch {
	case errors.Is(err, errQuit):
	case ctx.Err() != nil:
		h.forgetPasted()
		h.notes([]string{"interrupted"})
	case errors.As(err, &f):
		h.notes(h.world.secrets.block(f))
	case err != nil:
		h.notes([]string{safe(h.world.secrets.hide(err.Error()))})
	case c.Not || c.Name == "expect" || c.Name == "await":
		h.notes([]string{"ok"})
	}
	return err
}
