package follow

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"proto/wire"
)

// line is one answer of a test's session, and what is wanted of it: its text, or its
// status and note.
type line struct {
	sequence int
	text     string
	want     string
}

// oddSession is a session as a server makes it. Its answers can be left out, damaged,
// or come in another order.
type oddSession struct {
	t       *testing.T
	dialect wire.Dialect
	chain   *wire.Chain
	ack     string
	answers map[int]string
}

func newOddSession(t *testing.T, d wire.Dialect) *oddSession {
	key, iv := wire.Key([]byte(strings.Repeat("k", wire.KeySize))), wire.IV([]byte("abcdefghijklmnop"))
	return &oddSession{
		t: t, dialect: d, chain: wire.NewChain(key, iv, d), answers: make(map[int]string),
		ack: fmt.Sprintf(`{"sequesce":1,"sessionId":1,"key1":%s,"key2":%s}`, wire.AppendNumber(nil, key[:], wire.Shift), wire.AppendNumber(nil, iv[:], wire.Shift)),
	}
}

// seal makes the answers from sequence 2 on.
func (o *oddSession) seal(texts ...string) {
	for i, text := range texts {
		data, _ := o.chain.Seal(nil, []byte(text))
		o.answers[i+2] = string(data)
	}
}

// follow has a follower open these, and compares.
func (o *oddSession) follow(f *Follower, lines ...line) {
	o.t.Helper()
	var ack wire.Members
	for name, v := range value(o.t, o.ack).Members() {
		ack = append(ack, wire.Member{Name: []byte(name), Value: v})
	}
	f.Ack("", []byte("1"), []byte("1"), ack)
	var results []*Result
	for _, l := range lines {
		data := o.answers[l.sequence]
		if l.text != "" {
			data = l.text
		}
		r := new(Result)
		f.Open(&Answer{Session: []byte("1"), Sequence: fmt.Append(nil, l.sequence), Data: value(o.t, data)}, r)
		results = append(results, r)
	}
	f.Finish()
	for i, r := range results {
		got := r.Status.String() + " " + r.Note
		if r.Status == OK {
			got = string(r.Text)
		}
		if r.Pending {
			got = "pending"
		}
		if got != lines[i].want {
			o.t.Errorf("answer %d, sequence %d: %q, want %q", i, lines[i].sequence, got, lines[i].want)
		}
	}
}

// TestAnyText: a text of the protocol is any text.
func TestAnyText(t *testing.T) {
	texts := []string{"21,5\u00a0°C", "", "\x00\x1b\x7f", "\u202e\u200b\u2028\ue000", "\xff\xfe\x01", "", strings.Repeat("\xff", 40), "usual"}
	for first := range texts {
		texts := append(slices.Clone(texts[first:]), texts[:first]...)
		o := newOddSession(t, wire.Dialect{})
		o.seal(texts...)
		var lines []line
		for i, text := range texts {
			lines = append(lines, line{sequence: i + 2, want: text})
		}
		o.follow(&Follower{Hold: true}, lines...)
	}
}

// TestLostUnpadded: of 8 bytes, the next one needs two.
func TestLostUnpadded(t *testing.T) {
	o := newOddSession(t, wire.Dialect{Unpadded: true})
	o.seal("aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd", "eeeeeeee", "ffffffff")
	o.follow(&Follower{Hold: true},
		line{2, "", "aaaaaaaa"}, line{3, "", "bbbbbbbb"},
		line{5, "", "no_prev answers before sequence 5 are lost"}, line{6, "", "no_prev what was before it could not be read"},
		line{7, "", "ffffffff"})
}

// TestOutOfOrder: an answer that was overtaken takes nothing from the next one, and is read where
// nothing before it is missing.
func TestOutOfOrder(t *testing.T) {
	o := newOddSession(t, wire.Dialect{})
	o.seal("two", "three", "four", "five", "six", "seven")
	const late = "no_prev it comes late or again: a later one was before it"
	o.follow(&Follower{Hold: true},
		line{2, "", "two"}, line{3, "", "three"}, line{4, "", "four"}, line{2, "", late}, line{5, "", "five"},
		line{7, "", "no_prev answers before sequence 7 are lost"}, line{6, "", "six"}, line{6, "", "six"})
}

// TestDamaged: what follows a damaged number is not called a lost key change.
func TestDamaged(t *testing.T) {
	o := newOddSession(t, wire.Dialect{})
	o.seal("two", "three", "four", "five")
	o.follow(&Follower{Hold: true},
		line{2, "", "two"}, line{3, "123456789012345678901234567890123456789", "bad_padding "},
		line{4, "", "no_prev what was before it could not be read"}, line{5, "", "five"})
}

// TestRoundedIV: without the IV only the first answer is lost.
func TestRoundedIV(t *testing.T) {
	o := newOddSession(t, wire.Dialect{})
	o.seal("two", "three")
	o.ack = o.ack[:strings.Index(o.ack, `"key2"`)] + `"key2":1.29e+38}`
	o.follow(&Follower{Hold: true}, line{2, "", "no_iv key2 is not known"}, line{3, "", "three"})
	f := &Follower{Hold: true}
	o = newOddSession(t, wire.Dialect{})
	o.seal("two", "three")
	o.follow(f)
	o.ack = `{"sequesce":1,"sessionId":1}`
	o.follow(f, line{2, "", "two"}, line{3, "", "three"}) // that began no session
	o.ack = `{"sequesce":1,"sessionId":1,"key1":4.8e+76,"key2":1.29e+38}`
	o.follow(&Follower{Hold: true}, line{2, "", "no_key key1 has been rounded by another tool"})
}

