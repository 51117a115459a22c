package follow

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"proto/wire"
)

// onStream gives the answers from a place on another stream.
func onStream(list []told, from int, stream string) []told {
	moved := append([]told(nil), list...)
	for i := from; i < len(moved); i++ {
		moved[i].stream = stream
	}
	return moved
}

// TestReconnected: a session that goes on over another connection is read on, also where its
// first answer there brings a key or is one that was sent before, and costs the sessions of
// the same server and of others nothing.
func TestReconnected(t *testing.T) {
	for from := 1; from < 24; from++ {
		for _, again := range []bool{false, true} {
			s, other := newScript(uint64(from)), newScript(100)
			a, b, c := s.session("a", 1, 24), s.session("b", 2, 24), other.session("c", 2, 24)
			b = onStream(b, from, "d")
			if again && from > 1 {
				repeated := b[from-1]
				repeated.stream = "d"
				b = append(b[:from:from], append([]told{repeated}, b[from:]...)...)
			}
			f := &Follower{Hold: true}
			all := alternate(a, b, c)
			wantAll(t, all, followAll(t, f, all))
			if t.Failed() || f.Sessions() != 3 {
				t.Fatalf("from answer %d, again %v: %d sessions", from, again, f.Sessions())
			}
		}
	}
}

// TestManyReconnects: each connection has only some answers.
func TestManyReconnects(t *testing.T) {
	s := newScript(1)
	var lists [][]told
	for id := range 15 {
		list := s.session("", id, 100)
		for i := range list {
			list[i].stream = fmt.Sprint(id, "-", i/(3+id))
		}
		lists = append(lists, list)
	}
	f := &Follower{Hold: true}
	all := alternate(lists...)
	wantAll(t, all, followAll(t, f, all))
	if f.Sessions() != len(lists) {
		t.Errorf("%d sessions", f.Sessions())
	}
}

// TestBorrowedIV: a session whose HELLO_ACK is missing takes nothing but the IV from others of
// its server, in streams of their own or in none.
func TestBorrowedIV(t *testing.T) {
	for _, stream := range []string{"", "b"} {
		for seed := range uint64(50) {
			s := newScript(seed)
			known, foreign := s.session("", 1, 30), s.session(stream, 2, 30)[1:]
			all := append([]told{known[0]}, alternate(known[1:], foreign)...)
			for i, r := range followAll(t, &Follower{Hold: true}, all) {
				a := &all[i]
				if want := a.session == 1 || a.sequence >= 11; !a.isAck() && ((r.Status == OK) != want || want && string(r.Text) != a.text) {
					t.Fatalf("seed %d, session %d, sequence %d: %v %q (%s), want %q", seed, a.session, a.sequence, r.Status, r.Text, r.Note, a.text)
				}
			}
		}
	}
}

// mix mixes lists at random; each stays in its order.
func (s *script) mix(lists ...[]told) (all []told) {
	var of []int
	for i, l := range lists {
		of = append(of, slices.Repeat([]int{i}, len(l))...)
	}
	s.rnd.Shuffle(len(of), func(i, k int) { of[i], of[k] = of[k], of[i] })
	for _, i := range of {
		all, lists[i] = append(all, lists[i][0]), lists[i][1:]
	}
	return all
}

// TestUntoldSessions: servers with IVs of their own that have two sessions each, of the same
// numbers, and nothing tells which of them a frame is of.
func TestUntoldSessions(t *testing.T) {
	for seed := range uint64(100) {
		a, b := newScript(seed), newScript(seed+1000)
		lists := [][]told{a.session("", 1, 33), b.session("", 1, 33), b.session("", 2, 30), a.session("", 2, 28)}
		all := a.mix(lists...)
		wantAll(t, all, followAll(t, &Follower{Hold: true}, all))
	}
}

// TestLossAmongNamesakes: of sessions that nothing tells apart an answer is lost, and it costs
// what it costs where there is only one: the next.
func TestLossAmongNamesakes(t *testing.T) {
	for seed := range uint64(100) {
		var lists [][]told
		for i := range 1 + int(seed%4) {
			list := newScript(seed+uint64(1000*i)).session("", 1, 30)
			if i == 0 {
				list = slices.Delete(list, 12, 13)
			}
			lists = append(lists, list)
		}
		all, unread := newScript(seed).mix(lists...), 0
		f := &Follower{Hold: true}
		for i, r := range followAll(t, f, all) {
			switch a := &all[i]; {
			case a.isAck():
			case r.Status != OK:
				unread++
			case string(r.Text) != a.text:
				t.Fatalf("seed %d, sequence %d: %q (%s), want %q", seed, a.sequence, r.Text, r.Note, a.text)
			}
		}
		if unread > 1 || f.Sessions() != len(lists) {
			t.Errorf("seed %d: %d unread, %d sessions", seed, unread, f.Sessions())
		}
	}
}

