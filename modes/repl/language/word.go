package language

import (
	"bytes"
	"strings"

	"proto/wire"
)

// text reads one word: quoted in one of three ways, or bare.
func (p *parser) text() (*Text, *Error) {
	t := &Text{Span: Span{From: p.pos}}
	var err *Error
	if p.pos < len(p.b) {
		switch p.b[p.pos] {
		case '\'', '`':
			err = p.verbatim(t)
		case '"':
			err = p.quoted(t)
		default:
			t.Parts, err = p.bareParts()
		}
	}
	if err != nil {
		return nil, err
	}
	t.Span.To = p.pos
	if t.Quoted && !p.blankAt(p.pos) {
		return nil, p.fail(p.here(), "a quote is a whole word or value; to have one within a word, quote all of it", "a blank is missing behind the closing quote")
	}
	return t, nil
}

// verbatim reads '…' within the line, or `…` over lines.
func (p *parser) verbatim(t *Text) *Error {
	quote, start := p.b[p.pos], p.pos
	rest := p.b[start+1:]
	n := bytes.IndexByte(rest, quote)
	if n < 0 || quote == '\'' && bytes.IndexByte(rest[:n], '\n') >= 0 {
		return p.openQuote(start)
	}
	p.pos = start + 1 + n + 1
	t.Quoted = true
	t.Parts = []Part{{Literal: string(rest[:n]), from: start + 1}}
	return nil
}

func (p *parser) openQuote(start int) *Error {
	e := p.fail(Span{start, start + 1}, "a text over several lines stands between two `", "the quote is not closed")
	if p.b[start] == '`' {
		e.Hint, e.Open = "", true
		p.pos = start
	}
	return e
}

// quoted reads "…" with JSON's escapes and variables.
func (p *parser) quoted(t *Text) *Error {
	var raw parts
	if err := p.stringParts(&raw); err != nil {
		return err
	}
	t.Quoted = true
	for _, part := range raw.done() {
		if part.Var == nil {
			v, _, err := wire.ParseValue([]byte(`"`+part.Literal+`"`), valueLimits())
			if err != nil {
				at := min(part.from+max(syntaxOffset(err)-1, 0), p.pos-1)
				return p.fail(p.character(at), `escapes are those of JSON: \" \\ \n \t \u0041; '…' is taken as it is`, "this is no text: %s", wireProblem(err))
			}
			part.Literal, _ = v.Text()
		}
		t.Parts = append(t.Parts, part)
	}
	return nil
}

// wireProblem is an error of package wire without its byte offset.
func wireProblem(err error) string {
	_, problem, ok := strings.Cut(err.Error(), ": ")
	if !ok {
		return err.Error()
	}
	return problem
}

// stringParts takes "…" at p.pos: its content as it is spelled, cut at variables.
func (p *parser) stringParts(to *parts) *Error {
	start := p.pos
	p.pos++
	for p.pos < len(p.b) {
		switch p.b[p.pos] {
		case '\n':
			return p.openQuote(start)
		case '"':
			p.pos++
			return nil
		case '\\':
			n := min(2, len(p.b)-p.pos)
			if n == 2 && p.b[p.pos+1] == '\n' {
				return p.openQuote(start)
			}
			to.add(p.b[p.pos:p.pos+n], p.pos)
			p.pos += n
		case '$':
			if err := p.dollar(to, true); err != nil {
				return err
			}
		default:
			to.add(p.b[p.pos:p.pos+1], p.pos)
			p.pos++
		}
	}
	return p.openQuote(start)
}

// bareParts reads up to the next blank.
func (p *parser) bareParts() ([]Part, *Error) {
	return p.partsUntil(func() bool { return p.blankAt(p.pos) })
}

// partsUntil reads text with variables until end says so.
func (p *parser) partsUntil(end func() bool) ([]Part, *Error) {
	var to parts
	for !end() {
		if p.b[p.pos] == '$' {
			if err := p.dollar(&to, false); err != nil {
				return nil, err
			}
			continue
		}
		to.add(p.b[p.pos:p.pos+1], p.pos)
		p.pos++
	}
	return to.done(), nil
}

// dollar takes what a dollar begins in a text.
func (p *parser) dollar(to *parts, inString bool) *Error {
	start := p.pos
	v, plain, err := p.variable(false)
	switch {
	case err != nil:
		return err
	case v != nil:
		to.addVar(v, inString)
	default:
		to.add([]byte(plain), start)
	}
	return nil
}

// variable reads what a dollar begins: a variable, or plain text: $$ is a
// dollar, and so is one that no name follows, as at the end of a regexp. sums
// says whether +INT and -INT may follow.
func (p *parser) variable(sums bool) (v *Var, plain string, err *Error) {
	start := p.pos
	rest := p.b[start+1:]
	switch {
	case len(rest) > 0 && rest[0] == '$':
		p.pos += 2
		return nil, "$", nil
	case len(rest) > 0 && rest[0] == '{':
		n := 1 + variableLength(rest[1:], false)
		if n >= len(rest) || rest[n] != '}' || n == 1 {
			p.pos++
			return nil, "", p.fail(Span{start, start + 2}, "a variable is $name or ${name}; $$ is a dollar", "after ${ a name and } are missing")
		}
		v = &Var{Name: string(rest[1:n])}
		p.pos = start + 1 + n + 1
	default:
		n := variableLength(rest, sums)
		p.pos = start + 1 + n
		if n == 0 {
			return nil, "$", nil
		}
		v = &Var{Name: string(rest[:n])}
	}
	if sums {
		v.Add = p.sum()
	}
	v.Span = Span{start, p.pos}
	return v, "", nil
}

// sum reads +INT or -INT behind a variable.
func (p *parser) sum() string {
	i := p.pos
	if i >= len(p.b) || p.b[i] != '+' && p.b[i] != '-' {
		return ""
	}
	for i++; i < len(p.b) && isDigit(p.b[i]); i++ {
	}
	if i == p.pos+1 {
		return ""
	}
	add := string(p.b[p.pos:i])
	p.pos = i
	return add
}

// variableLength is how many bytes of b are a variable's name: a letter or _,
// then letters, digits and _, and - and . where more of the name follows. Where
// sums are computed, a - before digits takes away.
func variableLength(b []byte, sums bool) int {
	if len(b) == 0 || !isLetter(b[0]) && b[0] != '_' {
		return 0
	}
	n := 1
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case isLetter(c) || isDigit(c) || c == '_':
			n = i + 1
		case c == '.' && n == i:
		case c == '-' && n == i && !(sums && i+1 < len(b) && isDigit(b[i+1])):
		default:
			return n
		}
	}
	return n
}

func isVariable(name string) bool {
	return name != "" && variableLength([]byte(name), false) == len(name)
}
