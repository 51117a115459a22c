package decode

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"proto/modes"
)

// The marks that a file of UTF-16 begins with, as Windows writes it.
var (
	littleMark = []byte{0xff, 0xfe}
	bigMark    = []byte{0xfe, 0xff}
)

// markOrder is the order of bytes that a mark tells; nil if there is none.
func markOrder(head []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(head, littleMark):
		return binary.LittleEndian
	case bytes.HasPrefix(head, bigMark):
		return binary.BigEndian
	}
	return nil
}

// utf16Reader gives a text of UTF-16, without its mark, as UTF-8. What is no character is
// U+FFFD, as a lone half of a pair.
type utf16Reader struct {
	in    io.Reader
	order binary.ByteOrder
	raw   [4096]byte
	had   int    // how much of raw waits for the rest of a character
	made  []byte // the text of what was read, from its beginning
	text  []byte // what of it is not given out
	err   error
}

func (r *utf16Reader) Read(p []byte) (int, error) {
	for len(r.text) == 0 && r.err == nil && len(p) > 0 {
		r.fill()
	}
	if len(r.text) == 0 {
		return 0, r.err
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

// fill reads and decodes the next piece.
func (r *utf16Reader) fill() {
	n, err := r.in.Read(r.raw[r.had:])
	b := r.raw[:r.had+n]
	r.err, r.made = err, r.made[:0]
	for len(b) > 0 {
		c, size := r.character(b)
		if size == 0 && err == nil {
			break // the rest comes
		}
		if size == 0 {
			c, size = utf8.RuneError, min(len(b), 2)
		}
		r.made, b = utf8.AppendRune(r.made, c), b[size:]
	}
	r.text, r.had = r.made, copy(r.raw[:], b)
}

// character is what some bytes begin with; of size 0 if they end within it.
func (r *utf16Reader) character(b []byte) (c rune, size int) {
	if len(b) < 2 {
		return 0, 0
	}
	c = rune(r.order.Uint16(b))
	switch {
	case !utf16.IsSurrogate(c):
		return c, 2
	case c >= 0xdc00: // the second half of a pair
		return utf8.RuneError, 2
	case len(b) < 4:
		return 0, 0
	}
	if c = utf16.DecodeRune(c, rune(r.order.Uint16(b[2:]))); c == utf8.RuneError {
		return c, 2
	}
	return c, 4
}

// cannotFollow is the error for a file of UTF-16 that is to be followed: its bytes would be.
func cannotFollow(src *source) error {
	return &modes.Error{Code: modes.ExitPeer, Message: "cannot follow " + modes.Show(src.name) + ": it is UTF-16", Hint: command("tail -c +1 -f", src.name) + " | proto decode"}
}
