package repl

import (
	"context"
	"fmt"
	"os"
	"strings"

	"proto/modes"
	"proto/modes/repl/language"
	"proto/wire"
)

// tell runs the commands that only tell something.
func (b *bench) tell(ctx context.Context, c *language.Command) error {
	switch c.Name {
	case "help":
		return b.help(c)
	case "vars":
		b.tellVars(ctx)
	case "conns":
		b.tellConns()
	case "save":
		return b.save(ctx, c)
	case "show":
		return b.show(c)
	}
	return nil
}

func (b *bench) help(c *language.Command) error {
	text := language.ManualAll()
	if c.Word != "" {
		var ok bool
		if text, ok = language.Manual(c.Word); !ok {
			hint := "help without a word shows all"
			if near := modes.Nearest(c.Word, commandNames()); near != "" {
				hint = "did you mean help " + near + "?"
			}
			return failHard(c, c.Where, hint, "there is no command %s", modes.Show(c.Word))
		}
	}
	for line := range strings.Lines(text) {
		b.say(strings.TrimRight(line, "\n"))
	}
	return nil
}

func commandNames() (list []string) {
	for _, f := range language.Forms() {
		list = append(list, f.Name)
	}
	return list
}

// tellVars lists all variables that have a value now.
func (b *bench) tellVars(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	cancel() // a value that is still owed is not waited for
	width := 0
	names := b.variableNames()
	for _, name := range names {
		width = max(width, len(name))
	}
	for _, name := range names {
		if name == "user" && !b.world.isKnown() {
			continue // it would be asked for
		}
		v, err := b.lookup(ctx, b.link(b.current))(name)
		if err != nil {
			continue
		}
		shown := b.world.secrets.value(strings.TrimPrefix(name, b.current+"."), v, longValue)
		if b.hidden[name] && !b.world.secrets.areShown() {
			shown = hidden
		}
		b.say(fmt.Sprintf("%-*s  %s", width, name, shown))
	}
}

// isKnown says whether hello has somebody to log in as.
func (w *world) isKnown() bool {
	w.loginMu.Lock()
	defer w.loginMu.Unlock()
	return w.known
}

// tellConns lists the connections.
func (b *bench) tellConns() {
	width := 0
	for _, name := range b.order {
		width = max(width, len(name))
	}
	for _, name := range b.order {
		mark := " "
		if name == b.current {
			mark = "*"
		}
		b.say(fmt.Sprintf("%s %-*s  %s  %s", mark, width, name, modes.Show(b.links[name].address), b.links[name].state()))
	}
}

// state is what conns says of a connection.
func (l *link) state() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := "open"
	switch {
	case l.tls == nil:
		return "never opened"
	case l.ended != nil:
		text = l.ended.reason
	}
	if l.vars.session.Present() {
		text += ", session " + safe(string(l.vars.session.Raw()))
	}
	if n := len(l.queue); n > 0 {
		text += fmt.Sprintf(", %d unread", n)
	}
	return text
}

// show shows the last frame of either direction whole, or all that has happened.
func (b *bench) show(c *language.Command) error {
	l := b.on(c)
	s := &b.world.secrets
	if c.Word == "log" {
		entries, omitted := b.log.all()
		if omitted > 0 {
			b.say(fmt.Sprintf("… %d lines are not kept", omitted))
		}
		for _, e := range entries {
			b.say(s.line(e, b.several()))
		}
		return nil
	}
	l.mu.Lock()
	frame, o := l.vars.sent, opened{}
	if c.Word == "last" {
		if frame = (wire.Value{}); l.vars.last != nil {
			frame, o = l.vars.last.Value(), l.vars.lastText
		}
	}
	l.mu.Unlock()
	if !frame.Present() {
		return errorText(map[string]string{"last": "nothing has been received", "sent": "nothing has been sent"}[c.Word] + " on connection " + l.name)
	}
	b.showFrame(frame)
	if c.Word == "last" {
		if text := strings.TrimSpace(s.shownText(o)); text != "" {
			b.say(text)
		}
		b.say(s.expectLine(frame, o))
	}
	return nil
}

func (b *bench) showFrame(frame wire.Value) {
	hide := modes.Secret
	if b.world.secrets.areShown() {
		hide = nil
	}
	text := b.world.secrets.hide(string(wire.AppendIndented(nil, frame, hide)))
	for line := range strings.Lines(text) {
		b.say(strings.TrimRight(line, "\n"))
	}
}

// save writes what was done as a script. The file is for its owner only: what
// was done may hold secrets, with secrets on.
func (b *bench) save(ctx context.Context, c *language.Command) error {
	name, err := c.File.Expand(b.lookup(ctx, b.on(c)))
	if err != nil {
		return err
	}
	if b.journal == nil {
		return failHard(c, c.Where, "", "save works by hand and in scripts without tests")
	}
	// Not over another file: it may be a script of somebody's.
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		text := b.script()
		if _, err = f.WriteString(text); err == nil {
			err = f.Close()
		} else {
			f.Close()
		}
		if err == nil {
			b.note(fmt.Sprintf("%d lines saved in %s", strings.Count(text, "\n"), modes.Show(name)))
			return nil
		}
	}
	hint := ""
	if os.IsExist(err) {
		hint = "give another name"
	}
	return failHard(c, c.File.Span, hint, "cannot write %s: %s", modes.Show(name), modes.Plain(err))
}
