package follow

import (
	"slices"

	"proto/wire"
)

// find is the state of an answer's session in its stream, nil where that has none yet.
func (f *Follower) find(a *Answer) *state {
	if f.last != nil && f.lastStream == a.Stream && f.lastSession == string(a.Session) {
		return f.last
	}
	s := f.states[string(f.key(a.Stream, a.Session))]
	if s == nil && len(a.Session) == 0 {
		s = f.streams[a.Stream]
	}
	if s != nil {
		f.last, f.lastStream, f.lastSession = s, a.Stream, string(a.Session)
	}
	return s
}

// adopt opens an answer of a session that is new in its stream, in a state that can read
// it: that of the stream's last HELLO_ACK, as one key may serve two sessions of a connection,
// or that of the session on an earlier connection. What they cannot read is not theirs, and
// changes nothing.
func (f *Follower) adopt(a *Answer, r *Result) *state {
	if a.Data.Kind() != wire.Integer || a.rounded {
		return nil
	}
	if s := f.streams[a.Stream]; s != nil && !a.Key1.Present() && f.try(s, a, r, false) {
		return s
	}
	for _, s := range f.live {
		if f.repeat(s, a, r) {
			return s
		}
	}
	if s := f.byID[string(a.Session)]; s != nil && f.try(s, a, r, false) {
		return s
	}
	return f.trySession(nil, a, r)
}

// trySession tries the states of all sessions of an answer's number, first those that it
// follows on.
func (f *Follower) trySession(s *state, a *Answer, r *Result) *state {
	for _, gaps := range [...]bool{false, true} {
		for _, other := range f.live {
			if other != s && other.session == string(a.Session) && other.gap(a) == gaps && f.try(other, a, r, false) {
				return other
			}
		}
	}
	return nil
}

// blank is the state of a session whose HELLO_ACK is not in the capture.
func (f *Follower) blank(a *Answer) *state {
	s := f.add(a.Stream, a.Session)
	s.chain = wire.NewChain(wire.Key{}, wire.IV{}, wire.Dialect{})
	if f.Key != nil {
		s.hasKey, s.period = true, 1
		n, _ := sequence(a.Sequence)
		s.noIV = len(a.Sequence) == 0 || n == 2 // a value by itself, or the first answer: of its key, too
		var iv wire.IV
		if f.IV != nil {
			iv, s.hasPrev, s.sure = *f.IV, true, wire.BlockSize // it may begin with the key
		}
		s.chain = wire.NewChain(*f.Key, iv, wire.Dialect{})
	}
	f.last, f.lastStream, f.lastSession = s, a.Stream, string(a.Session)
	return s
}

// maxNames is how many sessions are remembered to be of one state.
const maxNames = 64

// move gives an answer's session to a state.
func (f *Follower) move(a *Answer, s *state) {
	name := string(f.key(a.Stream, a.Session))
	if old := f.states[name]; old != s {
		f.discard(old)
		if f.makeRoom(); s.names < maxNames && len(f.states) < maxSessions {
			s.names++
			f.states[name] = s
			f.byID[string(a.Session)] = s
		}
	}
	f.last = nil
	f.use(s)
}

// beside reads a key change that s has read already in a state of its own: s goes on from what
// came since, and that one if all comes again.
func (f *Follower) beside(s *state, chain *wire.Chain, a *Answer, r *Result, text []byte, d wire.Dialect) {
	again := f.add(s.stream, []byte(s.session))
	again.chain, again.hasKey, again.hasPrev, again.dialect = chain, true, true, s.dialect
	again.period, again.first, again.iv, again.key1 = s.period, s.first, s.iv, slices.Clone(s.key1)
	f.read(again, a, r, text, d, "repeated, new key")
	f.states[string(f.key(s.stream, []byte(s.session)))], f.byID[s.session] = s, s
}

// discard forgets a state of which nothing has come.
func (f *Follower) discard(s *state) {
	if s == nil || s.any || s.period > 0 {
		return
	}
	f.opened--
	f.forget(s)
}

