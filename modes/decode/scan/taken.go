package scan

import "slices"

// span is a part of the text, by offset.
type span struct{ from, to int64 }

// take marks what a frame has been collected from, so that braces in it are no anchors.
// Where many frames are collected from between one another, many are marked: they are in
// their order.
func (s *Scanner) take(spans []span) {
	for _, t := range spans {
		i := s.takenBehind(t.from)
		s.taken = slices.Insert(s.taken, i, t)
	}
}

// takenBehind is the index of the first mark that begins behind an offset.
func (s *Scanner) takenBehind(offset int64) int {
	i, _ := slices.BinarySearchFunc(s.taken, offset+1, func(t span, offset int64) int { return int(t.from - offset) })
	return i
}

func (s *Scanner) isTaken(at int) bool {
	if len(s.taken) == 0 {
		return false
	}
	offset := s.base + int64(at)
	i := s.takenBehind(offset)
	return i > 0 && offset < s.taken[i-1].to
}

// dropTaken forgets what is before the window.
func (s *Scanner) dropTaken() {
	i := 0
	for i < len(s.taken) && s.taken[i].to <= s.base {
		i++
	}
	s.taken = slices.Delete(s.taken, 0, i)
}
