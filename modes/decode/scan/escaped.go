package scan

import (
	"errors"
	"io"
	"unicode/utf8"

	"proto/wire"
)

// maxNesting is how often a string within a string is undone.
const maxNesting = 3

// escaped reads a frame in a string that its quotes are escaped in.
func (w *scanning) escaped(at int) (int, outcome) {
	quote, slashes := firstQuote(w.window[at:])
	q := quotingOf(quote, max(slashes, 1))
	if q.n == 0 {
		return 0, nothing
	}
	switch k, _ := quoteBefore(w.before(at)); k.quote {
	case 0:
	case quote:
		q.levels[q.n-1].bytes = k.bytes
	default: // in a string that is in that one
		if more, ok := q.in(k); ok {
			if end, o, _ := w.unquote(at, more); o != nothing {
				return end, o
			}
		}
	}
	end, o, closed := w.unquote(at, q)
	if closed && slashes == 1 {
		return w.joined(at, at, w.headOf(at), inString)
	}
	return end, o
}

// unquote reads a frame in strings: from its brace on, these are undone and the frame read
// in what comes of it. closed says that a string ends before the frame.
func (w *scanning) unquote(at int, q quoting) (end int, o outcome, closed bool) {
	rest := w.window[at:]
	// In steps: most of what only looks like a frame ends soon.
	for size := firstStep; ; size *= 4 {
		part := rest[:min(len(rest), size, Window)]
		closed := w.undoAll(part, q)
		n, err := wire.Parse(w.text[:min(len(w.text), MaxFrame)], limits(), &w.frame)
		switch {
		case err == nil:
			end, o := w.undone(at, at+int(w.places[n-1]), q)
			return end, o, false
		case closed || !errors.Is(err, io.ErrUnexpectedEOF) || len(part) >= Window, len(w.text) > MaxFrame:
			return 0, nothing, closed
		case len(part) < len(rest):
			continue
		case w.final:
			w.isCut(at)
			return 0, nothing, false
		}
		return 0, w.patience(rest), false
	}
}

// firstStep is how much of a string is undone at first.
const firstStep = 2 << 10

// undoAll undoes a string, and those within it, into w.text. closed says that one ends there.
func (w *scanning) undoAll(part []byte, q quoting) (closed bool) {
	w.text, w.places, closed = undo(part, q.levels[0], w.text[:0], w.places[:0])
	for _, k := range q.levels[1:q.n] {
		// Once more: the places of what was undone are those of what it came from.
		var ends bool
		w.scratch, w.spare, ends = undo(w.text, k, w.scratch[:0], w.spare[:0])
		for i, p := range w.spare {
			w.spare[i] = w.places[p-1]
		}
		w.text, w.scratch = w.scratch, w.text
		w.places, w.spare = w.spare, w.places
		closed = closed || ends
	}
	return closed
}

// undone reports the frame in w.text, which was in strings.
func (w *scanning) undone(at, end int, q quoting) (int, outcome) {
	if before := w.before(at); !w.inPacket(before, at, end) {
		after, o := w.lineBehind(end)
		if o == wantMore {
			return 0, wantMore
		}
		w.find.Context = Context{before: w.inLine(before, at), after: behindString(after)}
	}
	if w.report(at, &w.frame) {
		w.letGo()
		w.isQuoted(q, end)
		return end, found
	}
	return 0, nothing
}

// behindString is what stands behind the end of the string that a text begins in;
// all of the text where it does not end.
func behindString(b []byte) []byte {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return b[i+1:]
		}
	}
	return b
}

// letGo gives up memory that a frame still lies in.
func (s *Scanner) letGo() { s.text = nil }

// firstQuote is the first quote of a text and how many backslashes are before it.
func firstQuote(b []byte) (quote byte, slashes int) {
	for _, c := range b {
		switch c {
		case '\\':
			slashes++
		case '"', '\'':
			return c, slashes
		default:
			slashes = 0
		}
	}
	return '"', 0
}

// undo undoes the escapes of a string, up to its closing quote or the end. For each
// byte of text it appends to places where what it stands for ends in b.
func undo(b []byte, k quotes, text []byte, places []int32) (_ []byte, _ []int32, closed bool) {
	for i := 0; i < len(b); {
		c := b[i]
		if c == k.quote || c == '\n' {
			return text, places, true
		}
		n := 1
		if c == '\\' {
			if k.strict && i+1 < len(b) && isQuote(b[i+1]) && b[i+1] != k.quote {
				return text, places, true
			}
			var r rune
			if r, n = wire.ReadEscape(b[i:]); n == 0 {
				break
			}
			before := len(text)
			if k.bytes && b[i+1] == 'x' {
				text = append(text, byte(r))
			} else {
				text = utf8.AppendRune(text, r)
			}
			for range len(text) - before {
				places = append(places, int32(i+n))
			}
		} else {
			text, places = append(text, c), append(places, int32(i+1))
		}
		i += n
	}
	return text, places, false
}