// TestOtherServerFromTheMiddle: another server's session of the same number, without its
// HELLO_ACK, has its own IV, which is recovered.
func TestOtherServerFromTheMiddle(t *testing.T) {
	for seed := range uint64(20) {
		first, second := newScript(seed).eightLetters("", 25, 1269), newScript(seed+100).eightLetters("", 70, 1269)[15:]
		list := append(first, second...)
		for i, r := range followAll(t, &Follower{Hold: true}, list) {
			a := &list[i]
			if want := i < len(first) || a.sequence >= 21; !a.isAck() && want != (r.Status == OK && string(r.Text) == a.text) {
				t.Fatalf("seed %d, answer %d, sequence %d: %+v, want %q", seed, i, a.sequence, r, a.text)
			}
		}
	}
}

// TestManyNumbers: a cipher that serves sessions without end costs no more memory for each.
func TestManyNumbers(t *testing.T) {
	o := newOddSession(t, wire.Dialect{})
	f := &Follower{Hold: true}
	o.follow(f)
	for i := range 3 * maxSessions {
		data, _ := o.chain.Seal(nil, []byte("text"))
		r := new(Result)
		f.Open(&Answer{Session: fmt.Append(nil, i+2), Sequence: []byte("2"), Data: value(t, string(data))}, r)
		if r.Status != OK {
			t.Fatalf("%d: %+v", i, r)
		}
	}
	if n := len(f.states) + len(f.byID); n > 2*maxSessions || f.Sessions() != 1 {
		t.Errorf("%d names, %d sessions", n, f.Sessions())
	}
}

// TestKeyAgain: a key change that comes a second time, late, takes nothing from what follows;
// and if all comes again from there on, it is read again.
func TestKeyAgain(t *testing.T) {
	list := newScript(1).session("", 1, 25)
	late := slices.Insert(slices.Clone(list), 15, list[10])
	wantAll(t, late, followAll(t, &Follower{Hold: true}, late))
	f := &Follower{Hold: true}
	again := append(slices.Clone(list), list[20:]...)
	wantAll(t, again, followAll(t, f, again))
	if f.Sessions() != 1 {
		t.Errorf("%d sessions", f.Sessions())
	}
}

// TestLongTextsTellNoIV: a key change of another server that happens to be next is not read as
// bytes with the IV at hand: behind its first block a text is the same with any.
func TestLongTextsTellNoIV(t *testing.T) {
	for seed := range uint64(300) {
		a, b := newScript(seed).session("", 1, 19), newScript(seed+1000).session("", 1, 40)[20:]
		list := append(a, b...)
		for i, r := range followAll(t, &Follower{Hold: true}, list) {
			if a := &list[i]; r.Status == OK && string(r.Text) != a.text {
				t.Fatalf("seed %d, answer %d: %q (%s), want %q", seed, i, r.Text, r.Note, a.text)
			}
		}
	}
}

// TestLongNames: of names and numbers as long as a frame nothing is kept but what tells them
// apart.
func TestLongNames(t *testing.T) {
	f := &Follower{Hold: true}
	f.init()
	name := func(i int) []byte { return fmt.Appendf(nil, `"%s%d"`, strings.Repeat("n", 50_000), i) }
	for i := range 10 {
		r := new(Result)
		f.Open(&Answer{Session: name(i), Sequence: name(i), Data: value(t, "1"+strings.Repeat("0", 3000)), Key1: value(t, "1"+strings.Repeat("0", 3000))}, r)
	}
	if n := len(f.states); n != 10 {
		t.Errorf("%d sessions", n)
	}
	for key, s := range f.states {
		if n := len(key) + cap(s.lastSequence) + cap(s.lastData) + cap(s.lastKey1) + cap(s.key1) + len(s.session) + len(s.lastOf); n > 10*maxBrief {
			t.Errorf("%d bytes", n)
		}
	}
}

// numbered gives all of a session another number.
func numbered(list []told, session int) []told {
	for i := range list {
		list[i].session = session
	}
	return list
}

// TestUntoldUnpadded: the same without padding. A new key, which all sessions of its server could
// read, is not taken for one of a session of another number.
func TestUntoldUnpadded(t *testing.T) {
	for seed := range uint64(60) {
		shift := []int64{1269, 0}[seed%2]
		a, b := newScript(seed), newScript(seed+1000)
		lists := [][]told{a.eightBytes("", 25, shift), b.eightBytes("", 25, shift)}
		lists = append(lists, numbered(b.eightBytes("", 25, shift), 2), numbered(a.eightBytes("", 25, shift), 2))
		all := a.mix(lists...)
		wantAll(t, all, followAll(t, &Follower{Hold: true}, all))
	}
}

// TestUntoldUnpaddedFromTheMiddle: a session of a known server, without its HELLO_ACK, takes
// the IV from its next key on, and nothing from another server's of its number.
func TestUntoldUnpaddedFromTheMiddle(t *testing.T) {
	for seed := range uint64(60) {
		shift := []int64{1269, 0}[seed%2]
		a, b := newScript(seed), newScript(seed+1000)
		known, other := a.eightBytes("", 25, shift), numbered(b.eightBytes("", 25, shift), 2)
		strange := b.eightBytes("", 25, shift)[10:] // its first one brings a key
		all := append(slices.Concat(known[:5], other[:5]), a.mix(slices.Clone(known[5:]), slices.Clone(other[5:]), strange)...)
		wantAll(t, all, followAll(t, &Follower{Hold: true}, all))
	}
}
