package follow

import (
	"bytes"
	"fmt"

	"proto/wire"
)

// unreadable is an answer whose data is no number that could be one.
func (f *Follower) unreadable(s *state, a *Answer, r *Result) {
	s.remember()
	f.settle(s, true)
	if rounded(a.Key1) {
		s.hasKey, s.keyNote = false, keyRounded
	} else if key, brings := newKey(a); brings {
		f.begin(s, key) // that is whole
	}
	r.Status, r.Note, r.Period = BadPadding, "data is no integer", s.period
	if a.rounded {
		r.Status, r.Note = Rounded, wasRounded
	}
	s.hasPrev, s.sure = false, 0
	s.note(a)
}

// fail is an answer that no state can read. Its cipher text is what the next one
// needs.
func (f *Follower) fail(s *state, a *Answer, r *Result) {
	if s.isUnproved() {
		f.unfork(s) // it stays as it is
	}
	s.remember()
	key, brings := newKey(a)
	isRounded := rounded(a.Key1) // and reads nothing
	brings = brings && !isRounded
	*r = Result{Status: BadPadding, Period: s.period, Text: r.Text[:0]}
	switch {
	case isRounded:
		r.Status, r.Note = Rounded, "another tool has rounded key1"
		s.hasKey, s.keyNote = false, keyRounded
	case brings && f.ivOf(s) == nil:
		if s.hasKey && s.missing(a) && !s.isUnpadded(f, a) {
			s = f.blank(a) // another server's, perhaps
		}
		s.period++
		r.Status, r.Note, r.Period = NoIV, noKey2, s.period
		f.wantIV(s, a, key, r, true)
	case brings:
		if s.iv != nil && (s.gap(a) || s.lost > 0) {
			s = f.blank(a) // another server's
			f.opened++
		}
		s.period++
		r.Note, r.Period = "it brings a new key, and the IV does not fit", s.period
		if s.iv == nil {
			f.wantIV(s, a, key, r, true)
		}
	case a.Key1.Present():
		r.Note = "key1 is no key"
	case s.stray && s.any:
		r.Status, r.Note = NoKey, whoseIsIt
	case s.stray:
		r.Status, r.Note = NoPrev, lostBefore(a)
	case !s.hasKey:
		r.Status, r.Note = NoKey, s.keyNote
	case s.isOld(a) && s.old < maxOld:
		s.old++
		r.Status, r.Note = NoPrev, "it comes late or again: a later one was before it"
		if f.hasNamesake(s) {
			r.Status, r.Note = NoKey, whoseIsIt
		}
		return // what the later one left is what the next one needs
	case !s.hasPrev && s.noIV:
		r.Status, r.Note = NoIV, noKey2
	case !s.hasPrev:
		r.Status = NoPrev
	case f.wantsRest(s, a):
		r.Status, r.Note = NoIV, noKey2
		f.wantIV(s, a, key, r, false)
	case s.lostKey:
		r.Status, r.Note = NoKey, keyLost
	case s.gap(a):
		r.Status, r.Note = NoPrev, lostBefore(a)
	case s.sure < wire.BlockSize:
		r.Status, r.Note = NoPrev, unreadBefore
	case s.lost > 0:
		r.Status, r.Note, s.lostKey = NoKey, keyLost, true
	}
	f.settle(s, true)
	s.doubt(a, r, brings)
	if brings {
		s.chain, s.hasKey = wire.NewChain(key, wire.IV{}, wire.Dialect{}), true
	}
	if !s.stray { // of which the last cipher text is all that is wanted
		f.skip(s, a)
	}
	s.lost++
	s.note(a)
	if s.fork != nil {
		s.fork.register = s.lastRegister(s.fork.dialect)
	}
	s.wait(r)
}

// Notes that are made in several places.
const (
	keyRounded   = "key1" + byAnotherTool
	keyLost      = "a key change was lost"
	whoseIsIt    = "it is not known which session it is of"
	noKey2       = "key2 is not known"
	unreadBefore = "what was before it could not be read"
)

func lostBefore(a *Answer) string {
	if len(a.Sequence) == 0 {
		return "answers before it are lost"
	}
	return fmt.Sprintf("answers before sequence %s are lost", bytes.Trim(a.Sequence, `"'`))
}

// maxOld is how many answers in a row may be overtaken: more are of a session that has
// begun anew.
const maxOld = 4

// doubt notes how much of the register is cipher text for certain once this answer,
// which could not be read, is in it. It may be damaged where nothing else explains it.
func (s *state) doubt(a *Answer, r *Result, brings bool) {
	n := wire.BlockSize
	if isShort(a.Data.Raw()) && (s.dialect == nil || s.dialect.Unpadded) {
		n = wire.BlockSize / 2
	}
	switch {
	case r.Status == BadPadding && !brings:
		s.sure = 0
	case brings || s.gap(a):
		s.sure = n
	default:
		s.sure = min(s.sure+n, wire.BlockSize)
	}
	s.old = 0
}

// skip takes an answer's cipher text for the register, whatever its text is.
func (f *Follower) skip(s *state, a *Answer) {
	switch {
	case s.dialect != nil:
		s.chain.Dialect = *s.dialect
	case f.may(padded[0]) || !f.may(padded[1]):
		s.chain.Dialect = padded[0]
	default:
		s.chain.Dialect = padded[1]
	}
	_, err := a.decrypt(s.chain, nil)
	s.hasPrev = err == nil || err == wire.ErrPadding
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}
