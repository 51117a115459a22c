package scan

import (
	"bytes"
	"hash/maphash"
	"slices"
)

// A frame over lines is among those of others: the more of them are heard, the farther
// apart its lines may be.
const (
	// nearLines is how many lines of others there may be in any case.
	nearLines = 512
	// linesEach is how many more for each of the others from which the second line of a
	// frame came since. Where many speak at random, one of them is silent for so long in
	// one of ten million cases.
	linesEach = 16
	// farLines is how many at most: as many are looked at in vain for each line of a log
	// that is made to look like frames.
	farLines = 1 << 12
)

// allowed is how many lines may stand between two of a frame where so many others are
// heard.
func allowed(others int) int { return min(nearLines+linesEach*others, farLines) }

// ahead is what is known of the lines behind a brace at the end of one. There may be one at
// the end of each line: all use what is found for the first.
type ahead struct {
	starts  []int64 // of lines, as offsets
	first   int     // the number of the first of these
	to      int64   // where the last one ends
	seconds []secondLine
	latest  map[uint64]int // the number of the latest second line with a prefix, by its hash
	seed    maphash.Seed
}

// secondLine is a line that may be the second of a frame.
type secondLine struct {
	line   int    // its number
	text   int    // where in it the frame's begins
	prefix []byte // what is before that, times alike
	plain  bool   // there are none in it
	before int    // the number of the one before with the same prefix, -1 if there is none
	// back is the number of the line before it that has the prefix and ends with a brace.
	// Not all lines may have been asked: sought is the number of the last one that was.
	back, sought int
}

// begins says whether another line begins as this one does.
func (s *secondLine) begins(line []byte) bool {
	if s.plain { // as many a log's: this is quicker
		return bytes.HasPrefix(line, s.prefix)
	}
	_, ok := samePrefix(line, s.prefix)
	return ok
}

// isPlain says whether nothing in a prefix stands for a time or a number.
func isPlain(prefix []byte) bool {
	return bytes.IndexByte(prefix, timeMark) < 0 && bytes.IndexByte(prefix, numberMark) < 0
}

// count is the number of the line behind the last.
func (a *ahead) count() int { return a.first + len(a.starts) }

// number is that of the line of a place.
func (a *ahead) number(offset int64) int {
	i, exact := slices.BinarySearch(a.starts, offset)
	if !exact {
		i--
	}
	return a.first + i
}

// begin makes the line of a place the first, if it is not known.
func (a *ahead) begin(offset int64) {
	if len(a.starts) > 0 && offset >= a.starts[0] && offset < a.to {
		return
	}
	if a.latest == nil {
		a.latest, a.seed = make(map[uint64]int), maphash.MakeSeed()
	}
	a.first, a.starts, a.seconds, a.to = 0, a.starts[:0], a.seconds[:0], offset
	clear(a.latest)
}

// add adds a line.
func (a *ahead) add(line []byte) {
	n := a.count()
	a.starts, a.to = append(a.starts, a.to), a.to+int64(len(line))
	text, prefix := secondLineOf(line)
	if prefix == nil {
		return
	}
	if len(a.latest) > farLines {
		clear(a.latest)
	}
	key, before := maphash.Bytes(a.seed, prefix), -1
	if last, ok := a.latest[key]; ok {
		before = last
	}
	a.latest[key] = n
	a.seconds = append(a.seconds, secondLine{line: n, text: text, prefix: prefix, plain: isPlain(prefix), before: before, back: -1, sought: n})
}

// drop forgets the lines that end before an offset.
func (a *ahead) drop(offset int64) {
	n := 0
	for n < len(a.starts) && (n+1 < len(a.starts) && a.starts[n+1] <= offset || n+1 == len(a.starts) && a.to <= offset) {
		n++
	}
	a.starts, a.first = a.starts[n:], a.first+n
	n = 0
	for n < len(a.seconds) && a.seconds[n].line < a.first {
		n++
	}
	clear(a.seconds[:n])
	a.seconds = a.seconds[n:]
}

// behind is the index of the first second line behind one of a number.
func (a *ahead) behind(line int) int {
	i, _ := slices.BinarySearchFunc(a.seconds, line+1, func(s secondLine, n int) int { return s.line - n })
	return i
}

// secondLineOf reads a line that may be the second of a frame: where its text begins, and
// what is before that; nil if it is none.
func secondLineOf(line []byte) (text int, prefix []byte) {
	for i, c := range line {
		if c != '"' && c != '\'' || !startsFrame(line[i:]) {
			continue
		}
		prefix = bytes.TrimRight(alike(line[:i]), " \t")
		if !isPrefix(prefix) {
			return 0, nil
		}
		return i, prefix
	}
	return 0, nil
}

// isPrefix says whether what stands before a frame's line may be a prefix. What has braces
// is another frame, and so is what ends in a string.
func isPrefix(b []byte) bool {
	return len(b) > 0 && bytes.IndexByte(b, '{') < 0 && bytes.IndexByte(b, '}') < 0 && bytes.Count(b, []byte{'"'})%2 == 0
}

// lookAt adds the next line, if it is in the window and ends near enough to a place.
func (w *scanning) lookAt(at int) (o outcome) {
	from := int(w.ahead.to - w.base)
	end := len(w.window)
	if from < end {
		end = lineEnd(w.window, from)
	}
	switch {
	case end < 0 && w.final:
		end = len(w.window)
	case end < 0 || from >= end:
		return wantMore
	}
	if end-at > Window {
		return nothing
	}
	w.ahead.add(w.window[from:end])
	return found
}

// second finds the second line of the frame whose first one ends with the brace at a
// place, and is given as it is; and who reads the lines from there on.
func (w *scanning) second(at int, opening []byte) (*secondLine, lineReader, outcome) {
	a := &w.ahead
	a.begin(w.base + int64(bytes.LastIndexByte(w.window[:at], '\n')+1))
	for a.to <= w.base+int64(at) {
		if o := w.lookAt(at); o != found {
			return nil, nil, o
		}
	}
	own := a.number(w.base + int64(at))
	others, number := 0, (*numbering)(nil)
	for i := a.behind(own); ; i++ {
		for i == len(a.seconds) {
			if a.count()-1-own > allowed(others) {
				return nil, nil, nothing
			}
			if o := w.lookAt(at); o != found {
				return nil, nil, o
			}
		}
		s := &a.seconds[i]
		if s.line-own-1 > allowed(others) {
			return nil, nil, nothing
		}
		if s.begins(opening) {
			if w.opener(s, own) != own {
				return nil, nil, nothing
			}
			return s, newPrefixReader(opening, s), found
		}
		if number == nil {
			number = newNumbering(opening, w.lineAhead(own+1))
		}
		if r, o := w.numbered(at, own, number, *s); o != nothing {
			return s, r, o
		}
		if s.before < own {
			others++
		}
	}
}

// opener is the number of the line that a second line belongs to: the last one before it
// that has its prefix and ends with a brace, not before a line that may be it.
func (w *scanning) opener(s *secondLine, from int) int {
	a := &w.ahead
	for s.back < 0 && s.sought > from+1 {
		s.sought--
		start := a.starts[s.sought-a.first]
		line := w.window[start-w.base : a.starts[s.sought+1-a.first]-w.base]
		if s.begins(line) && endsWithBrace(line) {
			s.back = s.sought
		}
	}
	return max(s.back, from)
}
