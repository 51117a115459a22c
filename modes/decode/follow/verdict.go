package follow

import (
	"slices"

	"proto/wire"
)

// verdict is what comes of reading all that is pending in both dialects.
type verdict struct {
	texts   [len(unpadded)][][]byte
	counts  []bool       // which of them say something
	dialect wire.Dialect // the first one, where it is not decided
	best    int          // its place in texts
	decided bool
	chained bool // there were enough of them
	only    bool // there is no other
}

func (f *Follower) judge(s *state) (v verdict) {
	var fits [len(unpadded)][]fitness
	for i, d := range unpadded {
		if v.texts[i], fits[i] = s.readAll(d); !f.may(d) || s.dialect != nil && *s.dialect != d || slices.Max(fits[i]) == excluded {
			v.only = true
			for k := range fits[i] {
				fits[i][k] = excluded
			}
		}
	}
	if s.dialect != nil {
		v.byDialect(s, fits)
	} else if !v.byLetters(s, fits) {
		v.byWorst(s, fits)
	}
	v.dialect = unpadded[v.best]
	return v
}

// byLetters decides by the texts that are lower-case letters in one dialect only: what is
// neither is then of another session.
func (v *verdict) byLetters(s *state, fits [len(unpadded)][]fitness) bool {
	var votes [len(unpadded)]int
	for i := range s.pending {
		switch x, y := fits[0][i] == letters, fits[1][i] == letters; {
		case s.pending[i].status == Rounded:
		case x && !y:
			votes[0]++
		case y && !x:
			votes[1]++
		}
	}
	if votes[0] == votes[1] {
		return false
	}
	if v.decided = true; votes[1] > votes[0] {
		v.best = 1
	}
	v.count(s, fits[v.best])
	return true
}

// byDialect has nothing to decide.
func (v *verdict) byDialect(s *state, fits [len(unpadded)][]fitness) {
	if v.decided = true; unpadded[1] == *s.dialect {
		v.best = 1
	}
	v.count(s, fits[v.best])
}

// count says which texts are read, and whether they are enough.
func (v *verdict) count(s *state, fits []fitness) {
	count := 0
	for i, p := range s.pending {
		read := fits[i] == letters || fits[i] == visible && p.status == OK && !s.doubts(fits, i)
		if p.status == Rounded {
			read = confirmed(fits, i)
		}
		if v.counts = append(v.counts, read); read {
			count++
		}
	}
	v.chained = count >= enoughChained
}

// confirmed says whether what follows an answer shows that its number is exact: letters, or two
// texts. Behind what is not exact one text in a thousand looks like one.
func confirmed(fits []fitness, i int) bool {
	behind := fits[i+1 : min(i+3, len(fits))]
	return fits[i] >= visible && (slices.Contains(behind, letters) || len(behind) == 2 && slices.Min(behind) >= visible)
}

// doubts says whether the number of one of the two answers before may be rounded, for all
// that is known, or another session's: it is no text, where others are letters.
func (s *state) doubts(fits []fitness, i int) bool {
	for k := max(0, i-2); k < i; k++ {
		if s.pending[k].status == Rounded && !confirmed(fits, k) || s.pending[k].status == OK && fits[k] == misfit && !s.odd {
			return true
		}
	}
	return false
}

// byWorst decides by the text that fits least.
func (v *verdict) byWorst(s *state, fits [len(unpadded)][]fitness) {
	worst, count := [len(unpadded)]fitness{letters, letters}, 0
	for i, p := range s.pending {
		says := p.status == OK && !s.suspects(i) || p.status != Rounded && (fits[0][i] == letters || fits[1][i] == letters)
		v.counts = append(v.counts, says)
		if says {
			count++
			worst = [...]fitness{min(worst[0], fits[0][i]), min(worst[1], fits[1][i])}
		}
	}
	if worst[1] > worst[0] {
		v.best = 1
	}
	v.chained = count >= enoughChained
	best, other := worst[v.best], worst[1-v.best]
	v.decided = count > 0 && best != other && best > misfit && (v.chained || best == letters || v.only)
}

// suspects says whether the number of one of the two answers before may be rounded.
func (s *state) suspects(i int) bool {
	return slices.ContainsFunc(s.pending[max(0, i-2):i], func(p pendingAnswer) bool { return p.status == Rounded })
}

// give completes what is pending, once.
func (f *Follower) give(s *state, v *verdict) {
	for i := range s.pending {
		p := &s.pending[i]
		r := p.result
		if r == nil {
			continue
		}
		p.result = nil
		switch {
		case !v.counts[i] && p.status == OK && (s.suspects(i) || fitnessOf(v.texts[v.best][i]) > misfit):
			r.Status, r.Note = NoPrev, unreadBefore
		case !v.counts[i] && p.status == OK:
			r.Status, r.Note = BadPadding, "it is no text"
		case !v.counts[i]:
			r.Status, r.Note = p.status, p.note
		case v.decided:
			r.Status, r.Text, r.Note = OK, v.texts[v.best][i], ""
			f.dialect[number(v.dialect)]++
			s.lost, s.lostKey = 0, false
			if odd := fitnessOf(r.Text) < letters; odd && p.loose && !s.odd {
				r.Status, r.Note = Ambiguous, ifWhole
			} else if s.odd = s.odd || odd; !v.chained && s.dialect == nil {
				r.Note = "dialect: by text"
			}
		case v.only, v.texts[0][i] == nil, v.texts[1][i] == nil:
			r.Status, r.Note = BadPadding, "it is no text"
		default:
			r.Status, r.Text, r.Other = Ambiguous, v.texts[0][i], v.texts[1][i]
			r.Note = bothFit
		}
		f.complete(s, r)
	}
}

// readAll reads all that is pending in a dialect, and says how well each text fits.
func (s *state) readAll(d wire.Dialect) (texts [][]byte, fits []fitness) {
	chain := s.chain.Clone()
	chain.Dialect = d
	for _, p := range s.pending {
		text, err := chain.Open(nil, p.digits)
		fit := fitnessOf(text)
		if err != nil {
			fit = excluded // it is no number
		}
		texts, fits = append(texts, text), append(fits, fit)
	}
	return texts, fits
}
