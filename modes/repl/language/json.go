package language

import (
	"slices"

	"proto/wire"
)

// json reads one JSON value, in either spelling of the protocol and over lines,
// with variables in place of values and within "…".
func (p *parser) json() (*JSON, *Error) {
	var b jsonBuilder
	start := p.pos
	if err := p.jsonValue(&b, 0); err != nil {
		return nil, err
	}
	j := &JSON{Span: Span{start, p.pos}, Parts: appendLiteral(b.parts, b.literal)}
	if !p.blankAt(p.pos) {
		return nil, p.fail(p.here(), "", "a blank is missing behind the value")
	}
	return j, p.checkJSON(j)
}

// checkJSON has package wire read the value, each variable taken for a 0.
func (p *parser) checkJSON(j *JSON) *Error {
	var b []byte
	var at []int // for each byte of b where it came from, as far as that is known
	from := j.Span.From
	for _, part := range j.Parts {
		text := part.Literal
		if part.Var != nil {
			text, from = "0", part.Var.Span.From
		}
		for i := range len(text) {
			at = append(at, from+i)
		}
		b = append(b, text...)
		if from += len(part.Literal); part.Var != nil {
			from = part.Var.Span.To
		}
	}
	_, n, err := wire.ParseValue(b, valueLimits())
	if err == nil && n == len(b) {
		return nil
	}
	if err == nil {
		return p.fail(j.Span, "", "after := one JSON value is expected")
	}
	offset := min(syntaxOffset(err), len(at)-1)
	where := Span{at[offset], at[offset] + 1}
	return p.fail(where, "", "this is no JSON value: %s", wireProblem(err))
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

// jsonBuilder collects the parts of a value.
type jsonBuilder struct {
	parts   []Part
	literal []byte
}

func (b *jsonBuilder) add(text []byte) { b.literal = append(b.literal, text...) }

func (b *jsonBuilder) addVar(v Part) {
	b.parts = append(appendLiteral(b.parts, b.literal), v)
	b.literal = nil
}

// jsonValue takes one value. Only its extent and its variables are found here;
// that it is well formed is for package wire to say.
func (p *parser) jsonValue(j *jsonBuilder, level int) *Error {
	switch {
	case p.endAt(p.pos):
		return p.fail(p.here(), "", "a JSON value is missing")
	case level > maxLevels:
		return p.fail(p.here(), "raw and bytes send what is deeper", "more than %d levels of brackets", maxLevels)
	}
	switch c := p.b[p.pos]; c {
	case '$':
		v, _, err := p.variable(true)
		if err == nil && v == nil {
			err = p.fail(Span{p.pos - 1, p.pos}, "a variable is $name or ${name}", "a variable's name is missing")
		}
		if err != nil {
			return err
		}
		j.addVar(Part{Var: v})
		return nil
	case '"', '\'':
		return p.jsonString(j)
	case '{', '[':
		return p.jsonBracket(j, c, level)
	}
	start := p.pos
	for !p.blankAt(p.pos) && !slices.Contains([]byte(`,:]}"'`), p.b[p.pos]) {
		p.pos++
	}
	if p.pos == start {
		return p.fail(p.here(), "", "a JSON value is missing")
	}
	j.add(p.b[start:p.pos])
	return nil
}

// jsonString takes a string: "…" with variables, '…' without.
func (p *parser) jsonString(j *jsonBuilder) *Error {
	start := p.pos
	if p.b[p.pos] == '"' {
		parts, err := p.stringParts()
		if err != nil {
			return err
		}
		j.add([]byte(`"`))
		for _, part := range parts {
			if part.Var != nil {
				j.addVar(part)
			} else {
				j.add([]byte(part.Literal))
			}
		}
		j.add([]byte(`"`))
		return nil
	}
	for p.pos++; p.pos < len(p.b) && p.b[p.pos] != '\n'; p.pos++ {
		switch p.b[p.pos] {
		case '\'':
			p.pos++
			j.add(p.b[start:p.pos])
			return nil
		case '\\':
			p.pos++
		}
	}
	p.pos = min(p.pos, len(p.b))
	return p.openQuote(start)
}

// jsonBracket takes an object or an array. What is wrong between its items is
// said here, at its place, and not only where the bracket is found to be open.
func (p *parser) jsonBracket(j *jsonBuilder, open byte, level int) *Error {
	start := p.pos
	closing, perItem := byte('}'), 2
	if open == '[' {
		closing, perItem = ']', 1
	}
	p.pos++
	j.add([]byte{open})
	for values := 0; ; {
		p.jsonSpace(j)
		if p.pos >= len(p.b) {
			p.pos = start
			return &Error{Source: p.src, Span: Span{start, start + 1}, Message: "the bracket is not closed", Open: true}
		}
		c := p.b[p.pos]
		if c == closing && values%perItem == 0 {
			p.pos++
			j.add([]byte{closing})
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
			j.add([]byte{between})
			if p.jsonSpace(j); p.pos >= len(p.b) {
				continue
			}
		}
		if perItem == 2 && values%2 == 0 && p.b[p.pos] != '"' && p.b[p.pos] != '\'' {
			return p.fail(p.here(), "", "a member's name in quotes is expected here")
		}
		if err := p.jsonValue(j, level+1); err != nil {
			return err
		}
		values++
	}
}

// jsonSpace takes blanks and line ends within a bracket.
func (p *parser) jsonSpace(j *jsonBuilder) {
	from := p.pos
	for p.pos < len(p.b) && (isBlank(p.b[p.pos]) || p.b[p.pos] == '\n') {
		p.pos++
	}
	j.add(p.b[from:p.pos])
}
