package scan

import (
	"errors"
	"io"
	"unicode/utf8"

	"proto/wire"
)

// maxNesting is how often a string within a string is undone.
const maxNesting = 3

// escaped reads a frame in a string: from its brace on, the string is undone and
// the frame read in what comes of it.
func (w *scanning) escaped(at int) (int, outcome) {
	rest := w.window[at:]
	quote, slashes := firstQuote(rest)
	// In steps: most of what only looks like a frame ends soon.
	for size := firstStep; ; size *= 4 {
		part := rest[:min(len(rest), size, Window)]
		closed := w.undoAll(part, quote, slashes)
		n, err := wire.Parse(w.text[:min(len(w.text), MaxFrame)], limits(), &w.frame)
		switch {
		case err == nil:
			return w.undone(at, at+int(w.places[n-1]))
		case closed && slashes == 1:
			return w.joined(at, at, w.headOf(at), inString)
		case closed || !errors.Is(err, io.ErrUnexpectedEOF) || len(part) >= Window, len(w.text) > MaxFrame:
			return 0, nothing
		case len(part) < len(rest):
			continue
		case w.final:
			w.isCut(at)
			return 0, nothing
		}
		return 0, w.patience(rest)
	}
}

// firstStep is how much of a string is undone at first.
const firstStep = 2 << 10

// undoAll undoes a string, and a string within it, into w.text.
func (w *scanning) undoAll(part []byte, quote byte, slashes int) (closed bool) {
	w.text, w.places, closed = undo(part, quote, w.text[:0], w.places[:0])
	for level := slashes / 2; level > 0 && level < 1<<maxNesting; level /= 2 {
		// Once more: the places of what was undone are those of what it came from.
		w.scratch, w.spare, _ = undo(w.text, quote, w.scratch[:0], w.spare[:0])
		for i, p := range w.spare {
			w.spare[i] = w.places[p-1]
		}
		w.text, w.scratch = w.scratch, w.text
		w.places, w.spare = w.spare, w.places
	}
	return closed
}

// undone reports the frame in w.text.
func (w *scanning) undone(at, end int) (int, outcome) {
	if before := w.before(at); !w.inPacket(before, at, end) {
		after, o := w.lineBehind(end)
		if o == wantMore {
			return 0, wantMore
		}
		w.find.Context = Context{before: w.inLine(before, at), after: behindString(after)}
	}
	if w.report(at, &w.frame) {
		w.letGo()
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
func undo(b []byte, quote byte, text []byte, places []int32) (_ []byte, _ []int32, closed bool) {
	for i := 0; i < len(b); {
		c := b[i]
		if c == quote || c == '\n' {
			return text, places, true
		}
		n := 1
		if c == '\\' {
			var r rune
			if r, n = wire.ReadEscape(b[i:]); n == 0 {
				break
			}
			before := len(text)
			text = utf8.AppendRune(text, r)
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
