package follow

import "slices"

// Answers that no state can read, where several sessions have one name: which of them one is
// of is not known before the next one is there, which is encrypted from its cipher text on.

// astray is the state for an answer that s cannot read: s itself, or where that has namesakes
// one without a key, so that none of them loses what its next answer needs.
func (f *Follower) astray(s *state, a *Answer) *state {
	if a.Key1.Present() || s.isUnpadded(f, a) || !s.hasKey || !f.hasNamesake(s) {
		return s
	}
	for i, other := range f.strays {
		if other.stream == a.Stream && other.session == string(a.Session) && !other.gap(a) {
			f.strays = append(slices.Delete(f.strays, i, i+1), other)
			return other
		}
	}
	stray := &state{stream: a.Stream, session: string(a.Session), lastOf: string(a.Session), dialect: f.onlyOne()}
	f.addStray(stray)
	return stray
}

// maxStrays is how many are remembered.
const maxStrays = 16

// addStray adds one in place of the oldest. They are not among the states that are tried, of
// which they would take the place.
func (f *Follower) addStray(s *state) {
	s.stray, s.hasKey, s.hasPrev = true, false, false
	if len(f.strays) == maxStrays {
		f.strays = slices.Delete(f.strays, 0, 1)
	}
	f.strays = append(f.strays, s)
}

// tryBehind opens an answer that follows one which could not be read, with the key of any
// session of its number.
func (f *Follower) tryBehind(a *Answer, r *Result) *state {
	if a.Key1.Present() {
		return nil
	}
	for _, list := range [...][]*state{f.live, f.strays} {
		for _, before := range list {
			if before.lost == 0 || before.session != string(a.Session) || before.gap(a) {
				continue
			}
			if s := f.keyFor(before, a, r); s != nil {
				f.strays = slices.DeleteFunc(f.strays, func(stray *state) bool { return stray == before })
				return s
			}
		}
	}
	return nil
}

// keyFor finds the session that goes on behind another state's last answer; first among those
// that have not come so far yet: of two logs of one session one is ahead.
func (f *Follower) keyFor(before *state, a *Answer, r *Result) *state {
	for _, old := range [...]bool{false, true} {
		for _, s := range f.live {
			if s != before && s.session == before.session && s.hasKey && s.isOld(a) == old && f.openBehind(s, before, a, r) {
				return s
			}
		}
	}
	return nil
}

// openBehind opens an answer with the key of s, from the last cipher text of another state
// on.
func (f *Follower) openBehind(s, before *state, a *Answer, r *Result) bool {
	for _, d := range padded {
		if !f.may(d) || s.dialect != nil && *s.dialect != d {
			continue
		}
		chain := s.chain.Clone()
		chain.Dialect = d
		chain.SetRegister(before.lastRegister(d))
		if text, ok := a.openIn(chain, d, r.Text[:0]); ok && credible(text, true) {
			s.chain, s.hasPrev, s.lost = chain, true, max(s.lost, 1)
			f.read(s, a, r, text, d, "")
			return true
		}
	}
	return false
}
