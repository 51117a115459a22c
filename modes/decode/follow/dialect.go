package follow

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"proto/wire"
)

// shortDigits is how many digits a number of 8 bytes has at most, with the shift.
const shortDigits = 20

// isShort says whether a number can be 8 bytes without padding: those of 16 bytes
// have 37 digits and more but for one in 2^16.
func isShort(digits []byte) bool { return len(digits) <= shortDigits }

// may says whether answers may be in a dialect.
func (f *Follower) may(d wire.Dialect) bool {
	return len(f.Only) == 0 || slices.Contains(f.Only, d)
}

// onlyOne is the dialect if it needs not be found out.
func (f *Follower) onlyOne() *wire.Dialect {
	if len(f.Only) != 1 {
		return nil
	}
	return &f.Only[0]
}

// padded and unpadded are the two dialects that a number's length leaves.
var (
	padded   = [...]wire.Dialect{{}, {Unshifted: true}}
	unpadded = [...]wire.Dialect{{Unpadded: true}, {Unpadded: true, Unshifted: true}}
)

// mayBeUnpadded says whether an answer of an unknown dialect is to be held until that
// is found out.
func (f *Follower) mayBeUnpadded(a *Answer) bool {
	return isShort(a.Data.Raw()) && (f.may(unpadded[0]) || f.may(unpadded[1]))
}

// pendingAnswer waits until its session's dialect is known.
type pendingAnswer struct {
	digits []byte
	result *Result // nil: it was given before
}

// enoughChained is how many answers tell a dialect apart: a wrong shift damages two
// bytes of the first, and all of the next. Where texts are odd, up to mostChained are
// waited for.
const (
	enoughChained = 2
	mostChained   = 8
)

// hold keeps an unpadded answer until there are enough to find the dialect by.
func (f *Follower) hold(s *state, a *Answer, r *Result) bool {
	if !s.hasKey || !s.hasPrev {
		return false
	}
	*r = Result{Period: s.period, Pending: true}
	s.pending = append(s.pending, pendingAnswer{bytes.Clone(a.Data.Raw()), r})
	f.holding[s] = struct{}{}
	s.note(a)
	s.lastResult = Result{Period: s.period}
	if len(s.pending) >= enoughChained || !f.Hold {
		f.settle(s, len(s.pending) >= mostChained)
	}
	return true
}

// settle reads what is pending, in the dialect that fits. Where none is better than the
// other it waits for more, unless this is the end of it.
func (f *Follower) settle(s *state, end bool) {
	if len(s.pending) == 0 {
		delete(f.holding, s)
		return
	}
	v := f.judge(s)
	chained := len(s.pending) >= enoughChained
	if !v.decided && f.Hold && !end {
		return
	}
	f.give(s, &v)
	switch {
	case v.decided && chained:
		s.dialect = &v.dialect
	case !f.Hold && !end:
		return // the next is judged by these, too
	}
	delete(f.holding, s)
	s.chain.Dialect = v.dialect
	for _, p := range s.pending {
		_, _ = s.chain.Open(nil, p.digits) // read above
	}
	s.pending = nil
}

// verdict is what comes of reading all that is pending in both dialects.
type verdict struct {
	texts   [len(unpadded)][][]byte
	dialect wire.Dialect // the first one, where it is not decided
	best    int          // its place in texts
	decided bool
}

func (f *Follower) judge(s *state) (v verdict) {
	var fits [len(unpadded)]fitness
	for i, d := range unpadded {
		if v.texts[i], fits[i] = s.readAll(d); !f.may(d) {
			fits[i] = excluded
		}
	}
	if fits[1] > fits[0] {
		v.best = 1
	}
	v.dialect = unpadded[v.best]
	// One text by itself is told by letters only.
	known := len(s.pending) >= enoughChained || max(fits[0], fits[1]) == letters || min(fits[0], fits[1]) == excluded
	v.decided = known && fits[0] != fits[1]
	return v
}

// give completes what is pending, once.
func (f *Follower) give(s *state, v *verdict) {
	for i := range s.pending {
		r := s.pending[i].result
		if r == nil {
			continue
		}
		r.Pending = false
		if v.decided {
			r.Text = v.texts[v.best][i]
			f.dialect[number(v.dialect)]++
			if len(s.pending) < enoughChained {
				r.Note = "dialect: by text"
			}
		} else {
			r.Status, r.Text, r.Other = Ambiguous, v.texts[0][i], v.texts[1][i]
			r.Note = "the first if data is shifted, the second if it is not"
		}
		s.keep(r)
		s.pending[i].result = nil
	}
}

// fitness is how well texts fit a dialect.
type fitness int

const (
	excluded fitness = iota // it was said not to be
	misfit                  // no text
	utf                     // UTF-8
	visible                 // of characters to look at
	letters                 // of lower-case letters, as the reference server's
)

// readAll reads all that is pending in a dialect, and says how well the worst text fits.
func (s *state) readAll(d wire.Dialect) (texts [][]byte, fits fitness) {
	chain := s.chain.Clone()
	chain.Dialect = d
	fits = letters
	for _, p := range s.pending {
		text, err := chain.Open(nil, p.digits)
		if err != nil {
			fits = misfit
		}
		fits = min(fits, fitnessOf(text))
		texts = append(texts, text)
	}
	return texts, fits
}

func fitnessOf(text []byte) fitness {
	fits := letters
	for b := text; len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		switch {
		case r == utf8.RuneError && n == 1:
			return misfit
		case !unicode.IsPrint(r) && r != '\t' && r != '\n':
			fits = utf
		case r < 'a' || r > 'z':
			fits = min(fits, visible)
		}
	}
	return fits
}

// Finish completes what is pending: there is no more.
func (f *Follower) Finish() {
	for s := range f.holding {
		f.settle(s, true)
	}
	for _, srv := range f.servers {
		f.giveUp(srv)
	}
}
