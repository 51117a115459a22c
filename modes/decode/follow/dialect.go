package follow

import "proto/wire"

// shortDigits is how many digits a number of 8 bytes has at most, with the shift.
const shortDigits = 20

// isShort says whether a number can be 8 bytes without padding: those of 16 bytes
// have 37 digits and more but for one in 2^16.
func isShort(digits []byte) bool { return len(digits) <= shortDigits }

// pendingAnswer waits until its session's dialect is known.
type pendingAnswer struct {
	digits []byte
	result *Result
}

// enoughChained is how many answers tell a dialect apart: a wrong shift damages two
// bytes of the first, and all of the next.
const enoughChained = 2

// hold keeps an unpadded answer until there are enough to find the dialect by.
func (f *Follower) hold(s *state, a *Answer, r *Result) bool {
	if !s.hasKey || !s.hasPrev {
		return false
	}
	*r = Result{Period: s.period, Pending: true}
	s.pending = append(s.pending, pendingAnswer{append([]byte(nil), a.Data.Raw()...), r})
	f.holding[s] = struct{}{}
	s.note(a)
	s.lastResult = Result{Period: s.period}
	if len(s.pending) >= enoughChained || !f.Hold {
		f.settle(s)
	}
	return true
}

// settle reads what is pending, in the dialect that fits.
func (f *Follower) settle(s *state) {
	delete(f.holding, s)
	if len(s.pending) == 0 {
		return
	}
	shifted, fits := s.readAll(wire.Dialect{Unpadded: true})
	unshifted, fits2 := s.readAll(wire.Dialect{Unpadded: true, Unshifted: true})
	texts, d := shifted, wire.Dialect{Unpadded: true}
	if fits2 && !fits {
		texts, d = unshifted, wire.Dialect{Unpadded: true, Unshifted: true}
	}
	for i, p := range s.pending {
		p.result.Pending = false
		if fits == fits2 {
			p.result.Status, p.result.Text, p.result.Other = Ambiguous, shifted[i], unshifted[i]
			p.result.Note = "text if data is shifted; if it is not, see other"
			continue
		}
		p.result.Text = texts[i]
		f.dialect[number(d)]++
		if len(s.pending) < enoughChained {
			p.result.Note = "dialect: by text"
		}
	}
	s.keep(s.pending[len(s.pending)-1].result)
	if fits != fits2 && len(s.pending) >= enoughChained {
		s.dialect = &d
	}
	s.chain.Dialect = d
	for _, p := range s.pending {
		_, _ = s.chain.Open(nil, p.digits) // read above
	}
	s.pending = nil
}

// readAll reads all that is pending in a dialect; fits says that each text is of
// lower-case letters.
func (s *state) readAll(d wire.Dialect) (texts [][]byte, fits bool) {
	chain := s.chain.Clone()
	chain.Dialect = d
	fits = true
	for _, p := range s.pending {
		text, err := chain.Open(nil, p.digits)
		fits = fits && err == nil && letters(text)
		texts = append(texts, text)
	}
	return texts, fits
}

func letters(text []byte) bool {
	for _, c := range text {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return len(text) > 0
}

// Finish completes what is pending: there is no more.
func (f *Follower) Finish() {
	for s := range f.holding {
		f.settle(s)
	}
	for _, srv := range f.servers {
		srv.giveUp()
	}
}
