package repl

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"proto/modes/repl/language"
	"proto/wire"
)

// filler is a member that hello, request and close fill in: its place, and how.
type filler struct {
	path  []string
	value func() (wire.Value, error)
}

// send sends one frame: of a type, its members filled in and then overridden, or
// as a whole.
func (b *bench) send(ctx context.Context, c *language.Command) error {
	l := b.on(c)
	if err := b.ready(ctx, c, l); err != nil {
		return err
	}
	frame, err := b.compose(ctx, c, l)
	if err != nil {
		return err
	}
	return b.sendFrame(c, l, frame)
}

// compose makes the frame that a command would send on l.
func (b *bench) compose(ctx context.Context, c *language.Command, l *link) (wire.Value, error) {
	if c.Frame != nil {
		return c.Frame.Expand(b.lookup(ctx, l))
	}
	frame, kind, err := b.filled(ctx, c, l)
	if err != nil {
		return wire.Value{}, err
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		path := place(f.Name, kind)
		if f.Op == language.Absent {
			frame.remove(path)
			continue
		}
		v, err := b.fieldValue(ctx, l, f)
		if err != nil {
			return wire.Value{}, err
		}
		frame.set(path, v)
		b.hintString(f)
	}
	return parseValue(frame.append(nil)), nil
}

// parseValue reads what was just written.
func parseValue(b []byte) wire.Value {
	v, _, _ := wire.ParseValue(b, wire.Limits{Bytes: len(b) + 1, Levels: len(b) + 1})
	return v
}

// filled is the frame of a command before its own words: from package wire,
// with the values of this connection.
func (b *bench) filled(ctx context.Context, c *language.Command, l *link) (frame *object, kind string, err error) {
	var template []byte
	var fillers []filler
	switch c.Name {
	case "hello":
		kind = wire.TypeHello
		template, err = wire.AppendHello(nil, wire.Hello{Sequence: 1})
		fillers = b.helloFillers(ctx, l)
	case "request":
		kind = wire.TypeRequest
		template, err = wire.AppendRequest(nil, "", 0, 0)
		fillers = b.sessionFillers(ctx, l)
	case "close":
		kind = wire.TypeClose
		template, err = wire.AppendClose(nil, "", 0, 0)
		fillers = b.sessionFillers(ctx, l)
	default:
		if kind, err = c.Type.Expand(b.lookup(ctx, l)); err == nil {
			template = append(wire.AppendText([]byte(`{"header":{},"data":{"message-type":`), kind), "}}"...)
		}
	}
	if err != nil {
		return nil, kind, err
	}
	frame = objectOf(parseValue(template))
	for _, f := range fillers {
		if overridden(c, kind, f.path) {
			continue
		}
		v, err := f.value()
		if err != nil {
			return nil, kind, err
		}
		frame.set(f.path, v)
	}
	return frame, kind, nil
}

// overridden says whether one of the command's words sets or leaves out the
// member at a path, or all that it is a part of.
func overridden(c *language.Command, kind string, path []string) bool {
	return slices.ContainsFunc(c.Fields, func(f language.Field) bool {
		p := place(f.Name, kind)
		return len(p) <= len(path) && slices.Equal(p, path[:len(p)])
	})
}

func (b *bench) helloFillers(ctx context.Context, l *link) []filler {
	text := func(get func() (string, error)) func() (wire.Value, error) {
		return func() (wire.Value, error) {
			s, err := get()
			return language.StringOf(s), err
		}
	}
	return []filler{
		{[]string{"header", "MAC"}, text(func() (string, error) { return b.world.mac, nil })},
		{[]string{"data", "username"}, text(func() (string, error) { u, err := b.world.user(); return u.User, err })},
		{[]string{"data", "password"}, text(func() (string, error) { u, err := b.world.user(); return u.Password, err })},
		{[]string{"data", "sequence"}, func() (wire.Value, error) { return l.helloSequence(), nil }},
	}
}

// helloSequence is 1 whatever came before, unless $seq is assigned.
func (l *link) helloSequence() wire.Value {
	l.mu.Lock()
	defer l.mu.Unlock()
	if v, ok := l.vars.set["seq"]; ok {
		return v
	}
	return language.IntegerOf("1")
}

