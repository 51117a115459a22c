package language

import "strings"

// test reads ID "title" [must|should] [skip "why" [if NAME=VALUE]].
func (p *parser) test(c *Command) *Error {
	const words = `test ID "title" [must|should] [skip "why" [if NAME=VALUE]]`
	const form = "it is written: " + words
	t := &Test{}
	id, err := p.wanted(words)
	if err != nil {
		return err
	}
	t.ID, _ = id.Literal()
	if t.ID == "" || strings.ContainsFunc(t.ID, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return p.fail(id.Span, form, "this is no id of a test")
	}
	title, err := p.wanted(words)
	if err != nil {
		return err
	}
	t.Title, _ = title.Literal()
	if t.Title == "" || !title.Quoted {
		return p.fail(title.Span, form, "the title is missing, in quotes")
	}
	c.Test = t
	return p.testWords(t, words, form)
}

func (p *parser) testWords(t *Test, words, form string) *Error {
	p.blanks()
	at := p.wordSpan()
	if word := at.Of(p.src); word == "must" || word == "should" {
		t.Should = word == "should"
		p.pos = at.To
		p.blanks()
		at = p.wordSpan()
	}
	if at.Of(p.src) != "skip" {
		return nil
	}
	p.pos = at.To
	why, err := p.wanted(words)
	if err != nil {
		return err
	}
	if t.Why, _ = why.Literal(); !why.Quoted {
		return p.fail(why.Span, form, "the reason is missing, in quotes")
	}
	t.Skip = true
	p.blanks()
	if at = p.wordSpan(); at.Of(p.src) != "if" {
		return nil
	}
	p.pos = at.To
	p.blanks()
	f, err := p.field(false)
	if err == nil && f.Op != Set {
		err = p.fail(f.Span, form, "behind if stands NAME=VALUE")
	}
	t.If = f
	return err
}
