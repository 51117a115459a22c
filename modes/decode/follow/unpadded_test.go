package follow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"proto/wire"
)

// roundedNumber says whether a number looks as if a tool had rounded it.
func roundedNumber(digits string) bool {
	v, _, err := wire.ParseValue([]byte(digits), wire.Limits{})
	return err != nil || rounded(v)
}

// eightBytes is a session of the older dialect: texts of 8 letters without padding, data
// with this shift.
func (s *script) eightBytes(stream string, answers int, shift int64) (list []told) {
	key := s.bytes(wire.KeySize)
	list = append(list, told{stream: stream, session: 1, sequence: 1, key1: numberOf(key, 1269), key2: numberOf(s.iv, 1269)})
	register := s.iv
	for i := range answers {
		a := told{stream: stream, session: 1, sequence: i + 2, text: string(s.letters(8))}
		if i%10 == 9 {
			key, register = s.bytes(wire.KeySize), s.iv
			a.key1 = numberOf(key, 1269)
		}
		sealed := cfb(key, register, []byte(a.text), false)
		for a.data = numberOf(sealed, shift); roundedNumber(a.data); a.data = numberOf(sealed, shift) {
			a.text = string(s.letters(8)) // that is for another test
			sealed = cfb(key, register, []byte(a.text), false)
		}
		register = append(slices.Clone(register[8:]), sealed...)
		list = append(list, a)
	}
	return list
}

// readable says of each answer of such a session whether what is there is enough to read
// it: its key, and the 16 bytes of cipher text or IV before it.
func readable(list []told) (all []bool) {
	hasKey, hasIV, bytes, before := false, false, 0, 0
	for _, a := range list {
		again := a.sequence == before
		switch {
		case a.isAck():
			hasKey, hasIV, bytes = true, true, 16
		case again:
			all = append(all, all[len(all)-1])
			continue
		case a.key1 != "":
			hasKey, bytes = true, 0
			if hasIV {
				bytes = 16
			}
		case a.sequence != before+1:
			bytes = 0
			if (a.sequence-2)/10 != (before-2)/10 && before != 0 || (a.sequence-2)%10 == 0 {
				hasKey = hasKey && (a.sequence-1)/10 == (before-1)/10
			}
		}
		all = append(all, hasKey && bytes == 16)
		bytes, before = min(bytes+8, 16), a.sequence
	}
	return all
}

// TestUnpadded: sessions without padding from their start and from their middle, with
// losses and with answers that come twice. All is read that can be, in both readings of
// the number, and nothing is that cannot.
func TestUnpadded(t *testing.T) {
	read, not, recovered := 0, 0, 0
	for seed := range uint64(400) {
		s := newScript(seed)
		list := s.eightBytes("", 60, []int64{1269, 0}[seed%2])
		if seed%4 >= 2 {
			list = list[1+s.rnd.IntN(30):]
		}
		var all []told
		for i, a := range list {
			switch n := s.rnd.IntN(30); {
			case seed%8 < 4 || a.isAck() || i == 0 || n > 1:
				all = append(all, a)
			case n == 1:
				all = append(all, a, a)
			}
		}
		can := readable(all)
		for _, hold := range []bool{true, false} {
			for i, r := range followAll(t, &Follower{Hold: hold}, all) {
				a := &all[i]
				switch {
				case a.isAck():
				case r.Status == OK && string(r.Text) != a.text:
					t.Fatalf("seed %d, hold %v, sequence %d: %q (%s), want %q", seed, hold, a.sequence, r.Text, r.Note, a.text)
				case r.Status == OK:
					if read++; !can[i] {
						recovered++
					}
				case hold && can[i]:
					t.Fatalf("seed %d, sequence %d: %v (%s), want %q", seed, a.sequence, r.Status, r.Note, a.text)
				default:
					not++
				}
			}
		}
	}
	if read < 10_000 || not < 1_000 || recovered < 500 {
		t.Errorf("%d read, %d not, %d with an IV that was recovered: that shows nothing", read, not, recovered)
	}
}

