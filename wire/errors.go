package wire

import (
	"errors"
	"fmt"
)

// errShort is what the parser says of bytes that are good so far and end too
// early. It never leaves the package: a Reader reads on, Parse turns it into
// a SyntaxError that wraps io.ErrUnexpectedEOF.
var errShort = errors.New("wire: more bytes needed")

// A SyntaxError says that the bytes are no frame.
type SyntaxError struct {
	Offset   int64  // of the offending byte, from the start of the stream
	Expected string // what the grammar allows there: `"," or "}"`
	Found    string // the byte found, quoted, or "end of stream"
	Err      error  // io.ErrUnexpectedEOF where the stream ended; else nil
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("byte %d: expected %s, found %s", e.Offset, e.Expected, e.Found)
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// A LimitError says that a frame is larger or deeper than the reader allows.
// It is given before memory for the excess is taken.
type LimitError struct {
	Offset int64  // of the first byte over the limit, from the start of the stream
	What   string // "bytes" or "levels"
	Limit  int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: frame of more than %d %s", e.Offset, e.Limit, e.What)
}

// A ShapeError says that the bytes are an object, but no frame of the
// protocol: `header` or `data` is no object, or a member stands twice.
type ShapeError struct {
	Offset  int64 // within the frame, in bytes: of the member that stands twice, of the value that is no object; 0 where it is missing
	Problem string
}

func (e *ShapeError) Error() string {
	if e.Offset == 0 {
		return e.Problem
	}
	return fmt.Sprintf("byte %d: %s", e.Offset, e.Problem)
}

// A FieldError says that a member of a frame is missing or has a value the
// protocol does not allow there.
type FieldError struct {
	Field   string // "data.key1"
	Problem string // "is missing", "is no integer"
}

func (e *FieldError) Error() string { return e.Field + " " + e.Problem }

// A SizeError says that a frame cannot be written, because one of its parts
// is longer than the protocol's limits allow (clause 2.3).
type SizeError struct {
	Part  string // "user name"
	Size  int    // bytes
	Limit int    // bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s of %d bytes is over the limit of %d", e.Part, e.Size, e.Limit)
}

// quoteByte shows one byte of a peer without letting it act on a terminal.
func quoteByte(c byte) string {
	if c < 0x20 || c >= 0x7f {
		return fmt.Sprintf("byte 0x%02x", c)
	}
	return fmt.Sprintf("%q", c)
}
