package wire

import (
	"errors"
	"io"
)

// A Reader reads frames from a stream that has no framing: frames in both
// spellings, with or without white space between them, several in one read,
// one in many. What it returns does not depend on where the stream was split.
//
// A Reader holds at most twice Limits.Bytes and 512 bytes of the stream, and the
// index of one frame, 64 bytes a member. What is no frame is
// refused at the first byte that shows it, if the frame is of up to 8 KiB.
type Reader struct {
	src    io.Reader
	limits Limits
	space  []byte // the memory that buf is a part of
	buf    []byte // read and not yet given out
	base   int64  // offset of buf[0] in the stream
	used   int    // bytes at the front of buf that the last frame took
	frame  *Frame
	state  walk
	tried  int // how many bytes of the current frame the parser has seen
	err    error

	borrowed *borrow // nil: the memory is its own
}

// NewReader makes a Reader with these limits.
func NewReader(src io.Reader, limits Limits) *Reader {
	return &Reader{src: src, limits: limits.withDefaults(), frame: new(Frame)}
}

// readSize is what a Reader makes room for: any frame of ours fits (the longest
// DATA_REQUEST with a token of 512 bytes takes some 650), most in half of it.
const readSize = 512

// Next reads the next frame. It stays valid until the next call.
//
// Errors: io.EOF after the last frame; *[SyntaxError] and *[LimitError] where the
// bytes are no frame, and for good, because there is no telling where the next
// frame would begin; what the stream's Read returns otherwise (a deadline, say),
// after which Next may be called again and loses nothing.
func (r *Reader) Next() (*Frame, error) {
	if r.err != nil {
		return nil, r.err
	}
	r.drop(r.used)
	r.used = 0
	for {
		r.skipSpace()
		r.rest()
		f, err := r.parse()
		if f != nil {
			return f, nil
		}
		if err != errShort {
			moveError(err, r.base)
			r.err = err
			return nil, err
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

// Rest is what was read and not given out, valid until the next call of Next: after
// an error of Next the bytes that are no frame, as far as they have come.
func (r *Reader) Rest() []byte { return r.buf[r.used:] }

// drop forgets n bytes at the front.
func (r *Reader) drop(n int) {
	r.base += int64(n)
	if r.buf = r.buf[n:]; len(r.buf) == 0 {
		r.buf = r.space[:0]
	}
}

func (r *Reader) skipSpace() {
	if r.tried == 0 && r.state.at == 0 {
		r.drop(skipSpace(r.buf, 0))
	}
}

// eagerBytes is up to which size a frame is parsed again with every piece of it,
// so that an error in its midst is found at once. Were it to come in pieces of
// one byte, that is 2^25 steps in all, less than the reads themselves take.
const eagerBytes = 8 << 10

// parse tries the parser on what is there. A larger frame is parsed again only
// when its end has come by the count of brackets, or when it has grown by an
// eighth: so the time for it does not grow with the square of its size.
func (r *Reader) parse() (*Frame, error) {
	if len(r.buf) == 0 {
		return nil, errShort
	}
	if r.tried > eagerBytes && !r.state.done(r.buf) && len(r.buf) <= r.limits.Bytes && len(r.buf) < r.tried+r.tried/8 {
		return nil, errShort
	}
	l := r.loan()
	if l != nil {
		if f, n := l.match(r.buf, r.limits.Bytes); n > 0 {
			r.used, r.tried, r.state = n, 0, walk{}
			return f, nil
		}
	}
	n, err := parse(r.buf, r.limits, r.frame)
	if err != nil {
		r.tried = len(r.buf)
		return nil, err
	}
	if l != nil {
		l.learn(r.frame, r.limits)
	}
	r.used, r.tried, r.state = n, 0, walk{}
	return r.frame, nil
}

// loan is the borrowed memory; nil if there is none.
func (r *Reader) loan() *loan {
	if r.borrowed == nil {
		return nil
	}
	return r.borrowed.loan
}

// fill reads once more.
func (r *Reader) fill() error {
	waits := r.borrowed != nil && r.borrowed.loan == nil
	if !waits && cap(r.buf) == len(r.buf) {
		if len(r.buf) > len(r.space)/2 || len(r.space) == 0 {
			old := r.space
			r.space = make([]byte, min(max(readSize, 2*len(r.space)), 2*r.limits.Bytes+readSize))
			r.buf = r.space[:copy(r.space, r.buf)]
			clear(old) // it may be a password
		} else {
			r.buf = r.space[:copy(r.space, r.buf)]
		}
	}
	n, err := 0, error(nil)
	if waits {
		n, err = r.wait()
	} else {
		n, err = r.read()
	}
	if n > 0 {
		return nil // an error that came with bytes comes again
	}
	if errors.Is(err, io.EOF) {
		r.err = io.EOF
		if len(r.buf) > 0 {
			r.err = r.atEnd()
		}
		return r.err
	}
	return err
}

// maxEmptyReads is how often a source may give neither bytes nor an error.
const maxEmptyReads = 100

// read reads once, and not for ever from a source that gives neither bytes nor
// an error.
func (r *Reader) read() (n int, err error) {
	for range maxEmptyReads {
		n, err = r.src.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// atEnd is the error for a stream that ended within a frame: what is wrong
// with the bytes that came, and only if nothing is, that they end.
func (r *Reader) atEnd() error {
	if _, err := parse(r.buf, r.limits, r.frame); err != errShort {
		moveError(err, r.base)
		return err
	}
	return endOfStream(r.base+int64(len(r.buf)), false)
}

// walk finds the end of a frame by counting brackets outside of strings, and
// goes on where it stopped. It agrees with the parser on every valid frame; of
// invalid ones the parser speaks.
type walk struct {
	at     int // bytes walked over
	depth  int
	quote  byte // of the string it is in
	escape bool // the byte before was a backslash
}

// done walks on over b, the frame so far, and says whether its end was seen.
func (w *walk) done(b []byte) bool {
	for ; w.at < len(b); w.at++ {
		c := b[w.at]
		switch {
		case w.escape:
			w.escape = false
		case w.quote != 0:
			if c == '\\' {
				w.escape = true
			} else if c == w.quote {
				w.quote = 0
			}
		case c == '"' || c == '\'':
			w.quote = c
		case c == '{' || c == '[':
			w.depth++
		case c == '}' || c == ']':
			if w.depth--; w.depth <= 0 {
				w.at++
				return true
			}
		}
	}
	return false
}
