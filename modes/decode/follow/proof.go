package follow

// A session's first text that is none may be another server's, which one in 256 times leaves
// valid padding: of one byte. What comes next tells: that is encrypted from its cipher text on,
// or from what was before.

// waitForProof holds an answer that was just read, until then.
func (f *Follower) waitForProof(s, was *state, r *Result) {
	s.was = was
	if !f.Hold {
		return
	}
	f.addFork(s, &fork{unproved: true, result: r})
	r.Pending = true
	s.wait(r)
}

// isUnproved says whether the last answer waits for proof.
func (s *state) isUnproved() bool { return s.fork != nil && s.fork.unproved }

// refute says of an answer that waits for proof that it was another session's.
func (f *Follower) refute(s *state) {
	r := s.fork.result
	f.dialect[number(*s.dialect)]--
	*r = Result{Status: NoKey, Note: whoseIsIt, Text: r.Text[:0]}
	s.lost = 1
	f.unfork(s)
}
