package repl

import (
	"regexp"
	"strings"

	"proto/modes/repl/language"
	"proto/wire"
)

// want is a field word with its variables replaced.
type want struct {
	field  *language.Field
	value  wire.Value // of := and =
	text   string     // of all others
	regexp *regexp.Regexp
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
