package language

import (
	"fmt"
	"slices"
	"strings"

	"proto/modes"
)

// Limits of a script.
const (
	maxScript = 64 << 20 // bytes of a file
	maxLevels = 1000     // of JSON brackets, and of blocks within one another
	maxErrors = 100      // of one file; more would not be read
)

// Parse reads a script. It gives back all commands it could read and all errors, in
// the order of the text and at most one for each line; the script is to be run only
// if there is none.
func Parse(src *Source) (*Script, []*Error) {
	p := &parser{src: src, b: src.Text}
	if len(src.Text) > maxScript {
		return &Script{Source: src}, []*Error{p.fail(Span{}, "", "the script has more than %d MiB", maxScript>>20)}
	}
	s := &Script{Source: src}
	s.Commands = p.commands(0)
	slices.SortStableFunc(p.errs, func(a, b *Error) int { return a.Span.From - b.Span.From })
	return s, p.errs
}

type parser struct {
	src  *Source
	b    []byte
	pos  int
	errs []*Error
	open bool // the text ended within a quote or a bracket
	full bool // there are too many errors, and nothing more is read
}

// fail makes an error; whoever gets it stops reading the line.
func (p *parser) fail(at Span, hint, format string, args ...any) *Error {
	return &Error{Source: p.src, Span: at, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// here is the span of the character at p.pos; behind a line's end it is empty.
func (p *parser) here() Span { return p.character(p.pos) }

func (p *parser) character(at int) Span {
	to := at
	for !p.endAt(to) && (to == at || p.b[to]&0xc0 == 0x80) {
		to++
	}
	return Span{at, to}
}

// commands reads lines until the end, or until the brace that closes a block.
func (p *parser) commands(level int) (list []*Command) {
	for {
		p.skipLines()
		if p.pos >= len(p.b) || level > 0 && p.atBrace() || p.tooMany() {
			return list
		}
		c, err := p.command(level)
		if err == nil {
			err = p.lineEnd(c, level)
		}
		if p.full {
			return list
		}
		if err != nil {
			p.report(err)
			p.recover(level)
			continue
		}
		list = append(list, c)
	}
}

// lineEnd wants the end of the line, or a block's closing brace.
func (p *parser) lineEnd(c *Command, level int) *Error {
	if p.blanks(); p.atEnd() || level > 0 && p.atBrace() {
		return nil
	}
	hint := ""
	if f, ok := FormOf(c.Name); ok && c.Time != nil && f.args == expectWords {
		hint = "within D comes last"
	}
	return p.fail(p.wordSpan(), hint, "nothing more can stand here")
}

// atBrace says whether a closing brace stands here as a word of its own.
func (p *parser) atBrace() bool {
	return p.pos < len(p.b) && p.b[p.pos] == '}' && p.blankAt(p.pos+1)
}

func (p *parser) skipLines() {
	for p.pos < len(p.b) {
		switch c := p.b[p.pos]; {
		case isBlank(c) || c == '\n':
			p.pos++
		case c == '#':
			p.skipLine()
		default:
			return
		}
	}
}

func (p *parser) skipLine() {
	for p.pos < len(p.b) && p.b[p.pos] != '\n' {
		p.pos++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

func (p *parser) blanks() {
	for p.pos < len(p.b) && isBlank(p.b[p.pos]) && !p.endAt(p.pos) {
		p.pos++
	}
}

// endAt says whether a line ends at i: with \n, \r\n, or the script.
func (p *parser) endAt(i int) bool {
	return i >= len(p.b) || p.b[i] == '\n' || p.b[i] == '\r' && (i+1 == len(p.b) || p.b[i+1] == '\n')
}

// lineOver says whether i is behind the last byte of a line.
func (p *parser) lineOver(i int) bool { return i >= len(p.b) || p.b[i] == '\n' }

// blankAt says whether a word cannot go on at i.
func (p *parser) blankAt(i int) bool { return i >= len(p.b) || isBlank(p.b[i]) || p.b[i] == '\n' }

// atEnd says whether the line has ended, at the start of a word.
func (p *parser) atEnd() bool {
	return p.endAt(p.pos) || p.b[p.pos] == '#'
}

// wordSpan is what stands here up to the next blank.
func (p *parser) wordSpan() Span {
	to := p.pos
	for !p.blankAt(to) {
		to++
	}
	return Span{p.pos, to}
}

// bare takes a word without quotes and variables.
func (p *parser) bare() (string, Span) {
	at := p.wordSpan()
	p.pos = at.To
	return at.Of(p.src), at
}

// command reads one command with what stands before it.
func (p *parser) command(level int) (*Command, *Error) {
	c := &Command{Source: p.src, Span: Span{From: p.pos}}
	if level >= maxLevels {
		return nil, p.fail(p.here(), "", "commands within more than %d others", maxLevels)
	}
	if p.b[p.pos] == '!' {
		c.Not = true
		p.pos++
		if p.blanks(); p.atEnd() {
			return nil, p.fail(Span{c.Span.From, p.pos}, "! COMMAND wants the command to fail", "a command is missing")
		}
	}
	if p.b[p.pos] == '@' {
		if err := p.connection(c); err != nil {
			return nil, err
		}
	}
	if p.b[p.pos] == '{' {
		c.Name, c.Where = "send", p.here()
		frame, err := p.json()
		c.Frame, c.Span.To = frame, p.pos
		return c, err
	}
	c.Name, c.Where = p.bare()
	form, ok := FormOf(c.Name)
	if !ok {
		return nil, p.unknownCommand(c)
	}
	if c.Name == "test" && level > 0 {
		return nil, p.fail(c.Where, "a test begins in a line of its own, and ends where the next one begins", "a test cannot stand within another command")
	}
	p.blanks()
	err := p.arguments(c, form, level)
	p.pos = p.endOfWords(c.Span.From) // or each command around this one would go back again
	c.Span.To = p.pos
	return c, err
}

// endOfWords is where the command before p.pos ends, blanks left out.
func (p *parser) endOfWords(from int) int {
	to := p.pos
	for to > from && (isBlank(p.b[to-1]) || p.b[to-1] == '\n') {
		to--
	}
	return to
}

// connection reads the @NAME before a command.
func (p *parser) connection(c *Command) *Error {
	word, at := p.bare()
	if c.On = word[1:]; !isName(c.On) {
		return p.noName(word, at)
	}
	if p.blanks(); p.atEnd() {
		return p.fail(at, "@NAME COMMAND runs a command on that connection; use NAME goes over to it", "a command is missing")
	}
	return nil
}

func (p *parser) noName(word string, at Span) *Error {
	return p.fail(at, "a connection's name is of letters, digits, - and _", "%q is no name of a connection", clip(word))
}

func (p *parser) unknownCommand(c *Command) *Error {
	if c.Name == "}" {
		return p.fail(c.Where, "", "no block is open that this could close")
	}
	hint := "help lists the commands"
	switch near := nearest(strings.ToLower(c.Name), commandNames()); {
	case near != "":
		hint = "did you mean " + near + "?"
	case c.Name[0] == '!' || c.Name[0] == '@':
		hint = "before a command stand ! and then @NAME, each once"
	}
	return p.fail(c.Where, hint, "unknown command %q", clip(c.Name))
}

func commandNames() (names []string) {
	for _, f := range forms {
		names = append(names, f.Name)
	}
	return names
}

// maxMeant is the length of a word that may still be a mistyped one.
const maxMeant = 40

// nearest is modes.Nearest, whose work grows with the word, and a word may be all of a
// script.
func nearest(word string, known []string) string {
	if len(word) > maxMeant {
		return ""
	}
	return modes.Nearest(word, known)
}

// clip shortens what a message quotes.
func clip(s string) string {
	if r := []rune(s[:min(len(s), 200)]); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// isName is for connections: a letter, then letters, digits, - and _.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(isLetter(c) || i > 0 && (isDigit(c) || c == '-' || c == '_')) {
			return false
		}
	}
	return s != ""
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
