package follow

import (
	"bytes"
	"fmt"

	"proto/wire"
)

// newKey is the key that an answer brings.
func newKey(a *Answer) (key wire.Key, ok bool) {
	return key, a.Key1.Kind() == wire.Integer && wire.ParseNumber(key[:], a.Key1.Raw(), wire.Shift) == nil
}

// tryNewKey opens an answer that brings a key: it begins at the IV.
func (f *Follower) tryNewKey(s *state, a *Answer, key wire.Key, r *Result, own bool) bool {
	srv := f.server(s.stream)
	ivs := [...]*wire.IV{srv.iv, f.IV}
	if s.iv != nil {
		ivs = [...]*wire.IV{s.iv, nil} // another IV is another server's
	}
	for i, iv := range ivs {
		if iv == nil || i > 0 && iv == ivs[0] {
			continue
		}
		fresh := f.spareChain()
		fresh.Restart(key, *iv, wire.Dialect{})
		text, d, ok := f.open(a, fresh, s.dialect, r.Text[:0])
		if !ok || !s.acceptsWithKey(a, text, d, own) {
			continue
		}
		if bytes.Equal(s.key1, brief(a.Key1.Raw())) {
			f.spare = nil
			f.beside(s, fresh, a, r, text, d)
			return true
		}
		note := "new key"
		if s.lost > 0 && own {
			note = fmt.Sprintf("new key, reading resumes at sequence %s", bytes.Trim(a.Sequence, `"'`))
		}
		if srv.recovered && iv == srv.iv {
			note += ", iv: recovered"
		}
		f.spare = s.chain // it is nobody else's
		s.chain, s.hasKey, s.hasPrev = fresh, true, true
		s.period++
		s.key1 = append(s.key1[:0], brief(a.Key1.Raw())...)
		f.read(s, a, r, text, d, note)
		f.waitForNext(s, r)
		return true
	}
	return false
}
