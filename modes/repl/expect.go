package repl

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"proto/modes/repl/language"
	"proto/wire"
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

// want is a field word with its variables replaced.
type want struct {
	field  *language.Field
	value  wire.Value // of := and =
	text   string     // of all others
	regexp *regexp.Regexp
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

// prepare checks what only a variable's value could tell.
func (w *want) prepare(c *language.Command) (err error) {
	f := w.field
	switch f.Op {
	case language.Matches:
		if w.regexp = f.Regexp; w.regexp == nil {
			if w.regexp, err = regexp.Compile(w.text); err != nil {
				return failHard(c, f.Span, "", "%q is no regular expression", w.text)
			}
		}
	case language.Less, language.LessEqual, language.Greater, language.GreaterEqual:
		if !language.IsNumber(w.text) {
			return failHard(c, f.Span, "", "%s compares with a number, and %q is none", f.Op, w.text)
		}
	}
	return nil
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

// described is an arrival in one line.
func (x *expectation) described(a *arrival) string {
	if a.broken != nil {
		return "bytes that are no frame: " + a.broken.Error()
	}
	return x.bench.world.secrets.frame(a.entry)
}

// check holds a frame against the type and all field words; it names every one
// that does not hold.
func (x *expectation) check(a *arrival) (problems []problem) {
	if a.broken != nil {
		return []problem{{span: x.typeSpan(), wanted: x.wantedType(), got: x.described(a)}}
	}
	if !x.command.Any && !a.frame.Type().Is(x.kind) {
		return []problem{{span: x.typeSpan(), wanted: x.wantedType(), got: compact(x.described(a))}}
	}
	for i := range x.wants {
		if p := x.checkField(a, &x.wants[i]); p != nil {
			problems = append(problems, *p)
		}
	}
	return problems
}

// compact puts one blank where the aligned line has several.
func compact(line string) string {
	kind, rest, ok := strings.Cut(line, " ")
	if !ok {
		return line
	}
	return kind + " " + strings.TrimLeft(rest, " ")
}

func (x *expectation) checkField(a *arrival, w *want) *problem {
	got, note := x.member(a, w.field.Name)
	s := &x.bench.world.secrets
	wanted, ok := w.holds(got, s)
	if ok {
		return nil
	}
	p := &problem{span: w.field.Span, wanted: w.field.Name + " " + wanted, got: w.field.Name + " " + s.described(w.field.Name, got)}
	if w.field.Op == language.Absent {
		p.wanted = "no " + w.field.Name
	}
	if note != "" {
		p.got += " (" + note + ")"
	}
	return p
}

// member is the value that a field word is about: "text" is the plain text.
func (x *expectation) member(a *arrival, name string) (v wire.Value, note string) {
	if name == "text" && !a.frame.Data.Get("text").Present() {
		if a.opened.readable {
			return language.StringOf(string(a.opened.text)), ""
		}
		return wire.Value{}, a.opened.note
	}
	return at(a.frame.Value(), place(name, frameType(a.frame))), ""
}

// holds says whether a value is as wanted, and if not, what was wanted in words.
func (w *want) holds(got wire.Value, s *secrets) (wanted string, ok bool) {
	name := w.field.Name
	switch w.field.Op {
	case language.Absent:
		return "", !got.Present()
	case language.Present:
		return "in the frame", got.Present()
	case language.Set, language.SetJSON:
		return s.described(name, w.value), equal(got, w.value)
	case language.NotEqual:
		return "other than " + s.hide(w.text), got.Present() && differs(got, w.text)
	case language.Matches:
		return "matching " + s.hide(w.text), got.Present() && w.regexp.MatchString(language.TextOf(got))
	}
	if got.Kind() != wire.Integer && got.Kind() != wire.Real {
		return "number " + string(w.field.Op) + " " + s.hide(w.text), false
	}
	order := compareNumbers(string(got.Raw()), w.text)
	switch w.field.Op {
	case language.Less:
		ok = order < 0
	case language.LessEqual:
		ok = order <= 0
	case language.Greater:
		ok = order > 0
	case language.GreaterEqual:
		ok = order >= 0
	}
	return "number " + string(w.field.Op) + " " + s.hide(w.text), ok
}

// described is a value with its type: number 7, string "7".
func (s *secrets) described(name string, v wire.Value) string {
	switch v.Kind() {
	case wire.Absent:
		return "nothing"
	case wire.Integer, wire.Real:
		return "number " + s.value(name, v, longValue)
	case wire.Null:
		return "null"
	}
	return v.Kind().String() + " " + s.value(name, v, longValue)
}

// longValue is how many characters of a value a failure shows.
const longValue = 100