// TestDialectOfTexts: where texts are no lower-case letters, they tell the dialect all
// the same, also one after the other; and what was said of it is not overruled.
func TestDialectOfTexts(t *testing.T) {
	for _, d := range unpadded {
		o := newOddSession(t, d)
		o.seal("ABCDEFGH", "21.5 deg", "zz zz zz", "ABCDEFGH")
		lines := []line{{2, "", "ABCDEFGH"}, {3, "", "21.5 deg"}, {4, "", "zz zz zz"}, {5, "", "ABCDEFGH"}}
		o.follow(&Follower{Hold: true}, lines...)
		o.follow(&Follower{Hold: true, Only: []wire.Dialect{d}}, lines...)
		o.follow(&Follower{Hold: true, Only: unpadded[:]}, lines...)
		o.follow(&Follower{Hold: true, Only: []wire.Dialect{{Unshifted: d.Unshifted}, d}}, lines...)
		lines[0].want = "ambiguous the first if data is shifted, the second if it is not"
		o.follow(&Follower{}, lines...) // at once: the second settles it
	}
}

// TestForeign: an answer of a session that is not in the capture costs the one that is
// nothing, and is not taken for its. From its next key on it is read, as the IV is the server's.
func TestForeign(t *testing.T) {
	for seed := range uint64(100) {
		s := newScript(seed)
		known, foreign := s.session("", 2, 35), s.session("", 1, 25)[[]int{1, 10}[seed%2]:]
		all := append([]told{known[0]}, alternate(known[1:], foreign)...)
		for i, r := range followAll(t, &Follower{Hold: seed%4 > 1}, all) {
			switch a := &all[i]; {
			case a.isAck():
			case (a.session == 2 || a.sequence > 10) && (r.Status != OK || string(r.Text) != a.text):
				t.Fatalf("seed %d, sequence %d: %v %q (%s), want %q", seed, a.sequence, r.Status, r.Text, r.Note, a.text)
			case a.session == 1 && a.sequence <= 10 && r.Status != NoKey:
				t.Fatalf("seed %d, sequence %d of the other: %v %q (%s)", seed, a.sequence, r.Status, r.Text, r.Note)
			}
		}
	}
}

// TestTwoLosses: two answers are missing before any was read, and the next one heals all the
// same, in either dialect and of any length.
func TestTwoLosses(t *testing.T) {
	long := strings.Repeat("long ", 8)
	for _, d := range padded {
		for _, only := range [][]wire.Dialect{nil, {d}, {d, unpadded[0]}} {
			o := newOddSession(t, d)
			o.seal("two", "three", "four", "five", "six", long, long, long)
			o.follow(&Follower{Hold: true, Only: only},
				line{3, "", "no_prev answers before sequence 3 are lost"},
				line{5, "", "no_prev answers before sequence 5 are lost"}, line{6, "", "six"}, line{7, "", long})
			o = newOddSession(t, d)
			o.seal(long, long, long)
			o.follow(&Follower{Hold: true, Only: only}, line{3, "", "no_prev answers before sequence 3 are lost"}, line{4, "", long})
		}
	}
}

// TestOneCipher: sessions of one connection to the reference server share the cipher, and
// count their sequences by themselves: a loss costs the next answer only.
func TestOneCipher(t *testing.T) {
	for lost := 2; lost < 12; lost++ {
		o := newOddSession(t, wire.Dialect{})
		var texts []string
		for i := range 14 {
			texts = append(texts, fmt.Sprint("text ", i))
		}
		o.seal(texts...)
		f := &Follower{Hold: true}
		o.follow(f)
		late := 0
		for i := range texts {
			if i == lost {
				continue
			}
			r := new(Result)
			f.Open(&Answer{Session: fmt.Append(nil, 1+i%3), Sequence: fmt.Append(nil, 100-30*(i%3)+i/3), Data: value(t, o.answers[i+2])}, r)
			if want := i != lost+1; want != (r.Status == OK) || want && string(r.Text) != texts[i] {
				t.Errorf("%d lost, answer %d: %v %q (%s)", lost, i, r.Status, r.Text, r.Note)
			}
			if strings.Contains(r.Note, "late") {
				late++
			}
		}
		if late > 0 {
			t.Errorf("%d lost: %d come late", lost, late)
		}
	}
}

// TestBytesWithKey: an answer that brings a key is read though its text is no text, as it
// begins at the IV of HELLO_ACK, and is the next one.
func TestBytesWithKey(t *testing.T) {
	const degrees = "21.5 \xb0C"
	for _, d := range padded {
		o := newOddSession(t, d)
		o.seal(degrees, degrees)
		f := &Follower{Hold: true}
		o.follow(f, line{2, "", degrees}, line{3, "", degrees})
		key := wire.Key([]byte(strings.Repeat("x", wire.KeySize)))
		o.chain.Rekey(key)
		for i, key1 := range []string{string(wire.AppendNumber(nil, key[:], wire.Shift)), ""} {
			data, _ := o.chain.Seal(nil, []byte(degrees))
			r := new(Result)
			f.Open(&Answer{Session: []byte("1"), Sequence: fmt.Append(nil, 4+i), Data: value(t, string(data)), Key1: value(t, key1)}, r)
			if r.Status != OK || string(r.Text) != degrees || r.Period != 2 {
				t.Errorf("%+v: answer %d: %+v", d, i, r)
			}
		}
	}
}
