package follow

import (
	"bytes"
	"maps"
	"slices"

	"proto/wire"
)

// An answer that cannot be read is taken for one of its session, of which others were lost:
// the next one needs its cipher text. It may as well be another server's, or have overtaken
// others. Then what follows on from what was before it can still be read.

// remember keeps a state as it is before an answer that it cannot read.
func (s *state) remember() {
	if !s.hasKey || !s.hasPrev || s.lost > 0 || s.stray || s.fork != nil || s.waiting != nil && len(s.pending) == 0 {
		return
	}
	if len(s.pending) > 0 && (s.was != nil || s.sure < wire.BlockSize) {
		return // it is among them
	}
	was := *s
	was.chain, was.before = s.chain.Clone(), maps.Clone(s.before)
	was.lastSequence, was.lastData, was.lastKey1 = bytes.Clone(s.lastSequence), bytes.Clone(s.lastData), bytes.Clone(s.lastKey1)
	was.key1, was.lastResult.Text = bytes.Clone(s.key1), bytes.Clone(s.lastResult.Text)
	s.was, was.was, was.pending = &was, nil, slices.Clone(s.pending)
	for i := range was.pending {
		was.pending[i].result = nil // s has it
	}
}

// tryBefore opens an answer that follows on from what was before those that could not be
// read.
func (f *Follower) tryBefore(s *state, a *Answer, r *Result) bool {
	was := s.was
	if was == nil || was.gap(a) {
		return false
	}
	known := was.period != s.period // by a key that what could not be read has brought
	if (was.dialect == nil || len(was.pending) > 0) && was.isUnpadded(f, a) {
		if !f.spells(was, a) {
			return false
		}
		f.part(s, known)
		return f.hold(s, a, r)
	}
	if a.Key1.Present() && bytes.Equal(was.key1, brief(a.Key1.Raw())) || !f.try(was, a, r, true) && !f.tryBytes(was, a, r) {
		return false
	}
	f.part(s, known)
	return true
}

// tryBeforeOthers does so in the states of all sessions that nothing tells from an answer's.
func (f *Follower) tryBeforeOthers(s *state, a *Answer, r *Result) *state {
	for _, other := range f.live {
		if other != s && other.stream == a.Stream && other.session == string(a.Session) && f.tryBefore(other, a, r) {
			return other
		}
	}
	return nil
}

// part makes two states of one: that from before what could not be read, and one of what
// could not, of which the key is known or not.
func (f *Follower) part(s *state, known bool) {
	was := s.was
	for i := range min(len(was.pending), len(s.pending)) {
		if bytes.Equal(was.pending[i].digits, s.pending[i].digits) { // it waits on
			was.pending[i].result, s.pending[i].result = s.pending[i].result, nil
		}
	}
	if f.settle(s, true); s.isUnproved() {
		f.refute(s)
	}
	left := *s
	was.names, was.isLive, was.used = s.names, s.isLive, s.used
	*s = *was
	if delete(f.forks, was); s.fork != nil {
		f.forks[s] = struct{}{}
	}
	if len(s.pending) > 0 {
		f.holding[s] = struct{}{}
	}
	left.was, left.waiting, left.isLive, left.names = nil, nil, false, 0
	if known {
		left.iv = nil // which did not fit
		f.opened++
		f.use(&left)
		return
	}
	f.addStray(&left)
}

// overtakes says whether those answers that could not be read are all that makes this one
// late.
func (s *state) overtakes(a *Answer) bool {
	return s.was != nil && s.was.period == s.period && s.lost > 0 && s.isOld(a) && !s.was.isOld(a) && !a.Key1.Present()
}
