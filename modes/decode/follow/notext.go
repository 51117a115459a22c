package follow

import "proto/wire"

// tryBytes opens an answer whose text is no text. Its state must be certain: no answer
// before it is missing; and there must be enough padding. What the padding of a long text with
// a key says is nothing: it is there whatever the IV.
func (f *Follower) tryBytes(s *state, a *Answer, r *Result) bool {
	key, brings := newKey(a)
	if s.gap(a) || brings && s.iv == nil || !brings && (a.Key1.Present() || !s.hasKey || !s.hasPrev || s.lost > 0) {
		return false
	}
	for _, d := range padded {
		if !f.may(d) || s.dialect != nil && *s.dialect != d {
			continue
		}
		chain := s.chain.Clone()
		if chain.Dialect = d; brings {
			chain.Restart(key, *s.iv, d)
		}
		text, err := a.decrypt(chain, r.Text[:0])
		if err != nil || paddingOf(text) < f.leastPadding(s, a, brings) {
			continue
		}
		if brings && len(text) >= wire.BlockSize && (!s.bytes || f.hasNamesake(s)) {
			continue
		}
		doubtful := !brings && !s.bytes && !s.isUnproved() && paddingOf(text) < sureBytes
		if doubtful {
			s.remember()
		}
		note, was := "", s.was
		if s.chain = chain; brings {
			s.hasKey, s.hasPrev, note = true, true, "new key"
			s.key1 = append(s.key1[:0], brief(a.Key1.Raw())...)
			s.period++
		}
		f.read(s, a, r, text, d, note)
		if s.bytes = !doubtful || was == nil; !s.bytes {
			f.waitForProof(s, was, r)
		}
		return true
	}
	return false
}

// paddingOf is how many bytes of padding are behind a text.
func paddingOf(text []byte) int { return wire.BlockSize - len(text)%wire.BlockSize }

// leastPadding is how many bytes of padding speak for a text that is none. One is enough where
// nothing else could be read so: where the dialect is known, which it else tells, no other state
// has the same name, and this is not the session's first such text and brings a key.
func (f *Follower) leastPadding(s *state, a *Answer, brings bool) int {
	switch {
	case s.stream != a.Stream, brings && rounded(a.Key1):
		return sureBytes
	case brings && !s.bytes, s.dialect == nil, s.fork != nil && !s.fork.unproved, f.hasNamesake(s):
		return 2
	}
	return 1
}

// otherBytes opens an answer whose text is no text in the state of another session of its
// number that it follows on.
func (f *Follower) otherBytes(s *state, a *Answer, r *Result) *state {
	if a.Key1.Present() {
		return nil
	}
	for _, other := range f.live {
		if other != s && other.session == string(a.Session) && f.tryBytes(other, a, r) {
			return other
		}
	}
	return nil
}
