package follow

import (
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

// Dialects says how many answers were read in which dialect.
func (f *Follower) Dialects() map[wire.Dialect]int {
	m := make(map[wire.Dialect]int)
	for _, d := range dialects {
		m[d] = f.dialect[number(d)]
	}
	return m
}

// dialects are all of them; those with padding come first.
var dialects = [...]wire.Dialect{padded[0], padded[1], unpadded[0], unpadded[1]}

// Dialects are all that there are.
func Dialects() []wire.Dialect { return slices.Clone(dialects[:]) }

// number is a dialect's place in dialects.
func number(d wire.Dialect) (n int) {
	if d.Unshifted {
		n = 1
	}
	if d.Unpadded {
		n += 2
	}
	return n
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

// isVisible says whether there is something to look at.
func isVisible(r rune) bool { return unicode.IsPrint(r) || r == '\t' || r == '\n' }

// fitnessOf is how well one text fits.
func fitnessOf(text []byte) fitness {
	fits := letters
	for b := text; len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		switch {
		case r == utf8.RuneError && n == 1:
			return misfit
		case !isVisible(r):
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
	for s := range f.forks {
		f.endFork(s)
	}
	for _, srv := range f.servers {
		f.giveUp(srv)
	}
}
