package follow

import "proto/wire"

// find is the state that an answer most likely belongs to; a new one where there is
// none.
func (f *Follower) find(a *Answer) *state {
	if f.last != nil && f.lastStream == a.Stream && f.lastSession == string(a.Session) {
		return f.last
	}
	s := f.states[string(f.key(a.Stream, a.Session))]
	if s == nil {
		if s = f.streams[a.Stream]; s == nil {
			s = f.blank(a)
		}
	}
	f.last, f.lastStream, f.lastSession = s, a.Stream, string(a.Session)
	return s
}

// blank is the state of a session whose HELLO_ACK is not in the capture.
func (f *Follower) blank(a *Answer) *state {
	s := f.add(a.Stream, a.Session)
	s.chain = wire.NewChain(wire.Key{}, wire.IV{}, wire.Dialect{})
	if f.Key != nil {
		s.hasKey, s.period = true, 1
		s.noIV = len(a.Sequence) == 0 // a value by itself, the first one of its key
		var iv wire.IV
		if f.IV != nil {
			iv, s.hasPrev, s.sure = *f.IV, true, wire.BlockSize // it may begin with the key
		}
		s.chain = wire.NewChain(*f.Key, iv, wire.Dialect{})
	}
	return s
}

// move gives an answer's session to a state.
func (f *Follower) move(a *Answer, s *state) {
	f.states[string(f.key(a.Stream, a.Session))] = s
	f.last = nil
	f.use(s)
}

// tryBetter tries other states before the one that an answer most likely belongs to, where
// that could read it though it is not its own. A new key can be read by all that share
// an IV: of those that nothing else tells apart its sequence does. And without padding any
// text can be read; letters tell then.
func (f *Follower) tryBetter(s *state, a *Answer, r *Result) *state {
	_, brings := newKey(a)
	jumps, anything := brings && s.missing(a), s.isUnpadded(f, a) && !f.spells(s, a)
	if !jumps && !anything {
		return nil
	}
	for _, other := range f.live {
		if other == s || jumps && (other.stream != s.stream || other.session != s.session || !other.precedes(a)) || anything && !f.spells(other, a) {
			continue
		}
		if f.try(other, a, r, false) {
			return other
		}
	}
	return nil
}

// tryOthers tries all other states that an answer could belong to.
func (f *Follower) tryOthers(s *state, a *Answer, r *Result) *state {
	if other := f.streams[a.Stream]; other != nil && other != s && f.try(other, a, r, false) {
		return other
	}
	if other := f.byID[string(a.Session)]; other != nil && other != s && f.try(other, a, r, false) {
		return other
	}
	for _, other := range f.live {
		if other != s && (a.Key1.Present() || other.hasKey && other.hasPrev) && f.try(other, a, r, false) {
			return other
		}
	}
	return nil
}
