package follow

import (
	"unicode/utf8"

	"proto/wire"
)

// Of 15 bytes one wrong state in 256 leaves valid padding, and of a long text each that has the
// key, whatever was before it. What may be another session's is to be more than that.

// accepts says whether a text that was read in a state is taken for what was sent. own says that
// the answer most likely belongs to the state.
func (s *state) accepts(a *Answer, text []byte, d wire.Dialect, own bool) bool {
	switch {
	case d.Unpadded:
		return s.believes(text, own && !s.missing(a) && s.sure == wire.BlockSize)
	case isSure(text), own && s.lost == 0 && !s.missing(a):
		return true
	}
	return credible(text, s.lost == 0 && !s.gap(a))
}

// acceptsWithKey is accepts for an answer that brings a key, and needs nothing before it.
func (s *state) acceptsWithKey(a *Answer, text []byte, d wire.Dialect, own bool) bool {
	if d.Unpadded {
		return s.believes(text, own && !s.missing(a) && !rounded(a.Key1))
	}
	return credible(text, false) || own && !rounded(a.Key1)
}

// credible says whether a text is one, wherever it was read. follows says that what is before it
// is there, if the state is its own.
func credible(text []byte, follows bool) bool {
	return isSure(text) || follows && len(text) != wire.BlockSize-1 || unprintable(text) <= 1
}

// sureBytes is how many bytes of padding are no chance.
const sureBytes = 3

// isSure says whether a text has so many. Behind a long one they are there with any state.
func isSure(text []byte) bool { return len(text) <= wire.BlockSize-sureBytes }

// unprintable is how many characters of a text's first block nobody could look at: of what
// was not sent nearly two in three.
func unprintable(text []byte) (n int) {
	for i, r := range string(text) {
		if i >= wire.BlockSize {
			break
		}
		if r == utf8.RuneError || !isVisible(r) {
			n++
		}
	}
	return n
}
