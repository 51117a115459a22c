package follow

import (
	"slices"

	"proto/wire"
)

// find is the state that an answer most likely belongs to; a new one where there is
// none. own is false where it is that of another session of the stream.
func (f *Follower) find(a *Answer) (s *state, own bool) {
	if f.last != nil && f.lastStream == a.Stream && f.lastSession == string(a.Session) {
		return f.last, true
	}
	s = f.states[string(f.key(a.Stream, a.Session))]
	if s == nil {
		if s = f.streams[a.Stream]; s != nil && len(a.Session) > 0 {
			return s, false
		}
		if s == nil {
			s = f.blank(a)
		}
	}
	f.last, f.lastStream, f.lastSession = s, a.Stream, string(a.Session)
	return s, true
}

// tryForeign opens an answer in the state of its stream's last HELLO_ACK, though that is of
// another session: one key may serve both. What it cannot read is not of it, and changes
// nothing; a new key can be read by all of a server's, and is the session's own.
func (f *Follower) tryForeign(s *state, a *Answer, r *Result) bool {
	if a.Data.Kind() != wire.Integer || a.rounded || a.Key1.Present() || !f.try(s, a, r, false) {
		return false
	}
	f.move(a, s)
	return true
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
	jumps := a.Key1.Kind() == wire.Integer && s.missing(a)
	anything := s.isUnpadded(f, a) && !f.spells(s, a)
	if !jumps && !anything {
		return nil
	}
	for _, other := range f.live {
		if other == s || jumps && (other.stream != s.stream || other.session != s.session || other.gap(a)) || anything && !f.spells(other, a) {
			continue
		}
		if f.try(other, a, r, false) {
			return other
		}
	}
	return nil
}

// hasNamesake says whether a session of the same name has been seen lately: of another
// server, perhaps, that nothing tells from this one.
func (f *Follower) hasNamesake(s *state) bool {
	return slices.ContainsFunc(f.live, func(other *state) bool {
		return other != s && other.stream == s.stream && other.session == s.session
	})
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
