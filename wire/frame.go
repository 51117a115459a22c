package wire

import "io"

// Limits bound what a reader takes for one frame. The zero Limits are those of the
// specification (clause 2.3).
type Limits struct {
	Bytes  int // from the opening brace to the closing one; 0 means 4096
	Levels int // of objects and arrays within one another; 0 means 16
}

const (
	defaultBytes  = 4096 // four times what any frame of ours can take
	defaultLevels = 16   // the protocol needs two; the rest is for unknown members
)

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = defaultBytes
	}
	if l.Levels <= 0 {
		l.Levels = defaultLevels
	}
	return l
}

// A Frame is one object read from the wire, by [Parse], [Reader] or [Conn]. It shares
// memory with the bytes it was read from, but for names that are spelled with escapes, see [Frame.Keep].
// The zero Frame is ready for Parse, and may be used again.
type Frame struct {
	Header Members // of the member "header"; empty where that is no object
	Data   Members // of the member "data"; empty where that is no object
	Top    Members // all members of the frame itself, "header" and "data" among them

	raw    []byte
	nested Members // the members of objects being parsed further down
	names  []byte  // of members that are spelled with escapes, one after the other
	twice  *ShapeError

	likeness int
	texts    int
}

// Raw is the frame exactly as it came, from brace to brace.
func (f *Frame) Raw() []byte { return f.raw }

// Keep has what was copied of the frame's members stay as it is when the Frame is used again, as
// long as the bytes do that it was read from: names that are spelled with escapes lie in memory of
// the Frame's own, which is then left to them.
func (f *Frame) Keep() { f.names = nil }

// Likeness, if it is not 0, is a number that a frame of a [Repeater] shares with all
// those of the same that have the same members in the same order, and the same
// message-type: what was found out of the one is true of the others. Each has header and
// data, which are objects.
func (f *Frame) Likeness() int { return f.likeness }

// Texts is a number that frames of one likeness share only if all texts in them are the
// same, too.
func (f *Frame) Texts() int { return f.texts }

// Value is the whole frame as one value.
func (f *Frame) Value() Value { return Value{Object, f.raw} }

// Type is the frame's data["message-type"].
func (f *Frame) Type() Value { return f.Data.Get("message-type") }

// Shape says whether this object is a frame: `header` and `data` are objects,
// and no member stands twice in any object. Its error is a *[ShapeError].
func (f *Frame) Shape() error {
	if f.twice != nil {
		return f.twice
	}
	for _, name := range [...]string{"header", "data"} {
		if v := f.Top.Get(name); v.kind != Object {
			return &ShapeError{Offset: f.offset(v), Problem: name + " is " + v.kind.String() + ", not an object"}
		}
	}
	return nil
}

// offset is where one of the frame's values begins in it; 0 for one that is absent.
// The value is a part of the frame's own bytes, and both reach to the same end of
// their memory.
func (f *Frame) offset(v Value) int64 {
	if v.kind == Absent {
		return 0
	}
	return int64(cap(f.raw) - cap(v.raw))
}

// Parse reads the one frame at the start of b, leading white space allowed, into f
// and says how many bytes it took. f shares b's memory. It may be any object: whether
// it is a frame of the protocol says [Frame.Shape].
//
// Errors are *[SyntaxError] and *[LimitError]; b ending within the frame is a
// *SyntaxError that wraps io.ErrUnexpectedEOF.
func Parse(b []byte, limits Limits, f *Frame) (n int, err error) {
	start := skipSpace(b, 0)
	n, err = parse(b[start:], limits.withDefaults(), f)
	if err == errShort {
		err = endOfStream(int64(len(b)), start == len(b))
	} else if err != nil {
		moveError(err, int64(start))
	}
	return start + n, err
}

// endOfStream is the error for a stream that ends within a frame, or before it.
func endOfStream(offset int64, before bool) error {
	e := &SyntaxError{Offset: offset, Expected: "the rest of the frame", Found: "end of stream", Err: io.ErrUnexpectedEOF}
	if before {
		e.Expected = `"{"`
	}
	return e
}

// moveError adds the offset of the frame in its stream to a parser's error.
func moveError(err error, base int64) {
	switch e := err.(type) {
	case *SyntaxError:
		e.Offset += base
	case *LimitError:
		e.Offset += base
	}
}

// ParseValue reads the one value at the start of b, of any kind and in either
// spelling, leading white space allowed, and says how many bytes it took.
// Levels are those of the value itself. Errors are those of Parse.
func ParseValue(b []byte, limits Limits) (v Value, n int, err error) {
	limits = limits.withDefaults()
	var f Frame
	tooLong := len(b) > limits.Bytes
	p := parser{b: b[:min(len(b), limits.Bytes)], depthLeft: limits.Levels, levels: limits.Levels, f: &f}
	p.next()
	v, err = p.value()
	switch {
	case err == errShort && tooLong:
		err = &LimitError{Offset: int64(limits.Bytes), What: "bytes", Limit: limits.Bytes}
	case err == errShort:
		e := endOfStream(int64(len(b)), false).(*SyntaxError)
		e.Expected = "the rest of the value"
		err = e
	case err == nil && tooLong && p.pos == limits.Bytes:
		err = &LimitError{Offset: int64(limits.Bytes), What: "bytes", Limit: limits.Bytes} // a number may go on
	}
	if err != nil {
		return Value{}, 0, err
	}
	return v, p.pos, nil
}
