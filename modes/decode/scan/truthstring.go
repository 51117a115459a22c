package scan

import "bytes"

// A text that a log prints may be in a string of a record, where it has escapes and ends with
// the string. Elsewhere it is what is on the line, whatever that is.

// truthLead is what stands before the marker of a text, back to the text or the frame before,
// and whether that is enough to say that the text is in no string.
func (w *scanning) truthLead(at int) (before []byte, known bool) {
	before = w.before(at)
	if more := w.told - w.base - int64(at-len(before)); more > 0 {
		before = before[more:]
	}
	last := before[max(0, len(before)-maxRecordLead):]
	return before, len(last) == len(before) || bytes.IndexByte(last, '\n') >= 0
}

// truthQuoting is the quoting of the marker of a text.
func (w *scanning) truthQuoting(before []byte, at int) quoting {
	from := w.base + int64(at-len(before))
	for _, last := range [...]struct {
		quoting
		to int64
	}{{w.toldIn, w.told}, {w.quoted, w.quotedTo}} {
		if last.n > 0 && last.to == from && bytes.IndexByte(before, '\n') < 0 && bytes.IndexByte(before, last.levels[0].quote) < 0 {
			return last.quoting
		}
	}
	return w.quotingBehind(before, 0)
}

// quotedTruth is the text in these strings that begins where b does, up to the end of its line
// there, and how much of b that takes. goesOn says that the string does not end with it, ok
// that it ends somewhere: else what looks like a string is none.
func (w *scanning) quotedTruth(b []byte, q quoting) (text []byte, n int, goesOn, ok bool) {
	if !w.undoAll(b, q) {
		return nil, 0, false, false
	}
	text = w.text
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text, n, goesOn = text[:i], int(w.places[i]), true
	} else if len(text) > 0 {
		n = int(w.places[len(text)-1])
	}
	w.letGo()
	return bytes.TrimRight(text, "\r"), n, goesOn, true
}