// TestUnpaddedFromTheMiddle: what is said of the answers that need an IV that is not in
// the capture, and that it is found in time.
func TestUnpaddedFromTheMiddle(t *testing.T) {
	for seed := range uint64(20) {
		list := newScript(seed).eightBytes("", 70, []int64{1269, 0}[seed%2])[4:]
		for i, r := range followAll(t, &Follower{Hold: true}, list) {
			a, want := &list[i], OK
			if a.sequence < 11 {
				want = NoKey
			}
			if r.Status != want {
				t.Errorf("seed %d, sequence %d: %v (%s)", seed, a.sequence, r.Status, r.Note)
			}
			if first := (a.sequence-11)%10 <= 1; want == OK && first && a.sequence < 21 && !strings.Contains(r.Note, "iv: recovered") {
				t.Errorf("seed %d, sequence %d: %q", seed, a.sequence, r.Note)
			}
		}
		list = list[:10] // of one key
		for i, r := range followAll(t, &Follower{Hold: true}, list) {
			if a := &list[i]; (a.sequence == 11 || a.sequence == 12) && (r.Status != NoIV || !strings.HasSuffix(r.Note, "IVs fit")) {
				t.Errorf("seed %d, sequence %d: %v %q (%s)", seed, a.sequence, r.Status, r.Text, r.Note)
			}
		}
	}
}

// TestRoundedShort: a number of 8 bytes that a tool has rounded keeps most of its digits,
// and one in a thousand looks like that by chance: which others show that were not.
func TestRoundedShort(t *testing.T) {
	chain := wire.NewChain(wire.Key{1}, wire.IV{2}, wire.Dialect{Unpadded: true})
	var answers []*Answer
	first := 0 // of those that look rounded
	var texts []string
	for i := 0; i < 3000 || first == 0; i++ {
		text := fmt.Sprintf("text%04d", i)
		data, _ := chain.Seal(nil, []byte(text))
		a := &Answer{Session: []byte("1"), Sequence: fmt.Append(nil, i+2), Data: value(t, string(data))}
		if a.Prepare(); a.rounded && i > 0 && first == 0 {
			first = i
		}
		answers, texts = append(answers, a), append(texts, text)
	}
	ack := (&told{session: 1, key1: numberOf(append([]byte{1}, make([]byte, 31)...), 1269), key2: numberOf(append([]byte{2}, make([]byte, 15)...), 1269)}).members(t)
	read := func(f *Follower, answers []*Answer) (results []Result) {
		f.Ack("", []byte("1"), []byte("1"), ack)
		results = make([]Result, len(answers))
		for i, a := range answers {
			f.Open(a, &results[i])
		}
		f.Finish()
		return results
	}
	for i, r := range read(&Follower{Hold: true}, answers) {
		if r.Status != OK || string(r.Text) != texts[i] {
			t.Fatalf("%d: %v %q (%s), of %s", i, r.Status, r.Text, r.Note, answers[i].Data.Raw())
		}
	}
	for i, r := range read(&Follower{}, answers) { // at once: it is given up, and nothing else
		if a := answers[i]; i > 0 && (r.Status != OK || string(r.Text) != texts[i]) && !(r.Status == Rounded && a.rounded) && r.Status != NoPrev {
			t.Fatalf("at once, %d: %v %q (%s), of %s", i, r.Status, r.Text, r.Note, a.Data.Raw())
		}
	}
	// The last one, of which nothing tells; and one that is rounded indeed, as are those behind it.
	if r := read(&Follower{Hold: true}, answers[:first+1])[first]; r.Status != Rounded {
		t.Errorf("%v %q (%s)", r.Status, r.Text, r.Note)
	}
	spoilt := slices.Clone(answers[:8])
	for i := 4; i < 8; i++ {
		n, _ := strconv.ParseFloat(string(spoilt[i].Data.Raw()), 64)
		digits := strconv.AppendFloat(nil, n, 'e', -1, 64)
		mantissa, exponent, _ := strings.Cut(strings.Replace(string(digits), ".", "", 1), "e+")
		size, _ := strconv.Atoi(exponent)
		spoilt[i] = &Answer{Session: []byte("1"), Sequence: spoilt[i].Sequence, Data: value(t, mantissa+strings.Repeat("0", size+1-len(mantissa)))}
	}
	for i, r := range read(&Follower{Hold: true}, spoilt) {
		if want := i < 4; want != (r.Status == OK) || !want && r.Status != Rounded {
			t.Errorf("%d, %s: %v %q (%s)", i, spoilt[i].Data.Raw(), r.Status, r.Text, r.Note)
		}
	}
	for _, number := range []string{"15484038979269489000", "15484038979269488640", "10999191326443000000", "10999191326442999808"} {
		var r Result
		(&Follower{}).Open(&Answer{Data: value(t, number)}, &r)
		if r.Status != Rounded {
			t.Errorf("%s: %v", number, r.Status)
		}
	}
}

