package language

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// arguments reads what follows a command's name.
func (p *parser) arguments(c *Command, f Form, level int) (err *Error) {
	switch f.args {
	case noArguments:
		return nil
	case fieldWords:
		return p.fields(c, false, nil)
	case sendWords:
		return p.send(c)
	case expectWords:
		return p.expect(c, f)
	case rawText:
		return p.raw(c)
	case hexText:
		return p.hex(c)
	case connectWords:
		return p.connect(c)
	case nameWord:
		return p.name(c)
	case optionalWord, oneOf:
		return p.choice(c, f)
	case duration:
		c.Time, err = p.duration(c.Name + " D")
	case letWord:
		return p.let(c)
	case fileName:
		c.File, err = p.wanted(c.Name + " FILE")
	case repeatBody:
		return p.repeat(c, level)
	case commandBody:
		return p.mutate(c, level)
	case testLine:
		return p.test(c)
	}
	return err
}

// wanted reads a word that must be there.
func (p *parser) wanted(form string) (*Text, *Error) {
	if p.blanks(); p.atEnd() {
		return nil, p.fail(p.here(), "it is written: "+form, "something is missing")
	}
	return p.text()
}

func (p *parser) send(c *Command) (err *Error) {
	if bytes.HasPrefix(p.b[p.pos:], []byte(SetJSON)) {
		p.pos += 2
		p.blanks()
		c.Frame, err = p.json()
		return err
	}
	if c.Type, err = p.frameType("send TYPE [FIELDS], or send :={…}", "the type comes first: send HELLO "); err != nil {
		return err
	}
	return p.fields(c, false, nil)
}

// frameType reads TYPE. A bare field word is none, if only by oversight.
func (p *parser) frameType(form, hint string) (*Text, *Error) {
	if p.blanks(); !p.atEnd() {
		word := p.wordSpan()
		if _, _, n := p.fieldAhead(); n > 0 || p.b[p.pos] == '*' && word.To > p.pos+1 {
			return nil, p.fail(word, hint+clip(word.Of(p.src)), "a frame's type is missing")
		}
	}
	return p.wanted(form)
}

// expect reads TYPE or an event, fields, and within D.
func (p *parser) expect(c *Command, f Form) (err *Error) {
	form, hint := c.Name+" TYPE [FIELDS] [within D]", "the type comes first, * is any: "+c.Name+" * "
	if c.Type, err = p.frameType(form, hint); err != nil {
		return err
	}
	word, literal := c.Type.Literal()
	switch {
	case !literal || c.Type.Quoted:
	case word == "*":
		c.Any = true
	case slices.Contains(f.Choices, word):
		c.Event, c.Type = word, nil
	case slices.Contains(events(), word):
		hint := fmt.Sprintf("expect %s waits for that; a type of this name is quoted: %s %q", word, c.Name, word)
		return p.fail(c.Type.Span, hint, "%s waits for a frame", c.Name)
	}
	within := func() (bool, *Error) { return p.within(c) }
	if c.Event != "" {
		_, err := within()
		return err
	}
	return p.fields(c, true, within)
}

// within reads "within D", if it stands here.
func (p *parser) within(c *Command) (found bool, err *Error) {
	if !p.takes("within") {
		return false, nil
	}
	c.Time, err = p.duration("within D")
	return true, err
}

// duration reads a time.
func (p *parser) duration(form string) (*Text, *Error) {
	t, err := p.wanted(form)
	if err != nil {
		return nil, err
	}
	if text, ok := t.Literal(); ok {
		if _, err := ParseDuration(text); err != nil {
			return nil, p.fail(t.Span, "a time has a unit: 500ms, 5s, 1m30s", "%q is no time", clip(text))
		}
	}
	return t, nil
}

// ParseDuration reads a time that is not below zero.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = errorText("it is below zero")
	}
	return d, err
}

// name reads the name of a connection or of a variable.
func (p *parser) name(c *Command) *Error {
	if p.blanks(); p.atEnd() {
		return p.fail(p.here(), "it is written: "+c.Name+" NAME", "a name is missing")
	}
	word, at := p.bare()
	c.Word = word
	switch {
	case c.Name == "use" && !isName(word):
		return p.noName(word, at)
	case isVariable(word):
		return nil
	case word[0] == '$':
		return p.fail(at, withoutDollar, "%q is no name", clip(word))
	}
	return p.fail(at, "a name is of letters, digits, - and _", "%q is no name", clip(word))
}

const withoutDollar = "here the name stands without $"

// choice reads one of the words that a command knows, or any.
func (p *parser) choice(c *Command, f Form) *Error {
	p.blanks()
	if p.atEnd() || p.atBrace() {
		if f.args == optionalWord {
			return nil
		}
		return p.fail(p.here(), "it is written: "+c.Name+" "+strings.Join(f.Choices, "|"), "something is missing")
	}
	word, at := p.bare()
	if f.args == oneOf && !slices.Contains(f.Choices, word) {
		hint := "it is written: " + c.Name + " " + strings.Join(f.Choices, "|")
		if near := nearest(word, f.Choices); near != "" {
			hint = "did you mean " + near + "?"
		}
		return p.fail(at, hint, "%s does not know %q", c.Name, clip(word))
	}
	c.Word = word
	return nil
}

// let reads NAME=VALUE, NAME:=JSON or -NAME.
func (p *parser) let(c *Command) *Error {
	const form = "it is written: let NAME=TEXT, let NAME:=JSON, or let -NAME"
	if p.blanks(); p.atEnd() {
		return p.fail(p.here(), form, "something is missing")
	}
	if _, op, n := p.fieldAhead(); n == 0 || op == Present {
		hint := form
		if p.b[p.pos] == '$' {
			hint = withoutDollar
		}
		return p.fail(p.wordSpan(), hint, "this sets no variable")
	}
	f, err := p.field(false)
	if err == nil && !isVariable(f.Name) {
		err = p.fail(f.Span, form, "%q is no name of a variable", clip(f.Name))
	}
	if err == nil {
		c.Fields = []Field{*f}
	}
	return err
}
