package follow

// Answers that no state can read, where several sessions have one name: which of them one is
// of is not known before the next one is there, which is encrypted from its cipher text on.

// astray is the state for an answer that s cannot read: s itself, or where that has namesakes
// one without a key, so that none of them loses what its next answer needs.
func (f *Follower) astray(s *state, a *Answer) *state {
	if a.Key1.Present() || s.isUnpadded(f, a) || s.stray || !s.hasKey || !f.hasNamesake(s) {
		return s
	}
	for _, other := range f.live {
		if other.stray && other.stream == a.Stream && other.session == string(a.Session) && !other.gap(a) {
			f.use(other)
			return other
		}
	}
	stray := f.blank(a)
	stray.hasKey, stray.hasPrev, stray.stray = false, false, true
	return stray
}

// tryBehind opens an answer that follows one which could not be read, with the key of any
// session of its number.
func (f *Follower) tryBehind(a *Answer, r *Result) *state {
	if a.Key1.Present() {
		return nil
	}
	for _, before := range f.live {
		if before.lost == 0 || before.session != string(a.Session) || before.gap(a) {
			continue
		}
		if s := f.keyFor(before, a, r); s != nil {
			if before.stray {
				f.forget(before)
			}
			return s
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
