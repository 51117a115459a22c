package language

import "encoding/hex"

// raw reads a quoted text, a file, or the rest of the line as it is.
func (p *parser) raw(c *Command) (err *Error) {
	if p.blanks(); p.atEnd() {
		return p.fail(p.here(), "it is written: raw TEXT, or raw @FILE", "something is missing")
	}
	switch p.b[p.pos] {
	case '\'', '"', '`':
		c.Text, err = p.text()
		return err
	case '@':
		return p.file(c)
	}
	from := p.pos
	end := p.rawEnd()
	parts, err := p.partsUntil(func() bool { return p.pos >= end })
	c.Text = &Text{Span: Span{from, end}, Parts: parts}
	return err
}

// rawEnd is where the line ends, its comment and the blanks before that left out.
func (p *parser) rawEnd() int {
	end := p.pos
	for i := p.pos; i < len(p.b) && p.b[i] != '\n'; i++ {
		switch {
		case p.b[i] == '#' && isBlank(p.b[i-1]):
			return end
		case !isBlank(p.b[i]):
			end = i + 1
		}
	}
	return end
}

// file reads @FILE.
func (p *parser) file(c *Command) (err *Error) {
	p.pos++
	if p.blankAt(p.pos) {
		return p.fail(Span{p.pos - 1, p.pos}, "it is written: "+c.Name+" @FILE", "a file's name is missing")
	}
	c.File, err = p.text()
	return err
}

// hex reads hex digits, in one word or in several.
func (p *parser) hex(c *Command) *Error {
	if p.blanks(); p.atEnd() {
		return p.fail(p.here(), "it is written: bytes 00ff7b, or bytes @FILE", "something is missing")
	}
	if p.b[p.pos] == '@' {
		return p.file(c)
	}
	for {
		if p.blanks(); p.atEnd() || p.atBrace() {
			return nil
		}
		word, at := p.bare()
		b, err := hex.DecodeString(word)
		if err != nil {
			return p.fail(at, "each byte is two hex digits: bytes 00ff7b", "%q are no bytes in hex", clip(word))
		}
		c.Hex = append(c.Hex, b...)
	}
}