// forget takes a state from those that are tried.
func (f *Follower) forget(s *state) {
	if i := slices.Index(f.live, s); i >= 0 {
		f.live = slices.Delete(f.live, i, i+1)
		s.isLive = false
	}
	if f.last == s {
		f.last = nil
	}
}

// tryBetter tries other states before the one that an answer most likely belongs to, where
// that could read it though it is not its own. A new key can be read by all that share
// an IV: of those that nothing else tells apart its sequence does. And without padding any
// text can be read; letters tell then.
func (f *Follower) tryBetter(s *state, a *Answer, r *Result) *state {
	brings := a.Key1.Kind() == wire.Integer
	jumps, anything := brings && s.missing(a), s.isUnpadded(f, a) && !f.spells(s, a)
	if !jumps && !anything {
		return nil
	}
	for _, other := range f.live {
		if other == s || brings && (other.stream != s.stream || other.session != s.session || other.gap(a)) || anything && !f.spells(other, a) {
			continue
		}
		if f.try(other, a, r, false) {
			return other
		}
	}
	if brings && anything {
		return f.trySpellingIVs(s, a, r)
	}
	return nil
}

// trySpellingIVs is tryIVs for answers without padding, of which letters tell.
func (f *Follower) trySpellingIVs(s *state, a *Answer, r *Result) *state {
	i := slices.IndexFunc(f.live, func(other *state) bool { return f.spells(other, a) })
	if i < 0 {
		return nil
	}
	iv := f.ivOf(f.live[i])
	if s.iv != nil {
		s = f.blank(a)
		f.opened++
	}
	if s.iv = iv; f.try(s, a, r, true) {
		return s
	}
	return nil
}

// hasNamesake says whether a session of the same name has been seen, and what may be one has
// lately: of another server, perhaps, that nothing tells from this one.
func (f *Follower) hasNamesake(s *state) bool {
	isOne := func(other *state) bool {
		return other != s && other.stream == s.stream && other.session == s.session
	}
	return s.shared || slices.ContainsFunc(f.live, isOne) || slices.ContainsFunc(f.strays, isOne)
}

// tryOthers tries all other states that an answer could belong to. A new key can be read by
// whoever has the IV, of which nothing follows but that the server is the same: it is the
// answer's own session's.
func (f *Follower) tryOthers(s *state, a *Answer, r *Result) *state {
	key, brings := newKey(a)
	if other := f.streams[a.Stream]; !brings && other != nil && other != s && f.try(other, a, r, false) {
		return other
	}
	if other := f.byID[string(a.Session)]; other != nil && other != s && f.try(other, a, r, false) {
		return other
	}
	if other := f.trySession(s, a, r); other != nil {
		return other
	}
	if brings {
		return f.tryIVs(s, a, key, r)
	}
	for _, other := range f.live {
		if other != s && other.hasKey && other.hasPrev && f.try(other, a, r, false) {
			return other
		}
	}
	return nil
}

// tryIVs tries the IVs of all servers for an answer that brings a key. The state is a new one
// where s has another IV for certain. Long texts can be read with any IV but for their
// beginning, so that this must be there to look at.
func (f *Follower) tryIVs(s *state, a *Answer, key wire.Key, r *Result) *state {
	for i, other := range f.live {
		iv := f.ivOf(other)
		if iv == nil || slices.ContainsFunc(f.live[:i], func(before *state) bool { return sameIV(f.ivOf(before), iv) }) {
			continue
		}
		chain := f.spareChain()
		chain.Restart(key, *iv, wire.Dialect{})
		if text, d, ok := f.open(a, chain, nil, nil); !ok || d.Unpadded || fitnessOf(text) < visible {
			continue
		}
		if s.iv != nil {
			s = f.blank(a)
			f.opened++
		}
		if s.iv = iv; f.tryNewKey(s, a, key, r, true) {
			return s
		}
		s.iv = nil
	}
	return nil
}

// spareChain is one to try a key in. Who keeps it takes it away.
func (f *Follower) spareChain() *wire.Chain {
	if f.spare == nil {
		f.spare = new(wire.Chain)
	}
	return f.spare
}

func sameIV(a, b *wire.IV) bool { return a != nil && b != nil && *a == *b }
