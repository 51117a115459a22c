package language

import (
	"bytes"
	"errors"

	"proto/wire"
)

// jsonHint is for what is none of these.
const jsonHint = `a text is f=text or f:="text"; JSON has numbers, "texts", true, false, null, [ ] and { }`

// json reads one JSON value, in either spelling of the protocol and over lines,
// with variables in place of values and within "…".
func (p *parser) json() (*JSON, *Error) {
	var to parts
	start := p.pos
	if p.atEnd() {
		return nil, p.noValue()
	}
	if err := p.jsonValue(&to, 0); err != nil {
		return nil, err
	}
	j := &JSON{Span: Span{start, p.pos}, Parts: to.done()}
	if p.blankAt(p.pos) {
		return j, p.checkJSON(j)
	}
	hint := ""
	if c := p.b[p.pos]; j.Parts[len(j.Parts)-1].Var != nil && (c == '+' || c == '-') {
		hint = "behind a variable stand +INT and -INT only: f:=$seq+1"
	}
	return nil, p.fail(p.here(), hint, "a blank is missing behind the value")
}

func (p *parser) noValue() *Error {
	return p.fail(p.here(), `behind := stands a JSON value: f:=7, f:="text", f:=null; f= alone is the empty text`, "a JSON value is missing")
}

// checkJSON has package wire read the value, each variable taken for a 0. What it
// can still find wrong stands within a string.
func (p *parser) checkJSON(j *JSON) *Error {
	var b []byte
	for _, part := range j.Parts {
		if part.Var != nil {
			b = append(b, '0')
		}
		b = append(b, part.Literal...)
	}
	_, _, err := wire.ParseValue(b, valueLimits())
	if err == nil {
		return nil
	}
	at := min(sourceOf(j.Parts, syntaxOffset(err)), j.Span.To-1)
	return p.fail(p.character(at), "", "this is no JSON value: %s", wireProblem(err))
}

func syntaxOffset(err error) int {
	switch e := err.(type) {
	case *wire.SyntaxError:
		return int(e.Offset)
	case *wire.LimitError:
		return int(e.Offset)
	}
	return 0
}

// jsonValue takes one value.
func (p *parser) jsonValue(to *parts, level int) *Error {
	switch c := p.b[p.pos]; c {
	case '$':
		start := p.pos
		v, _, err := p.variable(true)
		if err == nil && v == nil {
			err = p.fail(Span{start, start + 1}, "a variable is $name or ${name}", "a variable's name is missing")
		}
		if err != nil {
			return err
		}
		to.addVar(v, false)
		return nil
	case '"', '\'':
		return p.jsonString(to)
	case '{', '[':
		if level >= maxLevels {
			return p.fail(p.here(), "raw and bytes send what is deeper", "more than %d levels of brackets", maxLevels)
		}
		return p.jsonBracket(to, c, level)
	}
	return p.jsonScalar(to)
}

// jsonScalar takes a number, true, false or null.
func (p *parser) jsonScalar(to *parts) *Error {
	start := p.pos
	for !p.blankAt(p.pos) && bytes.IndexByte([]byte(",:]}\"'\v\f"), p.b[p.pos]) < 0 {
		p.pos++
	}
	if p.pos == start || p.b[start] == '#' {
		p.pos = start
		return p.noValue()
	}
	word := p.b[start:p.pos]
	to.add(word, start)
	_, n, err := wire.ParseValue(word, valueLimits())
	var limit *wire.LimitError
	if n == len(word) && err == nil || errors.As(err, &limit) {
		return nil
	}
	return p.fail(Span{start, p.pos}, jsonHint, "%q is no JSON value", clip(string(word)))
}

// jsonString takes a string: "…" with variables, '…' without.
func (p *parser) jsonString(to *parts) *Error {
	start := p.pos
	if p.b[p.pos] == '"' {
		to.add([]byte(`"`), start)
		if err := p.stringParts(to); err != nil {
			return err
		}
		to.add([]byte(`"`), p.pos-1)
		return nil
	}
	for p.pos++; !p.lineOver(p.pos); p.pos++ {
		switch p.b[p.pos] {
		case '\'':
			p.pos++
			to.add(p.b[start:p.pos], start)
			return nil
		case '\\':
			if !p.lineOver(p.pos + 1) {
				p.pos++
			}
		}
	}
	return p.openQuote(start)
}

// jsonBracket takes an object or an array. What is wrong between its items is
// said here, at its place, and not only where the bracket is found to be open.
func (p *parser) jsonBracket(to *parts, open byte, level int) *Error {
	start := p.pos
	closing, perItem := byte('}'), 2
	if open == '[' {
		closing, perItem = ']', 1
	}
	p.pos++
	to.add([]byte{open}, start)
	for values := 0; ; {
		p.jsonSpace(to)
		if p.pos >= len(p.b) {
			p.pos = start
			return &Error{Source: p.src, Span: Span{start, start + 1}, Message: "the bracket is not closed", Open: true}
		}
		c := p.b[p.pos]
		if c == closing && values%perItem == 0 {
			p.pos++
			to.add([]byte{closing}, p.pos-1)
			return nil
		}
		if values > 0 {
			between := byte(',')
			if perItem == 2 && values%2 == 1 {
				between = ':'
			}
			if c != between {
				return p.fail(p.here(), "", "%q is expected here", between)
			}
			p.pos++
			to.add([]byte{between}, p.pos-1)
			if p.jsonSpace(to); p.pos >= len(p.b) {
				continue
			}
		}
		if perItem == 2 && values%2 == 0 && p.b[p.pos] != '"' && p.b[p.pos] != '\'' {
			return p.fail(p.here(), "", "a member's name in quotes is expected here")
		}
		if err := p.jsonValue(to, level+1); err != nil {
			return err
		}
		values++
	}
}

// jsonSpace takes blanks, line ends and comments within a bracket. A comment is blank
// in the value, byte by byte. Of blanks there are as many as package wire knows.
func (p *parser) jsonSpace(to *parts) {
	for p.pos < len(p.b) {
		from := p.pos
		switch c := p.b[p.pos]; {
		case isBlank(c) || c == '\n' || c == '\v' || c == '\f':
			p.pos++
			to.add(p.b[from:p.pos], from)
		case c == '#' && p.blankAt(from-1):
			p.skipLine()
			to.add(bytes.Repeat([]byte(" "), p.pos-from), from)
		default:
			return
		}
	}
}
