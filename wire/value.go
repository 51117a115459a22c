package wire

import (
	"bytes"
	"encoding/binary"
	"iter"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is the type of a value, as the wire spells it.
type Kind uint8

// Absent is the kind of a member that is not there, which is another thing
// than Null or an empty String.
const (
	Absent  Kind = iota
	Null         // null, None
	Bool         // true, false, True, False
	Integer      // digits with an optional minus, of any length
	Real         // a number with a fraction or an exponent: 1.0, 2e38
	String
	Object
	Array
)

var kindNames = [...]string{"nothing", "null", "boolean", "integer", "real number", "string", "object", "array"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// A Value is one value of a frame: its kind, and the exact bytes that spelled
// it. It shares the frame's memory.
type Value struct {
	kind Kind
	raw  []byte
}

// Kind says what the value is; Absent for the zero Value.
func (v Value) Kind() Kind { return v.kind }

// Present says whether the member is there at all.
func (v Value) Present() bool { return v.kind != Absent }

// Raw is the value as it was spelled, quotes included.
func (v Value) Raw() []byte { return v.raw }

// Is says whether the value is a string of exactly this text.
func (v Value) Is(text string) bool {
	if v.kind != String {
		return false
	}
	inner := v.raw[1 : len(v.raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner) == text
	}
	decoded, _ := v.Text()
	return decoded == text
}

// Text gives the text of a string; ok is false for every other kind. Lone
// surrogates and bytes that are no UTF-8 become U+FFFD.
func (v Value) Text() (text string, ok bool) {
	if v.kind != String {
		return "", false
	}
	inner := v.raw[1 : len(v.raw)-1]
	if plain(inner) == len(inner) {
		return string(inner), true
	}
	return string(appendUnescaped(make([]byte, 0, len(inner)), inner)), true
}

// AppendText appends the text of a string to dst; other kinds append nothing.
func (v Value) AppendText(dst []byte) []byte {
	if v.kind != String {
		return dst
	}
	return appendUnescaped(dst, v.raw[1:len(v.raw)-1])
}

// Int64 gives an integer that fits 64 bits; ok is false for every other value,
// 1.0 and "1" among them.
func (v Value) Int64() (n int64, ok bool) {
	if v.kind != Integer || len(v.raw) > 20 {
		return 0, false
	}
	digits, negative := v.raw, false
	if digits[0] == '-' {
		digits, negative = digits[1:], true
	}
	var u uint64
	for _, c := range digits {
		d := uint64(c - '0')
		if u > (1<<63-d)/10 { // room for -1<<63, one more than the largest
			return 0, false
		}
		u = u*10 + d
	}
	switch {
	case negative:
		return -int64(u), true
	case u == 1<<63:
		return 0, false
	}
	return int64(u), true
}

// IsTrue says whether the value is true or True.
func (v Value) IsTrue() bool {
	return v.kind == Bool && (v.raw[0] == 't' || v.raw[0] == 'T')
}

// Members walks over an object's members in their order; other kinds have none.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.kind != Object {
			return
		}
		var f Frame
		p := parser{b: v.raw, depthLeft: len(v.raw), f: &f}
		if p.object(&f.nested) != nil {
			return
		}
		for _, m := range f.nested {
			if !yield(string(m.Name), m.Value) {
				return
			}
		}
	}
}

// Elements walks over an array's elements; other kinds have none.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.kind != Array {
			return
		}
		var f Frame
		p := parser{b: v.raw, depthLeft: len(v.raw), f: &f}
		_ = p.array(yield)
	}
}

// A Member is a name and its value. The name is decoded: escapes are undone.
type Member struct {
	Name  []byte
	Value Value
}

// Members are the members of an object in the order they came.
type Members []Member

// Get gives the value under a name, of which case matters; the zero Value
// where there is none. Of a member that stands twice the last counts.
func (m Members) Get(name string) Value {
	for i := len(m) - 1; i >= 0; i-- {
		if string(m[i].Name) == name {
			return m[i].Value
		}
	}
	return Value{}
}

// appendUnescaped undoes the escapes of both spellings. The parser has checked
// every one of them, so none is malformed here.
func appendUnescaped(dst, s []byte) []byte {
	for {
		n := plain(s)
		dst, s = append(dst, s[:n]...), s[n:]
		switch {
		case len(s) == 0:
			return dst
		case s[0] == '\\':
			r, n := ReadEscape(s)
			dst = utf8.AppendRune(dst, r)
			s = s[n:]
		default:
			r, n := utf8.DecodeRune(s)
			dst = utf8.AppendRune(dst, r) // U+FFFD for what is no UTF-8
			s = s[n:]
		}
	}
}

// plain is how many bytes of s, up to the first backslash or byte that is not ASCII, stand
// for themselves.
func plain(s []byte) (n int) {
	for ; len(s)-n >= 8; n += 8 {
		v := binary.LittleEndian.Uint64(s[n:])
		slash := v ^ '\\'*everyByte
		if (v|(slash-everyByte)&^slash)&everyHigh != 0 {
			break
		}
	}
	for n < len(s) && s[n] != '\\' && s[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// ReadEscape reads the escape at the beginning of s, of either spelling, and says how
// many bytes it takes: 0 where it is cut off. Two surrogates are one rune, a lone one
// is U+FFFD, and so are the first two bytes of an escape without its hex digits.
func ReadEscape(s []byte) (r rune, n int) {
	r, n = oneEscape(s)
	if !utf16.IsSurrogate(r) {
		return r, n
	}
	if len(s) > n && s[n] == '\\' {
		low, m := oneEscape(s[n:])
		if joined := utf16.DecodeRune(r, low); joined != utf8.RuneError {
			return joined, n + m
		}
	}
	return utf8.RuneError, n
}

// oneEscape is ReadEscape that leaves surrogates as they are.
func oneEscape(s []byte) (r rune, n int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case '0':
		return 0, 2
	}
	digits := hexDigits(s[1])
	switch {
	case digits == 0:
		return rune(s[1]), 2 // \\ \/ \' \"
	case len(s) < 2+digits:
		return 0, 0
	}
	for _, c := range s[2 : 2+digits] {
		v := hexValue(c)
		if v > 15 {
			return utf8.RuneError, 2
		}
		r = r<<4 | rune(v)
	}
	return r, 2 + digits
}

// hexDigits is how many hex digits follow an escape's letter.
func hexDigits(letter byte) int {
	switch letter {
	case 'x':
		return 2
	case 'u':
		return 4
	case 'U':
		return 8
	}
	return 0
}

// hexValue gives a hex digit's value, and more than 15 for every other byte.
func hexValue(c byte) byte {
	if d := c - '0'; d <= 9 {
		return d
	}
	if d := (c | 0x20) - 'a'; d <= 5 {
		return 10 + d
	}
	return 0xff
}
