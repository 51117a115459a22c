package repl

import (
	"context"
	"fmt"
	"strings"

	"proto/modes"
	"proto/modes/repl/language"
	"proto/wire"
)

// mutation is one way to spoil a member.
type mutation struct {
	name  string
	apply func(frame *object, path []string, good wire.Value)
}

// hugeText is longer than any frame a server needs to take.
const hugeText = 5000

func mutations() []mutation {
	set := func(v wire.Value) func(*object, []string, wire.Value) {
		return func(o *object, path []string, _ wire.Value) { o.set(path, v) }
	}
	return []mutation{
		{"left out", func(o *object, path []string, _ wire.Value) { o.remove(path) }},
		{"null", set(parseValue([]byte("null")))},
		{"other type", func(o *object, path []string, good wire.Value) { o.set(path, otherType(good)) }},
		{"empty", func(o *object, path []string, good wire.Value) { o.set(path, emptied(good)) }},
		{"huge", func(o *object, path []string, good wire.Value) { o.set(path, huge(good)) }},
		{"doubled", func(o *object, path []string, _ wire.Value) { o.double(path) }},
	}
}

// otherType turns numbers into strings, and all else into the number 1.
func otherType(v wire.Value) wire.Value {
	if v.Kind() == wire.Integer || v.Kind() == wire.Real {
		return language.StringOf(string(v.Raw()))
	}
	return language.IntegerOf("1")
}

func emptied(v wire.Value) wire.Value {
	if v.Kind() == wire.Object {
		return parseValue([]byte("{}"))
	}
	return language.StringOf("")
}

func huge(v wire.Value) wire.Value {
	if v.Kind() == wire.Integer {
		return language.IntegerOf("1" + strings.Repeat("0", hugeText))
	}
	return language.StringOf(strings.Repeat("x", hugeText))
}

// double has a member stand twice.
func (o *object) double(path []string) {
	for i, m := range o.members {
		switch {
		case m.name != path[0]:
		case len(path) == 1:
			o.members = append(o.members[:i+1:i+1], o.members[i:]...)
			return
		case m.inner != nil:
			m.inner.double(path[1:])
			return
		}
	}
}

// mutate sends a good frame with each of its members spoiled in each way, on a
// fresh connection each, and prints what came of it as a table.
func (b *bench) mutate(ctx context.Context, c *language.Command) error {
	inner := c.Body[0]
	good, err := b.probe(ctx, inner, nil)
	if err != nil {
		return err
	}
	ways := mutations()
	rows := [][]string{{"field"}}
	for _, m := range ways {
		rows[0] = append(rows[0], m.name)
	}
	for _, path := range memberPaths(good.frame) {
		row := []string{modes.Show(strings.Join(path, "."))}
		for _, m := range ways {
			p, err := b.probe(ctx, inner, func(o *object) { m.apply(o, path, at(good.frame, path)) })
			if err != nil {
				return err
			}
			row = append(row, p.answer)
		}
		rows = append(rows, row)
	}
	b.say("unchanged: " + good.answer)
	for _, line := range aligned(rows) {
		b.say(line)
	}
	return nil
}

// memberPaths are the places of all members of header and data, and before them
// those two.
func memberPaths(frame wire.Value) (paths [][]string) {
	for _, part := range []string{"header", "data"} {
		paths = append(paths, []string{part})
		for name := range at(frame, []string{part}).Members() {
			paths = append(paths, []string{part, name})
		}
	}
	return paths
}

// probed is what a server said to one frame.
type probed struct {
	frame  wire.Value
	answer string
}

// probe sends a command's frame on a fresh connection, after a HELLO where it
// needs a session, and waits for what comes.
func (b *bench) probe(ctx context.Context, c *language.Command, spoil func(*object)) (p probed, err error) {
	own := newBench(b.world)
	own.timeout, own.vars = b.timeout, b.vars
	own.current = mainLink
	defer own.shut()
	l := own.link(mainLink)
	from := b.link(b.current)
	l.address, l.options = from.address, from.options
	if err := l.open(ctx, own.deadline(), true); err != nil {
		return p, err
	}
	if c.Name == "request" || c.Name == "close" {
		if err := own.run(ctx, &language.Command{Source: c.Source, Name: "hello", Where: c.Where, Span: c.Span}); err != nil {
			return p, err
		}
		if a, _, err := l.next(ctx, own.deadline()); err != nil || a == nil || a.frame == nil || !a.frame.Type().Is(wire.TypeHelloAck) {
			return p, errorText("HELLO was not answered with HELLO_ACK: there is no session to try this in")
		}
	}
	if p.frame, err = own.compose(ctx, c, l); err != nil {
		return p, err
	}
	sent := p.frame
	if spoil != nil {
		o := objectOf(p.frame)
		spoil(o)
		sent = parseValue(o.append(nil))
	}
	if err := own.sendFrame(c, l, sent); err != nil {
		p.answer = "cut"
		return p, ctx.Err()
	}
	p.answer, err = own.answer(ctx, l)
	return p, err
}

// answer is what comes next, in a word or two.
func (b *bench) answer(ctx context.Context, l *link) (string, error) {
	a, ended, err := l.next(ctx, b.deadline())
	switch {
	case err != nil:
		return "", err
	case a == nil && ended == nil:
		return "silence", nil
	case a == nil:
		return ended.event, nil
	case a.broken != nil:
		return "no frame", nil
	}
	word := shownType(a.entry)
	if a.frame.Type().Is(wire.TypeClose) && a.frame.Data.Get("isAuthencatedUser").Present() {
		word += " +flag"
	}
	return word, nil
}

// aligned makes the columns of a table as wide as what stands in them.
func aligned(rows [][]string) (lines []string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&b, "%-*s  ", widths[i], cell)
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}
