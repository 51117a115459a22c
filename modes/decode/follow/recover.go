package follow

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"

	"proto/wire"
)

// sample is the first answer of a key period: 8 letters and 8 bytes of padding,
// encrypted from an IV of 16 letters on.
type sample struct {
	block cipher.Block
	text  [wire.BlockSize]byte // cipher text
}

// samples are those of a server, read in each of the padded dialects.
type samples [len(padded)][]sample

const (
	maxSamples    = 8
	maxCandidates = 10_000 // further ones are not counted
	padding       = 8
)

// wantIV keeps the first answer of a key until the IV is found that all of them fit.
func (f *Follower) wantIV(s *state, a *Answer, key wire.Key, r *Result) {
	srv := f.server(s.stream)
	if !srv.samples.add(a, key) {
		return
	}
	iv, d, count := f.recoverIV(&srv.samples)
	r.Note = candidates(count)
	if f.Hold {
		r.Pending = true
		srv.waiting = append(srv.waiting, r)
	}
	if count != 1 {
		return
	}
	srv.iv, srv.recovered = &iv, true
	f.readSamples(srv, d)
	if !f.Hold {
		srv.readOne(r, srv.samples[d], len(srv.samples[d])-1)
	}
}

// add takes the first answer of a key. It is false where it can be none of 16 bytes.
func (s *samples) add(a *Answer, key wire.Key) bool {
	block, err := aes.NewCipher(key[:])
	if err != nil || len(s[0]) == maxSamples {
		return err == nil
	}
	var texts [len(padded)][wire.BlockSize]byte
	for i, d := range padded {
		if wire.ParseNumber(texts[i][:], a.Data.Raw(), d.Shift()) != nil {
			return false
		}
	}
	for i := range s {
		s[i] = append(s[i], sample{block, texts[i]})
	}
	return true
}

// recoverIV finds the dialect in which some IV fits the samples, and that IV.
func (f *Follower) recoverIV(s *samples) (iv wire.IV, dialect, count int) {
	for i, d := range padded {
		if !f.may(d) {
			continue
		}
		if iv, count = recoverIV(s[i]); count > 0 {
			return iv, i, count
		}
	}
	return iv, 0, count
}

func candidates(n int) string {
	if n >= maxCandidates {
		return fmt.Sprintf("more than %d IVs fit", maxCandidates)
	}
	return fmt.Sprintf("%d IVs fit", n)
}

// readSamples completes what has waited for the IV.
func (f *Follower) readSamples(srv *server, d int) {
	for i, r := range srv.waiting {
		srv.readOne(r, srv.samples[d], i)
		f.dialect[number(padded[d])]++
	}
	srv.waiting = nil
}

// readOne reads a sample, now that the IV is known.
func (srv *server) readOne(r *Result, list []sample, i int) {
	if i >= len(list) {
		r.Pending = false
		return
	}
	sm := list[i]
	var text [padding]byte
	var window [2 * wire.BlockSize]byte
	copy(window[:], srv.iv[:])
	copy(window[wire.BlockSize:], sm.text[:])
	var out [wire.BlockSize]byte
	for j := range text {
		sm.block.Encrypt(out[:], window[j:j+wire.BlockSize])
		text[j] = sm.text[j] ^ out[0]
	}
	r.Status, r.Text, r.Note, r.Pending = OK, text[:], "new key, iv: recovered", false
}

// giveUp leaves what waits for an IV as it is.
func (f *Follower) giveUp(srv *server) {
	_, _, count := f.recoverIV(&srv.samples)
	for _, r := range srv.waiting {
		r.Pending, r.Note = false, candidates(count)
	}
	srv.waiting = nil
}

// recoverIV finds the IVs of 16 lower-case letters that all samples fit, and how
// many there are. Byte i of a text depends on the IV from byte i on only, so the IV
// is found from its end: the padding decides the last 8 bytes, the letters of
// several samples the first.
func recoverIV(samples []sample) (iv wire.IV, count int) {
	if len(samples) == 0 {
		return iv, maxCandidates
	}
	s := &search{samples: samples}
	s.place(wire.BlockSize - 1)
	return s.found, s.count
}

type search struct {
	samples []sample
	window  [2 * wire.BlockSize]byte
	found   wire.IV
	count   int
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
		s.window[i] = c
		if s.fits(i) {
			s.place(i - 1)
		}
	}
}

// fits says whether byte i of each text is what it must be.
func (s *search) fits(i int) bool {
	var out [wire.BlockSize]byte
	for k := range s.samples {
		sm := &s.samples[k]
		copy(s.window[wire.BlockSize:], sm.text[:i])
		sm.block.Encrypt(out[:], s.window[i:i+wire.BlockSize])
		b := sm.text[i] ^ out[0]
		if i >= wire.BlockSize-padding && b != padding || i < wire.BlockSize-padding && (b < 'a' || b > 'z') {
			return false
		}
	}
	return true
}
