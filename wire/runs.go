package wire

// runs is a shape as [matchRuns] reads it: what always stands between its integers, with the
// texts in it as they were last.
type runs struct {
	list   []run
	memory []byte        // what the runs are in, and 32 bytes at least to read behind each
	ends   [maxHoles]int // of the integers of the last match
}

// run is what stands before an integer, or at the end.
type run struct {
	text *byte
	size int
}

// behindRun is how many bytes behind the end of a run are looked at for its integer, as the
// assembly has it, too. A frame that ends closer to the end of what was read is matched plainly.
const behindRun = 64

// any says whether there are some: not where the texts have just changed.
func (r *runs) any() bool { return len(r.list) > 0 }

// repeat is match for who meets the same texts again and again.
func (s *shape) repeat(b []byte, maxBytes int) int {
	if s.runs.any() && len(b) > behindRun {
		if n := s.matchRuns(b, maxBytes); n > 0 {
			return n
		}
	}
	n := s.match(b, maxBytes)
	switch {
	case s.changed && s.runs.any():
		s.runs.list = s.runs.list[:0]
	case n > 0 && hasRuns && !s.changed && !s.runs.any():
		s.findRuns()
	}
	return n
}

// findRuns takes the frame of the last match apart.
func (s *shape) findRuns() {
	r, b := &s.runs, s.frame.raw
	r.memory = append(append(r.memory[:0], b...), make([]byte, behindRun)...)
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
