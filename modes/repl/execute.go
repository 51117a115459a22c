package repl

import (
	"context"
	"errors"
	"strings"
	"time"

	"proto/modes/repl/language"
	"proto/wire"
)

// errQuit ends a script or a prompt.
var errQuit = errors.New("quit")

// run runs one command. What goes wrong with it is a *failure; other errors are
// those of ctx, and errQuit.
func (b *bench) run(ctx context.Context, c *language.Command) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := b.execute(ctx, c)
	var f *failure
	if err != nil && !errors.As(err, &f) && ctx.Err() == nil && err != errQuit {
		err = fail(c, err)
	}
	if c.Not {
		err = negated(c, err)
	}
	if err == nil {
		b.done(c)
	}
	return err
}

func (b *bench) runAll(ctx context.Context, commands []*language.Command) error {
	for _, c := range commands {
		if err := b.run(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// on is the connection that a command runs on.
func (b *bench) on(c *language.Command) *link {
	if c.On != "" {
		return b.link(c.On)
	}
	return b.link(b.current)
}

// execute is the table of commands; the forms are in package language.
func (b *bench) execute(ctx context.Context, c *language.Command) error {
	switch c.Name {
	case "hello", "request", "close", "send":
		return b.send(ctx, c)
	case "raw":
		return b.raw(ctx, c)
	case "bytes":
		return b.bytes(ctx, c)
	case "expect", "await":
		return b.expect(ctx, c)
	case "connect":
		return b.connect(ctx, c)
	case "use":
		b.link(c.Word)
		b.current = c.Word
		return nil
	case "disconnect":
		b.on(c).disconnect()
		return nil
	case "eof":
		return b.on(c).eof()
	case "abort":
		return b.on(c).abort()
	case "let":
		return b.let(ctx, c)
	case "secret":
		return b.secret(ctx, c)
	case "secrets":
		b.world.secrets.show(c.Word == "on")
		return nil
	case "timeout":
		return b.setTimeout(ctx, c)
	case "sleep":
		return b.sleep(ctx, c)
	case "repeat":
		return b.repeat(ctx, c)
	case "include":
		return b.runAll(ctx, c.Body)
	case "mutate":
		return b.mutate(ctx, c)
	case "quit":
		return errQuit
	case "help", "vars", "conns", "show", "save":
		return b.tell(ctx, c)
	case "test":
		return errorText("test begins a test in a script; by hand there is none")
	}
	return errorText("unknown command " + c.Name)
}

// duration is the time a command names, or the timeout.
func (b *bench) duration(ctx context.Context, c *language.Command) (time.Duration, error) {
	if c.Time == nil {
		return b.timeout, nil
	}
	text, err := c.Time.Expand(b.lookup(ctx, b.on(c)))
	if err != nil {
		return 0, err
	}
	d, err := language.ParseDuration(text)
	if err != nil {
		return 0, failHard(c, c.Time.Span, "a time has a unit: 500ms, 5s, 1m30s", "%q is no time", text)
	}
	return d, nil
}

func (b *bench) setTimeout(ctx context.Context, c *language.Command) error {
	d, err := b.duration(ctx, c)
	if err == nil && d == 0 {
		return failHard(c, c.Time.Span, "5s is usual", "a timeout of nothing lets nothing arrive")
	}
	if err == nil {
		b.timeout = d
	}
	return err
}

func (b *bench) sleep(ctx context.Context, c *language.Command) error {
	d, err := b.duration(ctx, c)
	if err != nil {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *bench) repeat(ctx context.Context, c *language.Command) error {
	text, err := c.N.Expand(b.lookup(ctx, b.on(c)))
	if err != nil {
		return err
	}
	n, err := language.ParseCount(text)
	if err != nil {
		return failHard(c, c.N.Span, "", "%q is no number of times", text)
	}
	for range n {
		for _, inner := range c.Body {
			if inner.On == "" && c.On != "" {
				copied := *inner
				copied.On = c.On
				inner = &copied
			}
			if err := b.run(ctx, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// let sets a variable, or gives it back.
func (b *bench) let(ctx context.Context, c *language.Command) error {
	f := c.Fields[0]
	var v wire.Value
	if f.Op != language.Absent {
		var err error
		if v, err = b.fieldValue(ctx, b.on(c), &f); err != nil {
			return err
		}
	}
	if l, name := b.linkVariable(b.on(c), f.Name); l != nil {
		if strings.HasPrefix(name, "token") && v.Present() {
			b.world.secrets.issue(language.TextOf(v))
		}
		l.assign(name, v)
		return nil
	}
	if b.hidden[f.Name] && v.Present() {
		b.world.secrets.add(language.TextOf(v))
	}
	if !v.Present() {
		delete(b.vars, f.Name)
		return nil
	}
	b.vars[f.Name] = v
	return nil
}

// fieldValue is the value that a field word sets.
func (b *bench) fieldValue(ctx context.Context, l *link, f *language.Field) (wire.Value, error) {
	if f.Op == language.SetJSON {
		return f.JSON.Expand(b.lookup(ctx, l))
	}
	text, err := f.Text.Expand(b.lookup(ctx, l))
	if err != nil {
		return wire.Value{}, err
	}
	return language.StringOf(text), nil
}

// secret hides the value of a variable, and those it will have.
func (b *bench) secret(ctx context.Context, c *language.Command) error {
	if b.hidden == nil {
		b.hidden = make(map[string]bool)
	}
	b.hidden[c.Word] = true
	v, err := b.lookup(ctx, b.on(c))(c.Word)
	if err != nil {
		return nil // it has none yet
	}
	text := language.TextOf(v)
	if len(text) < minSecret {
		b.note("a value of fewer than " + digits(minSecret) + " bytes is not hidden: too much else would be")
	}
	b.world.secrets.add(text)
	return nil
}

// raw sends a text as it is.
func (b *bench) raw(ctx context.Context, c *language.Command) error {
	if c.File != nil {
		return b.sendFile(ctx, c)
	}
	text, err := c.Text.Expand(b.lookup(ctx, b.on(c)))
	if err != nil {
		return err
	}
	return b.sendBytes(ctx, c, []byte(text))
}

// bytes sends bytes given in hex.
func (b *bench) bytes(ctx context.Context, c *language.Command) error {
	if c.File != nil {
		return b.sendFile(ctx, c)
	}
	return b.sendBytes(ctx, c, c.Hex)
}

// maxFile bounds what raw @FILE and bytes @FILE send, and a script.
const maxFile = 256 << 20

func (b *bench) sendFile(ctx context.Context, c *language.Command) error {
	name, err := c.File.Expand(b.lookup(ctx, b.on(c)))
	if err != nil {
		return err
	}
	f, err := b.places[c.Source].open(name)
	if err == nil {
		defer f.Close()
		var content []byte
		if content, err = readAll(f); err == nil {
			return b.sendBytes(ctx, c, content)
		}
	}
	return failHard(c, c.File.Span, "", "cannot read %s: %s", shownFile(name), plainFileError(err))
}
