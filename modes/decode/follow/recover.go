package follow

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"

	"proto/wire"
)

// sample is the first 16 bytes of a key period, encrypted from an IV of 16 letters on:
// 8 letters and 8 bytes of padding, or 16 letters, of two answers without padding.
type sample struct {
	block    cipher.Block
	text     [wire.BlockSize]byte // cipher text
	size     int                  // how much of it is there
	unpadded bool
	owner    *state
}

func (sm *sample) isWhole() bool { return sm.size == wire.BlockSize }

// samples are those of a server, read in each of the dialects.
type samples [len(dialects)][]sample

// waiting is an answer that waits for the IV.
type waiting struct {
	result   *Result
	state    *state
	unpadded bool
	sample   int // which of them it is of
	from     int // where its text begins there
}

const (
	maxSamples    = 8
	maxCandidates = 10_000  // further ones are not counted
	maxTried      = 1 << 18 // letters: 10,000 IVs for one sample are found with fewer
	padding       = 8
)

// wantIV keeps one of the first answers of a key until the IV is found that all of them
// fit: brings says that it has the key itself, else it is what follows, without padding.
// It is false where that is of no use.
func (f *Follower) wantIV(s *state, a *Answer, key wire.Key, r *Result, brings bool) bool {
	srv := f.server(s.stream)
	if brings && !srv.samples.add(s, a, key) || !brings && !srv.samples.extend(s, a) {
		return false
	}
	w := waiting{result: r, state: s, unpadded: isShort(a.Data.Raw())}
	w.sample = len(srv.samples.of(w.unpadded)) - 1
	if !brings {
		w.from = wire.BlockSize / 2
	}
	iv, d, count := f.recoverIV(&srv.samples, s.dialect)
	r.fits(count)
	if f.Hold {
		r.Pending = true
		srv.waiting = append(srv.waiting, w)
	}
	if count != 1 {
		return true
	}
	srv.iv, srv.recovered, srv.dialect = &iv, true, d
	if f.Hold {
		f.readSamples(srv)
	} else {
		f.readOne(srv, &w)
	}
	return true
}

// of are those with padding, or without, in the first dialect.
func (s *samples) of(unpadded bool) []sample {
	if unpadded {
		return s[len(padded)]
	}
	return s[0]
}

// add takes the first answer of a key. It is false where that can be none.
func (s *samples) add(owner *state, a *Answer, key wire.Key) bool {
	block, err := aes.NewCipher(key[:])
	first, size, short := 0, wire.BlockSize, isShort(a.Data.Raw())
	if short {
		first, size = len(padded), wire.BlockSize/2
	}
	if err != nil || len(s[first]) == maxSamples {
		return err == nil
	}
	var read [len(padded)]sample
	for i := range read {
		sm := sample{block: block, size: size, unpadded: short, owner: owner}
		if wire.ParseNumber(sm.text[:size], a.Data.Raw(), dialects[first+i].Shift()) != nil {
			return false
		}
		read[i] = sm
	}
	for i := range read {
		s[first+i] = append(s[first+i], read[i])
	}
	return true
}

// awaitsRest says whether the last answer was half a sample of a session.
func (s *samples) awaitsRest(owner *state) bool {
	list := s.of(true)
	return len(list) > 0 && list[len(list)-1].owner == owner && !list[len(list)-1].isWhole()
}

// extend takes the second answer of a key.
func (s *samples) extend(owner *state, a *Answer) bool {
	if !isShort(a.Data.Raw()) || !s.awaitsRest(owner) {
		return false
	}
	for i := len(padded); i < len(dialects); i++ {
		sm := &s[i][len(s[i])-1]
		if wire.ParseNumber(sm.text[sm.size:], a.Data.Raw(), dialects[i].Shift()) != nil {
			return false
		}
	}
	for i := len(padded); i < len(dialects); i++ {
		s[i][len(s[i])-1].size = wire.BlockSize
	}
	return true
}

// wantsRest says whether this is the second answer of a key whose IV is wanted.
func (f *Follower) wantsRest(s *state, a *Answer) bool {
	return !s.missing(a) && isShort(a.Data.Raw()) && f.server(s.stream).samples.awaitsRest(s)
}

