package language

import (
	"slices"
	"strconv"
)

// maxRepeat is how often repeat repeats at most.
const maxRepeat = 100_000_000

// ParseCount reads how often repeat repeats.
func ParseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err == nil && (n < 0 || n > maxRepeat) {
		err = strconv.ErrRange
	}
	return n, err
}

// repeat reads N and a command, or N and a block.
func (p *parser) repeat(c *Command, level int) (err *Error) {
	const form = "repeat N COMMAND, or repeat N { and commands in lines of their own and }"
	if c.N, err = p.wanted(form); err != nil {
		return err
	}
	if text, ok := c.N.Literal(); ok {
		if _, err := ParseCount(text); err != nil {
			return p.fail(c.N.Span, "it is written: "+form, "%q is no number of times from 0 to %d", clip(text), maxRepeat)
		}
	}
	if p.blanks(); p.atEnd() {
		return p.fail(p.here(), "it is written: "+form, "a command is missing")
	}
	if p.blockAhead() {
		return p.block(c, level)
	}
	return p.body(c, level)
}

// blockAhead tells the brace of a block from that of a frame: behind it the line
// ends, or a command stands.
func (p *parser) blockAhead() bool {
	if p.b[p.pos] != '{' {
		return false
	}
	i := p.pos + 1
	for i < len(p.b) && isBlank(p.b[i]) {
		i++
	}
	return i >= len(p.b) || isLetter(p.b[i]) || slices.Contains([]byte("\n#!@"), p.b[i]) || i > p.pos+1 && (p.b[i] == '}' || p.b[i] == '{')
}

func (p *parser) block(c *Command, level int) *Error {
	open := p.here()
	p.pos++
	c.Body = p.commands(level + 1)
	if p.full {
		return nil
	}
	if p.pos >= len(p.b) {
		e := p.fail(open, "} in a line of its own closes it", "the block is not closed")
		e.Open = true
		return e
	}
	p.pos++
	return nil
}

// body reads the command that follows another one.
func (p *parser) body(c *Command, level int) *Error {
	if p.blanks(); p.atEnd() {
		return p.fail(p.here(), "it is written: "+c.Name+" COMMAND", "a command is missing")
	}
	inner, err := p.command(level + 1)
	if err != nil {
		return err
	}
	if inner.Name == "test" || inner.Name == "include" {
		return p.fail(inner.Where, "", "%s stands in a line of its own only", inner.Name)
	}
	c.Body = []*Command{inner}
	return nil
}

func (p *parser) mutate(c *Command, level int) *Error {
	if err := p.body(c, level); err != nil {
		return err
	}
	inner := c.Body[0]
	if !slices.Contains([]string{"hello", "request", "close", "send"}, inner.Name) || inner.Not || inner.On != "" {
		return p.fail(inner.Span, "mutate takes hello, request, close and send", "this cannot be mutated")
	}
	return nil
}
