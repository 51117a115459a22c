package language

import "strings"

const (
	testWords = `test ID "title" [must|should] [skip "why" [if NAME=VALUE]]`
	testForm  = "it is written: " + testWords
)

// test reads ID "title" [must|should] [skip "why" [if NAME=VALUE]].
func (p *parser) test(c *Command) *Error {
	t := &Test{}
	id, at, err := p.constant()
	if err != nil {
		return err
	}
	if t.ID = id; id == "" || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return p.fail(at.Span, testForm, "this is no id of a test")
	}
	if t.Title, at, err = p.constant(); err != nil {
		return err
	}
	if t.Title == "" || !at.Quoted {
		return p.fail(at.Span, testForm, "the title is missing, in quotes")
	}
	c.Test = t
	if p.takes("should") {
		t.Should = true
	} else {
		p.takes("must")
	}
	if p.takes("skip") {
		return p.skip(t)
	}
	return nil
}

// skip reads "why" [if NAME=VALUE].
func (p *parser) skip(t *Test) *Error {
	why, at, err := p.constant()
	if err != nil {
		return err
	}
	if why == "" || !at.Quoted {
		return p.fail(at.Span, testForm, "the reason is missing, in quotes")
	}
	t.Skip, t.Why = true, why
	if !p.takes("if") {
		return nil
	}
	if p.blanks(); p.atEnd() {
		return p.fail(p.here(), testForm, "something is missing")
	}
	if _, op, _ := p.fieldAhead(); op != Set {
		return p.fail(p.wordSpan(), testForm, "behind if stands NAME=VALUE")
	}
	t.If, err = p.field(false)
	return err
}

// constant reads a word that holds no variable.
func (p *parser) constant() (string, *Text, *Error) {
	t, err := p.wanted(testWords)
	if err != nil {
		return "", nil, err
	}
	text, ok := t.Literal()
	if !ok {
		err = p.fail(t.Span, "$$ is a dollar, and '…' is taken as it is", "here no variable can stand: tests are listed before any has a value")
	}
	return text, t, err
}

// takes takes a word of the form, if it stands here.
func (p *parser) takes(word string) bool {
	p.blanks()
	at := p.wordSpan()
	if at.Of(p.src) != word {
		return false
	}
	p.pos = at.To
	return true
}
