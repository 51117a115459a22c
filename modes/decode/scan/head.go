package scan

import "bytes"

// maxHead is how much of the beginning of a line is kept: of a record with many frames in
// it, the first parts are in windows before.
const maxHead = 512

// lineHead is where the line of a place begins, found out from one place to the next.
type lineHead struct {
	from   int // in the window; -1 if before it
	looked int // up to where line ends have been looked for
}

// headOf is the beginning of the line of a place, up to there.
func (w *scanning) headOf(at int) []byte {
	h := &w.line
	if at > h.looked {
		if i := bytes.LastIndexByte(w.window[h.looked:at], '\n'); i >= 0 {
			h.from = h.looked + i + 1
		}
		h.looked = at
	}
	if h.from >= 0 {
		return w.window[h.from:min(at, h.from+maxHead)]
	}
	more := min(at, maxHead-len(w.begun))
	return append(w.begun[:len(w.begun):len(w.begun)], w.window[:more]...)
}

// keepHead keeps the beginning of the line that the next window is in.
func (s *Scanner) keepHead(passed []byte) {
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		s.begun, passed = s.begun[:0], passed[i+1:]
	}
	s.begun = append(s.begun, passed[:min(len(passed), maxHead-len(s.begun))]...)
}

// inLine is what stands before a frame that may be behind another in its record: that what
// the record begins with, too.
func (w *scanning) inLine(before []byte, at int) []byte {
	if bytes.IndexByte(before, '\n') < 0 {
		if head := w.headOf(at); len(head) > len(before) {
			return head
		}
	}
	return before
}
