package language

import (
	"math/big"
	"strings"

	"proto/wire"
)

// A Text is a text with variables in it, as a word of a script holds it.
type Text struct {
	Span   Span
	Quoted bool
	Parts  []Part
}

// A JSON is one JSON value with variables in it.
type JSON struct {
	Span  Span
	Parts []Part
}

// A Part is either a literal or a variable.
type Part struct {
	Literal  string
	Var      *Var
	InString bool // of a JSON: the variable stands within a string
	from     int  // of a literal: where it begins in the source
}

// A Var is a use of a variable: $name, ${name}, $name+1.
type Var struct {
	Span Span
	Name string
	Add  string // "+1", "-2"; "" adds nothing
}

// A Lookup gives the value of a variable.
type Lookup func(name string) (wire.Value, error)

// An ExpandError says which variable of a script has no value, and why.
type ExpandError struct {
	Span Span
	Err  error
}

func (e *ExpandError) Error() string { return e.Err.Error() }

func (e *ExpandError) Unwrap() error { return e.Err }

// Literal is the text, if no variable stands in it.
func (t *Text) Literal() (text string, ok bool) {
	var b strings.Builder
	for _, p := range t.Parts {
		if p.Var != nil {
			return "", false
		}
		b.WriteString(p.Literal)
	}
	return b.String(), true
}

// Expand is the text with its variables replaced: a string by its text, every
// other value by its JSON.
func (t *Text) Expand(lookup Lookup) (string, error) {
	var b []byte
	for _, p := range t.Parts {
		if p.Var == nil {
			b = append(b, p.Literal...)
			continue
		}
		v, err := p.Var.value(lookup)
		if err != nil {
			return "", err
		}
		b = append(b, TextOf(v)...)
	}
	return string(b), nil
}

// TextOf is a value as text: a string's own, every other value's JSON.
func TextOf(v wire.Value) string {
	if text, ok := v.Text(); ok {
		return text
	}
	return string(wire.AppendValue(nil, v))
}

// valueLimits bound a JSON value of a script. Attack scripts may be large.
func valueLimits() wire.Limits { return wire.Limits{Bytes: maxScript, Levels: maxLevels} }

// Expand is the value with its variables replaced: within a string by their
// text, elsewhere by their value.
func (j *JSON) Expand(lookup Lookup) (wire.Value, error) {
	var b []byte
	for _, p := range j.Parts {
		if p.Var == nil {
			b = append(b, p.Literal...)
			continue
		}
		v, err := p.Var.value(lookup)
		switch {
		case err != nil:
			return wire.Value{}, err
		case p.InString:
			quoted := wire.AppendText(nil, TextOf(v))
			b = append(b, quoted[1:len(quoted)-1]...)
		default:
			b = wire.AppendValue(b, v)
		}
	}
	v, _, err := wire.ParseValue(b, valueLimits())
	if err != nil {
		return v, &ExpandError{j.Span, err} // a variable has made it too large
	}
	return v, nil
}

// value is what a variable stands for, its sum computed.
func (v *Var) value(lookup Lookup) (wire.Value, error) {
	value, err := lookup(v.Name)
	if err != nil {
		return value, &ExpandError{v.Span, err}
	}
	if v.Add == "" {
		return value, nil
	}
	if value.Kind() != wire.Integer {
		return value, &ExpandError{v.Span, errNoInteger(v.Name, value.Kind())}
	}
	sum, ok := new(big.Int).SetString(string(value.Raw()), 10)
	add, ok2 := new(big.Int).SetString(v.Add, 10)
	if !ok || !ok2 {
		return value, &ExpandError{v.Span, errNoInteger(v.Name, value.Kind())}
	}
	return IntegerOf(sum.Add(sum, add).String()), nil
}

type errorText string

func (e errorText) Error() string { return string(e) }

func errNoInteger(name string, kind wire.Kind) error {
	return errorText("$" + name + " is " + kind.String() + ", and only to an integer can be added")
}

// IntegerOf is the value of decimal digits.
func IntegerOf(digits string) wire.Value { return mustValue([]byte(digits)) }

// StringOf is the value of a text.
func StringOf(text string) wire.Value { return mustValue(wire.AppendText(nil, text)) }

// mustValue parses what is known to be a value; the zero Value for what is not.
func mustValue(b []byte) wire.Value {
	v, _, _ := wire.ParseValue(b, wire.Limits{Bytes: len(b) + 1, Levels: maxLevels})
	return v
}
