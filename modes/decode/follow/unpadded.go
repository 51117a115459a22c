package follow

import (
	"bytes"

	"proto/wire"
)

// Answers of 8 bytes without padding: nothing in one says whether it was read rightly, or
// in which dialect. They are held until enough of them say so, and where what is before
// one is not known for certain only lower-case letters are believed. The register is two
// of them long, so that after a loss, or without the IV, two cannot be read.

// pendingAnswer waits until its session's dialect is known.
type pendingAnswer struct {
	digits []byte
	result *Result // nil: it is complete, or waits for the IV
	loose  bool    // nothing says whether answers before it are missing
	// status, and note, are what is said of it unless its text proves more: OK where the
	// register before it is the server's, Rounded for what Answer.isSuspect says.
	status Status
	note   string
}

// enoughChained is how many answers tell a dialect apart: a wrong shift damages two
// bytes of the first, and all of the next. Where texts are odd, up to mostChained are
// waited for.
const (
	enoughChained = 2
	mostChained   = 8
)

// hold keeps an unpadded answer until there are enough to find the dialect by.
func (f *Follower) hold(s *state, a *Answer, r *Result) bool {
	key, brings := newKey(a)
	if !brings && (a.Key1.Present() || !s.hasKey || s.isOld(a) && s.old < maxOld && !f.spells(s, a)) {
		return false
	}
	if brings && rounded(a.Key1) && !f.spells(s, a) {
		return false
	}
	if s.was == nil && !f.spells(s, a) {
		s.remember()
	}
	if brings {
		if f.settle(s, true); s.dialect != nil && !a.isSuspect() {
			return f.try(s, a, r, true)
		}
		f.begin(s, key)
	}
	lacks, note := s.lacks(a, brings)
	if f.spells(s, a) {
		s.was = nil
		lacks, note, s.hasPrev, s.sure = OK, "", true, wire.BlockSize
	} else {
		s.absorb(a, brings)
	}
	if a.isSuspect() {
		lacks, note = Rounded, wasRounded
	}
	p := pendingAnswer{digits: bytes.Clone(a.Data.Raw()), loose: s.isLoose(a) && !brings, status: lacks, note: note}
	*r = Result{Period: s.period, Status: p.status, Note: p.note}
	if p.status != NoIV || !f.wantIV(s, a, key, r, brings) {
		p.result, r.Pending = r, true
	}
	s.note(a)
	s.wait(r)
	s.pending = append(s.pending, p)
	if srv := f.server(s.stream); p.status == NoIV && srv.recovered {
		s.chain.SetRegister(wire.Register(*srv.iv)) // it has what is pending, from the key on
		s.sure, s.noIV = wire.BlockSize, false
		for i := range s.pending {
			if s.pending[i].status == NoIV {
				s.pending[i].status = OK
			}
		}
	}
	f.holding[s] = struct{}{}
	if len(s.pending) >= enoughChained || !f.Hold {
		f.settle(s, len(s.pending) >= mostChained)
	}
	return true
}

// begin begins a key, of which the dialect is not known.
func (f *Follower) begin(s *state, key wire.Key) {
	iv := f.ivOf(s)
	s.chain, s.hasKey, s.hasPrev, s.lost, s.lostKey, s.sure = wire.NewChain(key, wire.IV{}, wire.Dialect{}), true, true, 0, false, 0
	s.noIV = iv == nil
	s.period++
	if iv != nil {
		s.chain.SetRegister(wire.Register(*iv))
		s.sure = wire.BlockSize
	}
}

// ivOf is the IV of a session's keys, nil if it is not known.
func (f *Follower) ivOf(s *state) *wire.IV {
	if s.iv != nil {
		return s.iv
	}
	return f.server(s.stream).iv
}

// lacks says what an answer of 8 bytes cannot be read for: nothing (OK), the IV, or what
// was before it.
func (s *state) lacks(a *Answer, brings bool) (Status, string) {
	switch {
	case brings && s.noIV, !s.missing(a) && s.noIV && s.sure < wire.BlockSize:
		return NoIV, noKey2
	case brings:
	case s.missing(a):
		return NoPrev, lostBefore(a)
	case !s.hasPrev:
		return NoPrev, ""
	case s.sure < wire.BlockSize:
		return NoPrev, unreadBefore
	}
	return OK, ""
}

