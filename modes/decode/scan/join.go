package scan

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"

	"proto/wire"
)

// maxApart is how many lines of others may stand between two parts of a frame that are in
// records: what is behind them waits for the next part.
const maxApart = 16

// spelling is how a record has the bytes of its part.
type spelling int

const (
	asIs     spelling = iota // up to the end of the column
	inString                 // with escapes
	inHex
)

// joined reads a frame whose bytes are in more than one record, each a line: of tshark's
// fields, or of --record. from is where they begin in the record of at.
// before is what stands before that.
func (w *scanning) joined(at, from int, before []byte, how spelling) (int, outcome) {
	lead, ours := recordLead(before)
	if lead == nil {
		return 0, nothing
	}
	if ours && how == asIs {
		how = inString // whose text has had no escape yet
	}
	w.text, w.places = w.text[:0], w.places[:0]
	prefix := alike(lead)
	var depth nesting
	var taken []span
	for i := range maxParts {
		end := lineEnd(w.window, from)
		if end < 0 && !w.final {
			return 0, w.patience(w.window[at:])
		} else if end < 0 {
			end = len(w.window)
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
			return w.assembled(at, taken)
		case closed || !errors.Is(err, io.ErrUnexpectedEOF):
			return 0, nothing
		}
		var o outcome
		switch from, how, o = w.nextPart(end, prefix, how, ours); {
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
func (w *scanning) assembled(at int, taken []span) (int, outcome) {
	w.find.Context = w.context(at)
	if taken[0].from > w.base+int64(at) { // in hex: its record begins with the brace
		w.find.Context.before = w.window[at : taken[0].from-w.base]
	}
	if !w.report(at, &w.frame) {
		return 0, nothing
	}
	w.letGo()
	w.take(taken)
	return at + 1, found
}

// nextPart finds the next record of the same stream and direction behind a place.
func (w *scanning) nextPart(from int, prefix []byte, how spelling, ours bool) (int, spelling, outcome) {
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
		n, ok := samePrefix(line, prefix)
		switch {
		case ours && bytes.HasPrefix(line, recordDropped):
			return 0, how, nothing // it may be the next part
		case ok && !ours:
			return from + n, how, found
		case ok && bytes.HasPrefix(line[n:], frameMember):
			return from + n + len(frameMember), inString, found
		case ok && bytes.HasPrefix(line[n:], hexMember):
			return from + n + len(hexMember), inHex, found
		}
		from = end
	}
	return 0, how, nothing
}

// The members of a record of ours that hold bytes, and the line in place of what is
// missing.
var (
	frameMember   = []byte(`"frame":"`)
	hexMember     = []byte(`"hex":"`)
	recordDropped = []byte(`{"dropped":`)
)

// recordLead is what a record has before its bytes, in the last line of a text: time,
// stream and direction. ours says that --record has written it; nil: it is none.
func recordLead(before []byte) (lead []byte, ours bool) {
	line := bytes.TrimLeft(before[bytes.LastIndexByte(before, '\n')+1:], "\x00\ufeff")
	if bytes.HasPrefix(line, recordStart) {
		i := bytes.Index(line, frameMember)
		if i < 0 {
			i = bytes.Index(line, hexMember)
		}
		if i < 0 || !bytes.Contains(line[:i], []byte(`"dir":"`)) || !bytes.Contains(line[:i], []byte(`"stream":"`)) {
			return nil, false
		}
		return line[:i], true
	}
	n := epochLength(line)
	if end := bytes.LastIndexByte(line, '\t') + 1; n > 0 && end > n && line[n] == '\t' && bytes.Count(line[:end], []byte{'\t'}) >= 3 {
		return line[:end], false // time, stream, port
	}
	return nil, false
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
		w.text, w.places, _ = undo(column(part), '"', w.text, w.places)
	default:
		w.text = append(w.text, column(part)...)
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
