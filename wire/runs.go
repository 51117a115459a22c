package wire

// runs is a shape as [matchRuns] reads it: what always stands between its integers, with the
// texts in it as they were last.
type runs struct {
	list   []run
	memory []byte        // what the runs are in, and room to read behind each
	ends   [maxHoles]int // of the integers of the last match
}

// run is what stands before an integer, or at the end.
type run struct {
	text *byte
	size int
}

// behindRun is how many bytes behind the end of a run are read, for its integer; the
// longest text within runs is so that this is little.
const behindRun = 64

// repeat is match for who meets the same texts again and again.
func (s *shape) repeat(b []byte, maxBytes int) int {
	if len(s.runs.list) > 0 && len(b) > behindRun {
		if n := s.matchRuns(b, maxBytes); n > 0 {
			return n
		}
	}
	n := s.match(b, maxBytes)
	if n > 0 && hasRuns && !s.changed && len(s.runs.list) == 0 {
		s.findRuns()
	} else if s.changed {
		s.runs.list = s.runs.list[:0]
	}
	return n
}

// findRuns takes the frame of the last match apart.
func (s *shape) findRuns() {
	r, b := &s.runs, s.frame.raw
	r.memory = append(append(r.memory[:0], b...), make([]byte, behindRun)...)
	r.list = r.list[:0]
	from := 0
	for i := range s.holes {
		if h := &s.holes[i]; h.kind == Integer {
			to := h.to + h.moved - len(h.value.raw)
			r.list = append(r.list, run{&r.memory[from], to - from})
			from = h.to + h.moved
		}
	}
	r.list = append(r.list, run{&r.memory[from], len(b) - from})
}

// matchRuns is match where the texts are those of the last match.
func (s *shape) matchRuns(b []byte, maxBytes int) int {
	n := matchRuns(&b[0], len(b), &s.runs.list[0], len(s.runs.list), &s.runs.ends[0])
	if n == 0 || n > maxBytes {
		return 0
	}
	moved, integers := 0, 0
	for i := range s.holes {
		h := &s.holes[i]
		from := h.from + moved
		to := from + len(h.last)
		if h.kind == Integer {
			to = s.runs.ends[integers]
			integers++
		}
		h.value.raw = b[from:to]
		moved = to - h.to
		h.moved = moved
	}
	s.place(b[:n])
	return n
}
