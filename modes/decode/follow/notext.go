package follow

import "proto/wire"

// tryBytes opens an answer whose text is no text. Its state must be certain: no answer
// before it is missing, unless it brings a key for the IV that HELLO_ACK gave, and where the
// dialect is not known yet, which valid padding then tells, or another state has the same
// name, there is more of that than one byte.
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
		if err != nil || len(text)%wire.BlockSize == wire.BlockSize-1 && (s.dialect == nil || s.fork != nil || f.hasNamesake(s)) {
			continue
		}
		note := ""
		if s.chain = chain; brings {
			s.hasKey, s.hasPrev, note = true, true, "new key"
			s.key1 = append(s.key1[:0], a.Key1.Raw()...)
			s.period++
		}
		f.read(s, a, r, text, d, note)
		return true
	}
	return false
}