func (b *bench) sessionFillers(ctx context.Context, l *link) []filler {
	variable := func(name string) func() (wire.Value, error) {
		return func() (wire.Value, error) { return b.sessionVariable(ctx, l, name) }
	}
	return []filler{
		{[]string{"header", "token"}, variable("token")},
		{[]string{"data", "sessionId"}, variable("session")},
		{[]string{"data", "sequence"}, variable("seq")},
	}
}

func (b *bench) sessionVariable(ctx context.Context, l *link, name string) (wire.Value, error) {
	v, err := l.variable(ctx, name)
	if err != nil && ctx.Err() == nil {
		err = &hinted{err.Error(), "hello opens a session; or give token= and sessionId:= yourself"}
	}
	return v, err
}

// hinted is an error with a line that says what to do.
type hinted struct{ message, hint string }

func (e *hinted) Error() string { return e.message }

func (e *hinted) HintLine() string { return e.hint }

// closingWait is how long a hello waits to see whether a connection on which
// CLOSE was said is about to end: a server that closes does so at once.
const closingWait = 200 * time.Millisecond

// ready opens a connection that was never open, and for hello one that has ended.
func (b *bench) ready(ctx context.Context, c *language.Command, l *link) error {
	hello := c.Name == "hello"
	if hello && l.isOpen() {
		b.awaitClosing(ctx, l, closingWait)
	}
	l.mu.Lock()
	never, ended := l.tls == nil, l.ended != nil
	l.mu.Unlock()
	if never || hello && ended {
		return l.open(ctx, b.deadline(), b.world.hasReached(l.address))
	}
	return nil
}

// awaitClosing waits for the end of a connection that has CLOSE behind it.
func (b *bench) awaitClosing(ctx context.Context, l *link, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	for {
		l.mu.Lock()
		said := l.vars.last != nil && l.vars.last.Type().Is(wire.TypeClose) || at(l.vars.sent, []string{"data", "message-type"}).Is(wire.TypeClose)
		waits, changed := said && l.ended == nil, l.changed
		l.mu.Unlock()
		if !waits {
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// sendFrame notes a frame and writes it. It is noted first: its answer may be
// here before Write returns.
func (b *bench) sendFrame(c *language.Command, l *link, frame wire.Value) error {
	if err := l.writable(); err != nil {
		return err
	}
	b.world.keep(frame)
	l.mu.Lock()
	l.noted(frame, time.Now())
	l.mu.Unlock()
	kind, _ := at(frame, []string{"data", "message-type"}).Text()
	b.log.add(&entry{link: l.name, event: "sent", frame: frame, kind: kind}, b.several())
	b.sentBy(c)
	return l.write(append(wire.AppendValue(nil, frame), '\n'), b.deadline())
}

// sendBytes sends bytes as they are. Where they are frames they count as such.
func (b *bench) sendBytes(ctx context.Context, c *language.Command, content []byte) error {
	l := b.on(c)
	if err := b.ready(ctx, c, l); err != nil {
		return err
	}
	if err := l.writable(); err != nil {
		return err
	}
	b.world.keepText(content)
	now := time.Now()
	for rest := content; len(rest) > 0; {
		var f wire.Frame
		n, err := wire.Parse(rest, limits(), &f)
		if err != nil {
			break
		}
		b.world.keep(f.Value())
		l.mu.Lock()
		l.noted(f.Value(), now)
		l.mu.Unlock()
		rest = rest[n:]
	}
	b.log.add(&entry{link: l.name, event: "raw", text: b.shownBytes(content)}, b.several())
	b.sentBy(c)
	return l.write(content, b.deadline())
}

// shownBytes describes bytes in a line.
func (b *bench) shownBytes(content []byte) string {
	text := b.world.secrets.hide(string(content[:min(len(content), 4096)]))
	cut, more := shorten(text, 60)
	if shown := strconv.Quote(cut); more || len(content) > 4096 {
		return shown + "… (" + strconv.Itoa(len(content)) + " bytes)"
	} else {
		return shown
	}
}

// hintString says by hand that f=digits sends a string where the protocol has a
// number.
func (b *bench) hintString(f *language.Field) {
	text, ok := f.Text.Literal()
	if !b.hand || f.Op != language.Set || !ok || !language.IsNumber(text) {
		return
	}
	name := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
	switch name {
	case "sequence", "sequesce", "sessionId", "key1", "key2", "data":
		b.note("hint: " + f.Name + "=" + text + " is the string \"" + text + "\"; the number is " + f.Name + ":=" + text)
	}
}
