package language

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"proto/modes"
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
	if c.Type, err = p.wanted("send TYPE [FIELDS], or send :={…}"); err != nil {
		return err
	}
	return p.fields(c, false, nil)
}

// expect reads TYPE or an event, fields, and within D.
func (p *parser) expect(c *Command, f Form) (err *Error) {
	if c.Type, err = p.wanted(c.Name + " TYPE [FIELDS] [within D]"); err != nil {
		return err
	}
	word, literal := c.Type.Literal()
	switch {
	case !literal || c.Type.Quoted:
	case word == "*":
		c.Any = true
	case slices.Contains(f.Choices, word):
		c.Event, c.Type = word, nil
	case strings.ContainsAny(word, "=~<>") || word[0] == '-' || word[0] == '+':
		return p.fail(c.Type.Span, "the type comes first, * is any: "+c.Name+" * "+word, "a frame's type is missing")
	}
	within := func() (bool, *Error) { return p.within(c) }
	if c.Event != "" {
		p.blanks()
		_, err := within()
		return err
	}
	return p.fields(c, true, within)
}

// within reads "within D", if it stands here.
func (p *parser) within(c *Command) (found bool, err *Error) {
	if at := p.wordSpan(); at.Of(p.src) != "within" {
		return false, nil
	} else {
		p.pos = at.To
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

// connect reads [NAME] [ADDRESS] and options, in any order of the latter.
func (p *parser) connect(c *Command) *Error {
	for {
		if p.blanks(); p.atEnd() || p.atBrace() {
			return nil
		}
		if _, op, n := p.fieldAhead(); n > 0 && op == Set {
			if err := p.connectOption(c); err != nil {
				return err
			}
			continue
		}
		if found, err := p.within(c); found || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if err := p.connectWord(c); err != nil {
			return err
		}
	}
}

func (p *parser) connectOption(c *Command) *Error {
	f, err := p.field(false)
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"from", "ca", "pin"}, f.Name) {
		return p.fail(f.Span, "connect takes from=IP, ca=FILE, pin=PIN, insecure and within D", "connect has no option %s=", clip(f.Name))
	}
	c.Fields = append(c.Fields, *f)
	return nil
}

// connectWord takes insecure, a name, or an address: that is a word with a dot
// or a colon, localhost, or a second word.
func (p *parser) connectWord(c *Command) *Error {
	t, err := p.text()
	if err != nil {
		return err
	}
	word, literal := t.Literal()
	switch {
	case word == "insecure":
		c.Open = true
	case literal && word == "local":
		return p.fail(t.Span, "`proto repl local` starts that server, and connect without an address goes to it", "local is no address here")
	case literal && c.Word == "" && c.Addr == nil && isName(word) && word != "localhost":
		c.Word = word
	case c.Addr == nil:
		c.Addr = t
	default:
		return p.fail(t.Span, "it is written: connect [NAME] [ADDRESS] [from=IP] [ca=FILE] [pin=PIN] [insecure] [within D]", "a name and an address stand here already")
	}
	return nil
}

// name reads the name of a connection or of a variable.
func (p *parser) name(c *Command) *Error {
	if p.blanks(); p.atEnd() {
		return p.fail(p.here(), "it is written: "+c.Name+" NAME", "a name is missing")
	}
	word, at := p.bare()
	if !isVariable(word) {
		return p.fail(at, "a name is of letters, digits, - and _", "%q is no name", clip(word))
	}
	c.Word = word
	return nil
}

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
		if near := modes.Nearest(word, f.Choices); near != "" {
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
		return p.fail(p.wordSpan(), form, "this sets no variable")
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
	return i >= len(p.b) || isLetter(p.b[i]) || slices.Contains([]byte("\n#!@"), p.b[i]) || p.b[i] == '}' && i > p.pos+1
}

func (p *parser) block(c *Command, level int) *Error {
	open := p.here()
	p.pos++
	c.Body = p.commands(level + 1)
	if len(p.errs) >= maxErrors {
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
