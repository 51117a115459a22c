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
	first, fit := s.readAll(unpadded[0])
	second, fit2 := s.readAll(unpadded[1])
	if !f.may(unpadded[0]) {
		fit = excluded
	}
	if !f.may(unpadded[1]) {
		fit2 = excluded
	}
	chained := len(s.pending) >= enoughChained
	decided := fit != fit2 && (chained || max(fit, fit2) == letters || min(fit, fit2) == excluded)
	if !decided && f.Hold && !end {
		return
	}
	texts, d := first, unpadded[0]
	if fit2 > fit {
		texts, d = second, unpadded[1]
	}
	for i, p := range s.pending {
		if p.result == nil {
			continue
		}
		p.result.Pending = false
		if !decided {
			p.result.Status, p.result.Text, p.result.Other = Ambiguous, first[i], second[i]
			p.result.Note = "the first if data is shifted, the second if it is not"
			continue
		}
		p.result.Text = texts[i]
		f.dialect[number(d)]++
		if !chained {
			p.result.Note = "dialect: by text"
		}
	}
	if last := s.pending[len(s.pending)-1].result; last != nil {
		s.keep(last)
	}
	if !f.Hold && !end && !(decided && chained) {
		s.given()
		return // the next is judged by these, too
	}
	delete(f.holding, s)
	if decided && chained {
		s.dialect = &d
	}
	s.chain.Dialect = d
	for _, p := range s.pending {
		_, _ = s.chain.Open(nil, p.digits) // read above
	}
	s.pending = nil
}

// given forgets the results of what is pending: they are given.
func (s *state) given() {
	for i := range s.pending {
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
