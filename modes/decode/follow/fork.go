package follow

import "proto/wire"

// fork is how the first answer of a session can be read, too, in another dialect, until the
// next one tells which it is: the shift changes the last two bytes of a cipher text only, and
// once in some hundred times the wrong one leaves valid padding.
type fork struct {
	dialect  wire.Dialect
	register wire.Register // behind the answer
	text     []byte
	result   *Result // of the answer, which waits; nil: it was given out
	unproved bool    // see waitForProof: there is no other reading
}

// bothFit is the note of an answer that nothing followed.
const bothFit = "the first if data is shifted, the second if it is not"

// waitForNext holds the answer that was just read, where it can be read in another dialect.
func (f *Follower) waitForNext(s *state, r *Result) {
	if f.other == nil {
		return
	}
	other := f.other
	f.other = nil
	if s.fork != nil || other.dialect.Unpadded || s.dialect.Unpadded {
		return
	}
	f.addFork(s, other)
	if !f.Hold {
		f.giveBoth(s, r)
		return
	}
	other.result, r.Pending = r, true
	s.wait(r)
}

// addFork adds one, in place of another if there are many.
func (f *Follower) addFork(s *state, added *fork) {
	if len(f.forks) == maxLive {
		for old := range f.forks {
			f.endFork(old)
			break
		}
	}
	s.fork = added
	f.forks[s] = struct{}{}
}

// choose decides between both readings of a session's first answer by what follows it, where
// that can be read in one of them only. The text of this decides where it can in both.
func (f *Follower) choose(s *state, a *Answer) {
	here, ok := f.readIn(s, a, *s.dialect, s.chain.Register())
	there, other := f.readIn(s, a, s.fork.dialect, s.fork.register)
	if !ok && !other {
		return
	}
	if other && (!ok || fitnessOf(there) > fitnessOf(here)) {
		if s.fork.result != nil {
			f.dialect[number(*s.dialect)]--
			f.dialect[number(s.fork.dialect)]++
			s.fork.result.Text = s.fork.text
		}
		s.chain.SetRegister(s.fork.register)
		s.dialect = &s.fork.dialect
		s.chain.Dialect = s.fork.dialect
	}
	f.unfork(s)
}

// readIn reads an answer in a dialect, from a register on or from the key it brings.
func (f *Follower) readIn(s *state, a *Answer, d wire.Dialect, register wire.Register) (text []byte, ok bool) {
	chain := s.chain.Clone()
	chain.SetRegister(register)
	if key, brings := newKey(a); brings {
		iv := f.ivOf(s)
		if iv == nil {
			return nil, false
		}
		chain.Restart(key, *iv, d)
	}
	return a.openIn(chain, d, nil)
}

// unfork completes the answer that waits.
func (f *Follower) unfork(s *state) {
	r := s.fork.result
	s.fork = nil
	if delete(f.forks, s); r != nil {
		f.complete(s, r)
	}
}

// endFork completes the answer of a session of which nothing else could be read.
func (f *Follower) endFork(s *state) {
	if s.fork == nil {
		return
	}
	if s.fork.result != nil && !s.fork.unproved {
		f.giveBoth(s, s.fork.result)
	}
	f.unfork(s)
}

// giveBoth gives out both readings, unless the other is hardly what was sent.
func (f *Follower) giveBoth(s *state, r *Result) {
	if fitnessOf(s.fork.text) < min(visible, fitnessOf(r.Text)) {
		return
	}
	f.dialect[number(*s.dialect)]--
	if r.Status, r.Other, r.Note = Ambiguous, s.fork.text, bothFit; s.dialect.Unshifted {
		r.Text, r.Other = r.Other, r.Text
	}
	s.wait(r)
}