// isUnpadded says whether an answer is of 8 bytes without padding, as far as is known.
func (s *state) isUnpadded(f *Follower, a *Answer) bool {
	if s.dialect != nil {
		return s.dialect.Unpadded && isShort(a.Data.Raw())
	}
	return f.mayBeUnpadded(a)
}

// absorb notes how much of the register is known when this answer of 8 bytes is in it.
func (s *state) absorb(a *Answer, brings bool) {
	if !brings && (!s.hasPrev || s.missing(a)) {
		s.sure, s.noIV = 0, s.noIV && !s.missing(a)
	}
	s.sure = min(s.sure+wire.BlockSize/2, wire.BlockSize)
	s.hasPrev, s.old, s.noIV = true, 0, s.noIV && s.sure < wire.BlockSize
}

// spells says whether an answer of 8 bytes, read in a state, is lower-case letters, in
// either dialect if it is not known: by chance that is one in a hundred million.
func (f *Follower) spells(s *state, a *Answer) bool {
	key, brings := newKey(a)
	iv := f.ivOf(s)
	if brings && iv == nil || !brings && (a.Key1.Present() || !s.hasKey || !s.hasPrev) {
		return false
	}
	for _, d := range unpadded {
		if !f.may(d) || s.dialect != nil && *s.dialect != d {
			continue
		}
		chain := s.chain.Clone()
		chain.Dialect = d
		if brings {
			chain.Restart(key, *iv, d)
		} else {
			for _, p := range s.pending {
				_, _ = chain.Open(nil, p.digits)
			}
		}
		if text, err := chain.Open(nil, a.Data.Raw()); err == nil && fitnessOf(text) == letters {
			return true
		}
	}
	return false
}

// believes says whether an unpadded text is taken for what the server sent. certain says that
// it has been read in the state that it follows on, and nothing is missing.
func (s *state) believes(text []byte, certain bool) bool {
	fits := fitnessOf(text)
	return fits == letters || certain && (fits == visible && (s.lost == 0 || s.odd) || fits == utf && s.lost == 0 && s.odd)
}

// isLoose says whether nothing tells if answers before this one are missing.
func (s *state) isLoose(a *Answer) bool { return s.any && len(a.Sequence) == 0 }

// ifWhole is the note of a text that may be none, as the first among those of letters only.
const ifWhole = "if no answer before it is missing"

// settle reads what is pending, in the dialect that fits. Where none is better than the
// other it waits for more, unless this is the end of it.
func (f *Follower) settle(s *state, end bool) {
	if len(s.pending) == 0 {
		delete(f.holding, s)
		return
	}
	v := f.judge(s)
	if f.Hold && !end && (!v.decided || !v.chained || s.awaits(&v)) {
		return
	}
	f.give(s, &v)
	switch {
	case v.decided && v.chained:
		s.dialect = &v.dialect
	case !f.Hold && !end:
		return // the next is judged by these, too
	}
	f.replay(s, v.dialect)
}

// awaits says whether what follows may show that one of the last two numbers is exact.
func (s *state) awaits(v *verdict) bool {
	for i := max(0, len(s.pending)-2); i < len(s.pending); i++ {
		if s.pending[i].status == Rounded && !v.counts[i] {
			return true
		}
	}
	return false
}

// replay takes all that is pending for the chain.
func (f *Follower) replay(s *state, d wire.Dialect) {
	delete(f.holding, s)
	s.chain.Dialect = d
	for _, p := range s.pending {
		_, _ = s.chain.Open(nil, p.digits) // it was read before
	}
	s.pending = nil
}

// wait remembers that an answer's result is still to come, for one that repeats it.
func (s *state) wait(r *Result) {
	if s.waiting = nil; r.Pending {
		s.waiting = r
	}
	s.keep(r)
}

// complete makes a result one that is no longer pending, and those of the answers that
// repeated it.
func (f *Follower) complete(s *state, r *Result) {
	r.Pending = false
	if s.waiting == r {
		s.waiting = nil
		s.keep(r)
	}
	if was := s.was; was != nil && was.waiting == r {
		was.waiting = nil
		was.keep(r)
	}
	for _, again := range f.again[r] {
		*again = repeated(r, again.Text)
	}
	delete(f.again, r)
}

// repeated is the result of an answer that is there once more.
func repeated(r *Result, dst []byte) Result {
	again := *r
	again.Text, again.Note, again.Pending = append(dst[:0], r.Text...), join("repeated", r.Note), false
	return again
}
