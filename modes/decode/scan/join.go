package scan

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"

	"proto/wire"
)

// maxApart is how many lines, or packets, of others may stand between two parts of a frame
// that are in records: what is behind them waits for the next part.
const maxApart = 16

// spelling is how a record has the bytes of its part.
type spelling int

const (
	asIs     spelling = iota // up to the end of the column
	toTheEnd                 // of the line
	inString                 // with escapes
	inHex
)

// joined reads a frame whose bytes are in more than one record, each a line: of tshark's
// fields, of --record, of docker or CRI; or in more than one packet of tshark's. from is where they begin in the record of at.
// head is what that has before.
func (w *scanning) joined(at, from int, head []byte, how spelling) (int, outcome) {
	source := recordSource(head)
	if source == nil {
		source = w.packetSource(at)
	}
	if source == nil {
		return 0, nothing
	}
	how = source.first(how)
	w.text, w.places = w.text[:0], w.places[:0]
	var depth nesting
	var taken []span
	for i := range maxParts {
		end := lineEnd(w.window, from)
		if end < 0 && !w.final {
			return 0, w.patience(w.window[at:])
		} else if end < 0 {
			end = len(w.window)
		}
		if source.kind == packets {
			end = textEnd(w.window, from, end)
		}
		had := len(w.text)
		if !w.appendPart(from, end, how) || len(w.text) > MaxFrame || end-at > Window {
			return 0, nothing
		}
		taken = append(taken, span{w.base + int64(from), w.base + int64(end)})
		closed := depth.closes(w.text[had:])
		n, err := 0, io.ErrUnexpectedEOF
		if closed || i&(i+1) == 0 || depth.depth > maxLevels { // what only looks like a frame ends soon
			n, err = wire.Parse(w.text, limits(), &w.frame)
		}
		switch {
		case err == nil:
			taken[len(taken)-1].to = w.base + int64(w.places[n-1])
			return w.assembled(at, taken, source)
		case closed || !errors.Is(err, io.ErrUnexpectedEOF) || !source.goesOn(w.window[from:end]):
			return 0, nothing
		}
		var o outcome
		switch from, how, o = w.nextPart(end, source, how); {
		case o == wantMore && w.base+int64(at) == taken[0].from:
			return w.cutLines(at)
		case o == wantMore:
			return 0, w.patience(w.window[at:])
		case o == nothing:
			return 0, nothing
		}
	}
	return 0, nothing
}

// assembled reports the frame of these parts. Lines of others may stand between them, so
// the search goes on at once behind its brace.
func (w *scanning) assembled(at int, taken []span, source *source) (int, outcome) {
	w.find.Context = Context{before: w.inLine(w.before(at), at), after: source.behind}
	if taken[0].from > w.base+int64(at) { // in hex: its record begins with the brace
		w.find.Context.before = w.window[at : taken[0].from-w.base]
	}
	if source.kind == packets {
		w.find.Context = source.packet.context()
		w.packet = source.packet
		w.packet.upTo = w.base + int64(at+1)
	}
	if !w.report(at, &w.frame) {
		return 0, nothing
	}
	w.letGo()
	w.take(taken)
	return at + 1, found
}

// nextPart finds the next record of the same source behind a place.
func (w *scanning) nextPart(from int, source *source, how spelling) (int, spelling, outcome) {
	if source.kind == packets {
		n, o := w.nextText(from, source)
		return n, inString, o
	}
	for range maxApart + 1 {
		end := lineEnd(w.window, from)
		if end < 0 && (!w.final || from == len(w.window)) {
			return 0, how, wantMore
		} else if end < 0 {
			end = len(w.window)
		}
		for from < end && w.window[from] == 0 {
			from++
		}
		line := w.window[from:end]
		if source.kind == ourRecords && bytes.HasPrefix(line, recordDropped) {
			return 0, how, nothing // it may be the next part
		}
		if n, in := source.part(line, how); n > 0 {
			return from + n, in, found
		}
		from = end
	}
	return 0, how, nothing
}

// appendPart appends the bytes of a record that has them from a place on to w.text, and
// for each where it ends to w.places.
func (w *scanning) appendPart(from, end int, how spelling) bool {
	part := w.window[from:end]
	had := len(w.text)
	switch how {
	case inHex:
		part = part[:max(0, bytes.IndexByte(part, '"'))]
		var err error
		if w.text, err = hex.AppendDecode(w.text, part); err != nil {
			return false
		}
		for i := range len(w.text) - had {
			w.places = append(w.places, int32(2*(i+1)))
		}
	case inString:
		w.text, w.places, _ = undo(column(part), quotes{quote: '"'}, w.text, w.places)
	default:
		if how == asIs {
			part = column(part)
		}
		part = bytes.TrimRight(part, "\r\n")
		w.text = append(w.text, part...)
		for i := range len(w.text) - had {
			w.places = append(w.places, int32(i+1))
		}
	}
	for i := had; i < len(w.places); i++ {
		w.places[i] += int32(from)
	}
	return true
}

// column is a text up to the end of its column or line.
func column(b []byte) []byte {
	if i := bytes.IndexAny(b, "\t\r\n"); i >= 0 {
		return b[:i]
	}
	return b
}

// nesting is how deep in braces and brackets a text ends.
type nesting struct {
	depth   int
	quote   byte
	escaped bool
}

// closes takes more of the text, and says whether all that was open is closed in it.
func (n *nesting) closes(b []byte) bool {
	for _, c := range b {
		switch {
		case n.escaped:
			n.escaped = false
		case n.quote != 0 && c == '\\':
			n.escaped = true
		case c == n.quote:
			n.quote = 0
		case n.quote != 0:
		case c == '"' || c == '\'':
			n.quote = c
		case c == '{' || c == '[':
			n.depth++
		case c == '}' || c == ']':
			if n.depth--; n.depth == 0 {
				return true
			}
		}
	}
	return false
}
