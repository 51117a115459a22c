package repl

import (
	"context"
	"fmt"
	"strings"
	"time"

	"proto/modes/repl/language"
)

// expect checks the next frame, or for await the first that fits.
func (b *bench) expect(ctx context.Context, c *language.Command) error {
	d, err := b.duration(ctx, c)
	if err != nil {
		return err
	}
	x := &expectation{bench: b, command: c, link: b.on(c), time: d, by: time.Now().Add(d)}
	if c.Event != "" {
		return x.event(ctx)
	}
	if x.wants, err = x.expand(ctx); err != nil {
		return err
	}
	for {
		a, ended, err := x.link.next(ctx, x.by)
		if err != nil {
			return err
		}
		if a == nil {
			return x.nothing(ended)
		}
		problems := x.check(a)
		if len(problems) == 0 {
			for _, skipped := range x.skipped {
				b.journal.expected(x.link.name, skipped, "")
			}
			b.journal.expected(x.link.name, a, "")
			return nil
		}
		if c.Name == "await" {
			x.skip(a)
			continue
		}
		return &failure{command: c, problems: problems, entry: a.entry}
	}
}

// expectation is an expect or await being carried out.
type expectation struct {
	bench   *bench
	command *language.Command
	link    *link
	time    time.Duration
	by      time.Time
	kind    string // "" with Any
	wants   []want
	skips   int        // of await: how many frames did not fit
	skipped []*arrival // by hand: which
}

// skip leaves a frame out that await does not wait for.
func (x *expectation) skip(a *arrival) {
	x.skips++
	if x.bench.journal != nil {
		x.skipped = append(x.skipped, a)
	}
}

func (x *expectation) expand(ctx context.Context) (wants []want, err error) {
	lookup := x.bench.lookup(ctx, x.link)
	if !x.command.Any {
		if x.kind, err = x.command.Type.Expand(lookup); err != nil {
			return nil, err
		}
	}
	for i := range x.command.Fields {
		f := &x.command.Fields[i]
		w := want{field: f}
		switch f.Op {
		case language.Absent, language.Present:
		case language.Set, language.SetJSON:
			w.value, err = x.bench.fieldValue(ctx, x.link, f)
		default:
			if w.text, err = f.Text.Expand(lookup); err == nil {
				err = w.prepare(x.command)
			}
		}
		if err != nil {
			return nil, err
		}
		wants = append(wants, w)
	}
	return wants, nil
}

// event waits for the end of the connection, or for silence.
func (x *expectation) event(ctx context.Context) error {
	c := x.command
	if c.Event == "silence" {
		a, ended, err := x.link.next(ctx, x.by)
		switch {
		case err != nil:
			return err
		case a == nil && ended == nil:
			return nil
		}
		return x.mismatch(fmt.Sprintf("silence for %v", x.time), a, ended)
	}
	a, ended, err := x.link.next(ctx, x.by)
	switch {
	case err != nil:
		return err
	case a == nil && ended != nil && ended.event == c.Event:
		x.bench.journal.expected(x.link.name, nil, c.Event)
		return nil
	}
	wanted := "that the server closes the connection"
	if c.Event == "reset" {
		wanted = "that the server resets the connection"
	}
	return x.mismatch(wanted, a, ended)
}

// mismatch is the failure of an event.
func (x *expectation) mismatch(wanted string, a *arrival, ended *ending) error {
	c := x.command
	p := problem{span: c.Span, wanted: wanted}
	f := &failure{command: c}
	switch {
	case a != nil:
		p.got, f.entry = compact(x.described(a)), a.entry
	case ended != nil:
		p.got = ended.reason
	default:
		p.got = fmt.Sprintf("nothing within %v; the connection is open", x.time)
	}
	f.problems = []problem{p}
	return f
}

// nothing is the failure of an expectation for which nothing came.
func (x *expectation) nothing(ended *ending) error {
	c := x.command
	p := problem{span: x.typeSpan(), wanted: x.wantedType()}
	if ended != nil {
		p.got = ended.reason
	} else {
		p.got = fmt.Sprintf("nothing within %v; the connection is open", x.time)
	}
	switch {
	case x.skips == 1:
		p.got = "1 frame that does not fit, then " + p.got
	case x.skips > 1:
		p.got = fmt.Sprintf("%d frames that do not fit, then %s", x.skips, p.got)
	}
	if elsewhere := x.bench.unreadElsewhere(x.link); elsewhere != "" {
		p.hint = elsewhere
	}
	return &failure{command: c, problems: []problem{p}}
}

// unreadElsewhere says what other connections have that nobody has looked at.
func (b *bench) unreadElsewhere(but *link) string {
	var parts []string
	for _, name := range b.order {
		if l := b.links[name]; l != but && l.unread() > 0 {
			parts = append(parts, fmt.Sprintf("%d on connection %s", l.unread(), name))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "unread frames: " + strings.Join(parts, ", ")
}

func (x *expectation) typeSpan() language.Span {
	if x.command.Type != nil {
		return x.command.Type.Span
	}
	return x.command.Where
}

func (x *expectation) wantedType() string {
	if x.command.Any {
		return "a frame"
	}
	return x.kind
}
