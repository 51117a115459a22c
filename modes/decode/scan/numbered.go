package scan

import (
	"bytes"
	"strconv"
)

// A prefix may hold the number of its line, another one on each: behind the name of a file,
// as grep -Hn and rg -n print it, or with zeros before it. What tells it from other numbers
// is that it goes on by one from line to line, those of others between them, too.

const (
	maxNumber = 9 // digits of a line's number
	// farNumbered is how far behind a frame's first line the second may be: all between are
	// looked at.
	farNumbered = 64
)

// numbering is the number in the prefix of a frame's first line.
type numbering struct {
	opening []byte // the line
	lead    []byte // what is before the number, times alike
	number  int
	behind  int  // where in the line the number ends
	known   bool // whether there is one
}

// newNumbering looks for the number, by the line behind that one.
func newNumbering(opening, next []byte) *numbering {
	n, b := &numbering{opening: opening}, opening[:min(len(opening), maxHeader)]
	for i, j := 0, 0; i < len(b) && j < len(next); {
		k, m := timeAt(b, i), timeAt(next, j)
		switch {
		case k > 0 && m > 0:
		case b[i] == next[j] && !isDigit(b[i]):
			k, m = 1, 1
		default:
			k, m = digitsAt(b, i), digitsAt(next, j)
			if k > 0 && bytes.Equal(b[i:i+k], next[j:j+m]) {
				break
			}
			n.number = numberIn(b[i : i+k])
			if n.known = n.number >= 0 && numberIn(next[j:j+m]) == n.number+1; n.known {
				n.lead, n.behind = appendAlike(nil, b[:i], 0), i+k
			}
			return n
		}
		i, j = i+k, j+m
	}
	return n
}

// due says whether a line so many behind the first has the number that it is to have, and
// where what is behind that begins.
func (n *numbering) due(line []byte, apart int) (behind int, ok bool) {
	from, ok := samePrefix(line, n.lead)
	if !ok {
		return 0, false
	}
	behind = from + digitsAt(line, from)
	return behind, numberIn(line[from:behind]) == n.number+apart
}

// digitsAt is how many digits begin at a place.
func digitsAt(b []byte, i int) (n int) {
	for i+n < len(b) && isDigit(b[i+n]) {
		n++
	}
	return n
}

// numberIn is the number that some digits are, -1 if they are none or too many.
func numberIn(digits []byte) int {
	if len(digits) == 0 || len(digits) > maxNumber {
		return -1
	}
	n, _ := strconv.Atoi(string(digits))
	return n
}

// numberedReader takes the lines with the frame's prefix and the number that is due.
type numberedReader struct {
	*numbering
	tail  []byte // what is behind the number in the prefix, times alike
	plain []byte // the prefix as the opening line has it
	apart int    // how far behind that the line is that is read next
}

// text is where the frame's begins in a line.
func (r *numberedReader) text(line []byte, apart int) (n int, ok bool) {
	behind, ok := r.due(line, apart)
	if !ok {
		return 0, false
	}
	n, ok = samePrefix(line[behind:], r.tail)
	return behind + n, ok
}

func (r *numberedReader) line(line []byte) ([]byte, bool) {
	r.apart++
	n, ok := r.text(line, r.apart-1)
	if !ok {
		return nil, false
	}
	return bytes.TrimRight(line[n:], "\r\n"), true
}

func (r *numberedReader) context(c Context) Context {
	if c.Stream == "" {
		c.Stream = streamOf(alike(r.plain))
	}
	if c.Time == "" {
		c.Time = findTime(r.plain)
	}
	return c
}

// numbered is the reader for a second line, if the lines from the first of the frame on to
// the one behind it are numbered, and none between is the one that it belongs to.
func (w *scanning) numbered(at, own int, n *numbering, second secondLine) (*numberedReader, outcome) {
	apart := second.line - own
	if !n.known || apart > farNumbered {
		return nil, nothing
	}
	line := w.lineAhead(second.line)
	behind, ok := n.due(line, apart)
	if !ok || behind > second.text {
		return nil, nothing
	}
	tail := appendAlike(nil, bytes.TrimRight(line[:second.text], " \t"), behind)
	from, ok := samePrefix(n.opening[n.behind:], tail)
	if !ok {
		return nil, nothing
	}
	r := &numberedReader{numbering: n, tail: tail, plain: n.opening[:n.behind+from], apart: apart}
	return r, w.isNumbered(at, own, r)
}

// isNumbered says whether all lines up to the one behind a second line are numbered.
func (w *scanning) isNumbered(at, own int, r *numberedReader) outcome {
	for w.ahead.count() <= own+r.apart+1 {
		if o := w.lookAt(at); o != found {
			return o
		}
	}
	for i := 1; i <= r.apart+1; i++ {
		line := w.lineAhead(own + i)
		if _, ok := r.due(line, i); !ok {
			return nothing
		}
		if _, ok := r.text(line, i); ok && i < r.apart && endsWithBrace(line) {
			return nothing
		}
	}
	return found
}

// lineAhead is a line of a number, which is in the window.
func (w *scanning) lineAhead(number int) []byte {
	a, end := &w.ahead, w.ahead.to
	i := number - a.first
	if i+1 < len(a.starts) {
		end = a.starts[i+1]
	}
	return w.window[a.starts[i]-w.base : end-w.base]
}

func endsWithBrace(line []byte) bool {
	return bytes.HasSuffix(bytes.TrimRight(line, " \t\r\n"), []byte{'{'})
}