// recoverIV finds the dialect in which some IV fits the samples, and that IV. Without
// padding both dialects may have some.
func (f *Follower) recoverIV(s *samples, known *wire.Dialect) (iv wire.IV, dialect wire.Dialect, count int) {
	for i, d := range dialects {
		if !f.may(d) || known != nil && *known != d || len(s[i]) == 0 || count > 0 && !d.Unpadded {
			continue
		}
		found, n := recoverIV(s[i])
		if n > 0 && count == 0 {
			iv, dialect = found, d
		}
		count += n
	}
	return iv, dialect, count
}

// fits says of an answer that waits for the IV how many there are. One whose IV was known,
// and does not fit, says that.
func (r *Result) fits(n int) {
	switch {
	case r.Status != NoIV:
	case n >= maxCandidates:
		r.Note = fmt.Sprintf("more than %d IVs fit", maxCandidates)
	default:
		r.Note = fmt.Sprintf("%d IVs fit", n)
	}
}

// readSamples completes what has waited for the IV.
func (f *Follower) readSamples(srv *server) {
	for i := range srv.waiting {
		f.readOne(srv, &srv.waiting[i])
	}
	srv.waiting = nil
}

// readOne reads an answer, now that the IV is known.
func (f *Follower) readOne(srv *server, w *waiting) {
	list := srv.samples[number(srv.dialect)]
	if w.unpadded == srv.dialect.Unpadded && w.sample < len(list) {
		sm := &list[w.sample]
		var window [2 * wire.BlockSize]byte
		copy(window[:], srv.iv[:])
		copy(window[wire.BlockSize:], sm.text[:])
		var out [wire.BlockSize]byte
		text := make([]byte, padding)
		for j := range text {
			at := w.from + j
			sm.block.Encrypt(out[:], window[at:at+wire.BlockSize])
			text[j] = sm.text[at] ^ out[0]
		}
		// What is no letters was not looked at when it was found: it is of another server.
		if r := w.result; fitnessOf(text) == letters {
			if r.Status, r.Text, r.Note = OK, text, "iv: recovered"; w.from == 0 {
				r.Note = "new key, iv: recovered"
			}
			f.dialect[number(srv.dialect)]++
		}
	}
	f.complete(w.state, w.result)
}

// giveUp leaves what waits for an IV as it is.
func (f *Follower) giveUp(srv *server) {
	for _, w := range srv.waiting {
		_, _, count := f.recoverIV(&srv.samples, w.state.dialect)
		w.result.fits(count)
		f.complete(w.state, w.result)
	}
	srv.waiting = nil
}

// recoverIV finds the IVs of 16 lower-case letters that all samples fit, and how
// many there are. Byte i of a text depends on the IV from byte i on only, so the IV
// is found from its end: the padding decides the last 8 bytes, the letters of
// several samples the first, or all.
func recoverIV(samples []sample) (iv wire.IV, count int) {
	s := &search{}
	for i := range samples {
		if samples[i].isWhole() {
			s.samples = append(s.samples, &samples[i])
		}
	}
	if len(s.samples) == 0 || len(s.samples) == 1 && s.samples[0].unpadded {
		return iv, maxCandidates // some millions
	}
	s.place(wire.BlockSize - 1)
	return s.found, s.count
}

type search struct {
	samples []*sample
	window  [2 * wire.BlockSize]byte
	found   wire.IV
	count   int
	tried   int
}

// place tries all letters at a place of the IV, those behind it being fixed.
func (s *search) place(i int) {
	if i < 0 {
		if s.count == 0 {
			copy(s.found[:], s.window[:])
		}
		s.count++
		return
	}
	for c := byte('a'); c <= 'z' && s.count < maxCandidates; c++ {
		if s.tried++; s.tried > maxTried {
			s.count = maxCandidates
			return
		}
		s.window[i] = c
		if s.fits(i) {
			s.place(i - 1)
		}
	}
}

// fits says whether byte i of each text is what it must be.
func (s *search) fits(i int) bool {
	var out [wire.BlockSize]byte
	for _, sm := range s.samples {
		copy(s.window[wire.BlockSize:], sm.text[:i])
		sm.block.Encrypt(out[:], s.window[i:i+wire.BlockSize])
		b := sm.text[i] ^ out[0]
		if isPadding := i >= wire.BlockSize-padding && !sm.unpadded; isPadding && b != padding || !isPadding && (b < 'a' || b > 'z') {
			return false
		}
	}
	return true
}
