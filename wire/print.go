package wire

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendIndented appends a value as the protocol's description shows frames:
// JSON over many lines, four blanks for each level, everything but ASCII as
// escapes, so that nothing a peer sent acts on a terminal. Numbers stay as they
// were spelled. Members for which hide says so show "(hidden)", whatever they hold;
// elements of arrays have the name "".
func AppendIndented(dst []byte, v Value, hide func(name string, v Value) bool) []byte {
	return appendIndented(dst, v, hide, 0)
}

func appendIndented(dst []byte, v Value, hide func(name string, v Value) bool, level int) []byte {
	switch v.kind {
	case Object:
		dst = append(dst, '{')
		for name, member := range v.Members() {
			dst = appendItem(dst, '{', level+1)
			dst = append(AppendASCII(dst, name), ": "...)
			dst = appendShown(dst, name, member, hide, level+1)
		}
		return appendEnd(dst, '{', '}', level)
	case Array:
		dst = append(dst, '[')
		for element := range v.Elements() {
			dst = appendItem(dst, '[', level+1)
			dst = appendShown(dst, "", element, hide, level+1)
		}
		return appendEnd(dst, '[', ']', level)
	case String:
		text, _ := v.Text()
		return AppendASCII(dst, text)
	case Null:
		return append(dst, "null"...)
	case Bool:
		return strconv.AppendBool(dst, v.IsTrue())
	}
	return append(dst, v.raw...)
}

func appendShown(dst []byte, name string, v Value, hide func(name string, v Value) bool, level int) []byte {
	if hide != nil && hide(name, v) {
		return append(dst, `"(hidden)"`...)
	}
	return appendIndented(dst, v, hide, level)
}

// appendItem goes to the line of the next item, behind a comma unless it is the
// first one in its bracket.
func appendItem(dst []byte, open byte, level int) []byte {
	if dst[len(dst)-1] != open {
		dst = append(dst, ',')
	}
	return appendNewline(dst, level)
}

func appendEnd(dst []byte, open, end byte, level int) []byte {
	if dst[len(dst)-1] != open {
		dst = appendNewline(dst, level)
	}
	return append(dst, end)
}

func appendNewline(dst []byte, level int) []byte {
	return append(append(dst, '\n'), bytes.Repeat([]byte("    "), level)...)
}

// AppendASCII appends a text as a JSON string in ASCII, which acts on no terminal.
func AppendASCII(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '\'':
			dst = append(dst, '\'')
		case r < utf8.RuneSelf:
			dst = appendEscaped(dst, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
	}
	return append(dst, '"')
}