// TestRoundedKeepsKey: what a tool has rounded may bring a key that it has not.
func TestRoundedKeepsKey(t *testing.T) {
	for _, list := range [][]told{newScript(4).eightLetters("", 25, 1269), newScript(4).eightBytes("", 25, 1269)} {
		list[10].data = "1.5484038979269489e+19"
		results := followAll(t, &Follower{Hold: true}, list)
		if results[10].Status != Rounded || results[11].Status != NoPrev {
			t.Errorf("%v, then %v (%s)", results[10].Status, results[11].Status, results[11].Note)
		}
		for i := 13; i < len(list); i++ {
			if r := results[i]; r.Status != OK || string(r.Text) != list[i].text || r.Period != 2+i/20 {
				t.Errorf("sequence %d: %v %q (%s), period %d", list[i].sequence, r.Status, r.Text, r.Note, r.Period)
			}
		}
	}
}

// TestUnpaddedTogether: sessions without padding that nothing tells apart: of two servers
// with the same number, and two of one connection, where the key of the second serves both.
func TestUnpaddedTogether(t *testing.T) {
	for seed := range uint64(100) {
		shift := []int64{1269, 0}[seed%2]
		a, b := newScript(seed).eightBytes("", 30, shift), newScript(seed+1000).eightBytes("", 30, shift)
		all := alternate(a, b)
		wantAll(t, all, followAll(t, &Follower{Hold: true}, all))
		s := newScript(seed + 2000)
		both := s.eightBytes("", 30, shift)
		first := s.eightBytes("", 0, shift)
		second := both[0]
		second.session = 2
		all = append(first, second)
		for i, a := range both[1:] {
			a.session, a.sequence = 1+i%2, 2+i/2
			all = append(all, a)
		}
		wantAll(t, all, followAll(t, &Follower{Hold: true}, all))
	}
}

// TestOneIV: servers that have the same IV, and the same number for their session. A new
// key can be read in each of their states.
func TestOneIV(t *testing.T) {
	for seed := range uint64(50) {
		a := newScript(seed).eightLetters("", 60, 1269)
		s := newScript(seed)
		s.bytes(99) // the keys and texts are others, the IV is not
		b := s.eightLetters("", 60, 1269)
		for _, all := range [][]told{alternate(a, b), append(slices.Clone(a[:35]), alternate(a[35:], b)...), alternate(a, b[:1], b[1:])} {
			wantAll(t, all, followAll(t, &Follower{Hold: true}, all))
		}
	}
}

// TestHoldingIsBounded: what waits for its dialect is no more than what is remembered.
func TestHoldingIsBounded(t *testing.T) {
	f := &Follower{Hold: true}
	s := newScript(1)
	for i := range 3 * maxSessions {
		list := s.eightBytes(fmt.Sprint("s", i), 1, 1269)
		f.Ack(list[0].stream, []byte("1"), []byte("1"), list[0].members(t))
		f.Open(list[1].answer(t), new(Result))
	}
	if n := len(f.holding); n == 0 || n > maxSessions {
		t.Errorf("%d sessions wait, of %d that are remembered", n, len(f.states))
	}
}
