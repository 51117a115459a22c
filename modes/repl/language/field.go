package language

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// fieldName is the name that begins a field word: a letter, then letters, digits,
// and _ . and -
func fieldName(word []byte) []byte {
	n := 0
	for n < len(word) && (isLetter(word[n]) || n > 0 && (isDigit(word[n]) || bytes.IndexByte([]byte("_.-"), word[n]) >= 0)) {
		n++
	}
	return word[:n]
}

// operators in the order they are looked for.
var operators = [...]Op{SetJSON, NotEqual, LessEqual, GreaterEqual, Set, Less, Greater, Matches}

// fieldAhead finds the name and operator of a field word at p.pos; n is how many
// bytes they take, 0 if it is none.
func (p *parser) fieldAhead() (name string, op Op, n int) {
	at := p.wordSpan()
	word := p.b[at.From:at.To]
	if len(word) > 1 && (word[0] == '-' || word[0] == '+') {
		if name := fieldName(word[1:]); len(name) == len(word)-1 {
			return string(name), Op(word[:1]), len(word)
		}
		return "", "", 0
	}
	found := fieldName(word)
	if len(found) == 0 {
		return "", "", 0
	}
	rest := word[len(found):]
	for _, op := range operators {
		if bytes.HasPrefix(rest, []byte(op)) {
			return string(found), op, len(found) + len(op)
		}
	}
	return "", "", 0
}

// field reads one field word. check says that it stands in expect.
func (p *parser) field(check bool) (*Field, *Error) {
	start := p.pos
	name, op, n := p.fieldAhead()
	if n == 0 {
		return nil, p.noField(check)
	}
	f := &Field{Name: name, Op: op}
	p.pos += n
	var err *Error
	switch op {
	case Absent, Present:
	case SetJSON:
		p.blanks()
		var value *JSON
		if value, err = p.json(); err == nil {
			f.JSON = *value
		}
	default:
		var text *Text
		if text, err = p.text(); err == nil {
			f.Text = *text
		}
	}
	if err != nil {
		return nil, err
	}
	f.Span = Span{start, p.pos}
	if strings.HasSuffix(name, ".") || strings.Contains(name, "..") {
		return nil, p.fail(f.Span, "header.x and data.x name a field, data.x.y one within it", "%q names no field", clip(name))
	}
	if !check && op != Set && op != SetJSON && op != Absent {
		return nil, p.fail(f.Span, "here a field is set: f=text, f:=json, or left out: -f", "%s can only be checked, in expect and await", op)
	}
	return f, p.checkField(f)
}

// checkField finds out what can be wrong with a value before it is used.
func (p *parser) checkField(f *Field) *Error {
	text, literal := f.Text.Literal()
	if !literal {
		return nil
	}
	value := f.Text.Span
	switch f.Op {
	case Matches:
		r, err := regexp.Compile(text)
		if err != nil {
			problem := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
			return p.fail(value, "regular expressions are those of RE2", "this is no regular expression: %s", clip(problem))
		}
		f.Regexp = r
	case Less, LessEqual, Greater, GreaterEqual:
		if !IsNumber(text) {
			return p.fail(f.Span, fmt.Sprintf("f%[1]s5, f%[1]s$name", f.Op), "%s compares with a number", f.Op)
		}
	}
	return nil
}

var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// IsNumber says whether a text is a number as JSON spells it.
func IsNumber(text string) bool { return number.MatchString(text) }

func (p *parser) noField(check bool) *Error {
	at := p.wordSpan()
	hint := "fields are set by f=text and f:=json, and left out by -f"
	switch {
	case p.blanksAround(at):
		hint = "no blanks stand around an operator: f=text"
	case check:
		hint = "fields are checked by f=text, f:=json, -f, +f, f~regexp, f!=v, f<n, f<=n, f>n, f>=n"
	}
	return p.fail(at, hint, "%q is no field word", clip(at.Of(p.src)))
}

// blanksAround says whether an operator stands at the start of a word, behind the
// blanks that follow it, or before those in front of it.
func (p *parser) blanksAround(word Span) bool {
	before, behind := word.From, word.To
	for before > 0 && isBlank(p.b[before-1]) {
		before--
	}
	for behind < len(p.b) && isBlank(p.b[behind]) {
		behind++
	}
	return operatorAt(p.b[word.From:]) || operatorAt(p.b[behind:]) || before > 0 && bytes.IndexByte([]byte("=<>~"), p.b[before-1]) >= 0
}

func operatorAt(b []byte) bool {
	return slices.ContainsFunc(operators[:], func(op Op) bool { return bytes.HasPrefix(b, []byte(op)) })
}

// fields reads the field words up to the end of the line, or up to a word that
// stop takes.
func (p *parser) fields(c *Command, check bool, stop func() (bool, *Error)) *Error {
	for {
		if p.blanks(); p.atEnd() || p.atBrace() {
			return nil
		}
		if stop != nil {
			if stopped, err := stop(); stopped || err != nil {
				return err
			}
		}
		f, err := p.field(check)
		if err != nil {
			return err
		}
		c.Fields = append(c.Fields, *f)
	}
}
