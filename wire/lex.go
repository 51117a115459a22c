package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// The parser's words: strings, numbers, true and None, white space.

// name reads a member's name at p.pos and undoes its escapes.
func (p *parser) name() ([]byte, error) {
	start := p.pos
	plain, err := p.str()
	if err != nil {
		return nil, err
	}
	name := p.b[start+1 : p.pos-1]
	if !plain {
		names := &p.f.names
		from := len(*names)
		*names = appendUnescaped(*names, name)
		return (*names)[from:len(*names):len(*names)], nil
	}
	return name, nil
}

const (
	everyByte = 0x0101010101010101
	everyHigh = 0x8080808080808080
)

// str takes a string in either quotes at p.pos. It is plain if it holds neither
// escapes nor anything beyond ASCII.
//
// Eight bytes at a time are looked at for a quote, a backslash or a control
// character. The tests are the usual ones for a zero byte, and for a byte below
// n, in a word; only the lowest hit is exact, and only that one is used.
func (p *parser) str() (plain bool, err error) {
	b, i, quote := p.b, p.pos+1, p.b[p.pos]
	quotes := uint64(quote) * everyByte
	var high uint64 // all bytes so far, one upon the other
	plain = true
	for {
		for len(b)-i >= 8 {
			v := binary.LittleEndian.Uint64(b[i:])
			q, e := v^quotes, v^('\\'*everyByte)
			hits := ((q-everyByte)&^q | (e-everyByte)&^e | (v-0x20*everyByte)&^v) & everyHigh
			if hits == 0 {
				high |= v
				i += 8
				continue
			}
			before := bits.TrailingZeros64(hits) &^ 7
			high |= v & (1<<before - 1)
			i += before / 8
			break
		}
		if i >= len(b) {
			p.pos = len(b)
			return false, errShort
		}
		switch c := b[i]; {
		case c == quote:
			p.pos = i + 1
			return plain && high&everyHigh == 0, nil
		case c == '\\':
			n, err := p.checkEscape(i)
			if err != nil {
				return false, err
			}
			plain = false
			i += n
		case c < 0x20:
			p.pos = i
			return false, p.expected("a character or the closing quote")
		default: // in the last seven bytes of b
			high |= uint64(c)
			i++
		}
	}
}

// checkEscape checks the escape at i and says how long it is.
func (p *parser) checkEscape(i int) (int, error) {
	b := p.b
	if i+1 >= len(b) {
		return 0, errShort
	}
	switch b[i+1] {
	case '\\', '/', '\'', '"', 'b', 'f', 'n', 'r', 't', '0':
		return 2, nil
	}
	digits := hexDigits(b[i+1])
	if digits == 0 {
		p.pos = i + 1
		return 0, p.expected(`an escape: one of \\ \/ \' \" \b \f \n \r \t \0 \x \u \U`)
	}
	var r uint32
	for j := i + 2; j < i+2+digits; j++ {
		if j >= len(b) {
			return 0, errShort
		}
		if hexValue(b[j]) > 15 {
			p.pos = j
			return 0, p.expected("a hex digit")
		}
		r = r<<4 | uint32(hexValue(b[j]))
	}
	if r > utf8.MaxRune {
		p.pos = i
		return 0, p.expected("a code point up to 10ffff")
	}
	return 2 + digits, nil
}

// word takes a word of letters at p.pos, of which the first is right.
func (p *parser) word(w string) error {
	for i := 1; i < len(w); i++ {
		p.pos++
		if p.pos == len(p.b) || p.b[p.pos] != w[i] {
			return p.expected(w)
		}
	}
	p.pos++
	return nil
}

// number takes -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? at p.pos, which
// is JSON's grammar and what Python writes too. Its digits are never counted
// or computed with here.
func (p *parser) number() (Kind, error) {
	kind := Integer
	if p.next() == '-' {
		p.pos++
	}
	if p.pos < len(p.b) && p.b[p.pos] == '0' {
		p.pos++
	} else if err := p.digits("a value"); err != nil {
		return kind, err
	}
	if p.pos < len(p.b) && p.b[p.pos] == '.' {
		kind = Real
		p.pos++
		if err := p.digits("a digit"); err != nil {
			return kind, err
		}
	}
	if p.pos < len(p.b) && p.b[p.pos]|0x20 == 'e' {
		kind = Real
		p.pos++
		if p.pos < len(p.b) && (p.b[p.pos] == '+' || p.b[p.pos] == '-') {
			p.pos++
		}
		if err := p.digits("a digit"); err != nil {
			return kind, err
		}
	}
	return kind, nil
}

// digits takes one digit or more.
func (p *parser) digits(expected string) error {
	start := p.pos
	for p.pos < len(p.b) && p.b[p.pos]-'0' <= 9 {
		p.pos++
	}
	if p.pos == start {
		return p.expected(expected)
	}
	return nil
}

// next skips white space and shows the byte behind it, 0 at the end of b. No
// place in the grammar takes a byte 0, so that expected finds out which it was.
func (p *parser) next() byte {
	if p.pos < len(p.b) && p.b[p.pos] > ' ' {
		return p.b[p.pos]
	}
	return p.skip()
}

func (p *parser) skip() byte {
	if p.pos = skipSpace(p.b, p.pos); p.pos < len(p.b) {
		return p.b[p.pos]
	}
	return 0
}

// expected is the error for the byte at p.pos; errShort where b has ended.
func (p *parser) expected(what string) error {
	if p.pos == len(p.b) {
		return errShort
	}
	return &SyntaxError{Offset: int64(p.pos), Expected: what, Found: quoteByte(p.b[p.pos])}
}

// isSpace takes the white space of both spellings: JSON's four, and the form
// feed and vertical tab that Python allows between tokens.
func isSpace(c byte) bool {
	return c == ' ' || c-'\t' <= '\r'-'\t'
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return i
}
