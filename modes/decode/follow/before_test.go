package follow

import (
	"fmt"
	"slices"
	"testing"

	"proto/wire"
)

// TestStrangerOfOneName: of a server whose HELLO_ACK is not in the capture a session has the
// number of one that is, and nothing tells the two apart. That one is read to its end.
func TestStrangerOfOneName(t *testing.T) {
	unread := 0
	for seed := range uint64(600) {
		s := newScript(seed)
		known, strange := s.eightLetters("", 24, 1269), newScript(seed+1000).eightLetters("", 24, 1269)[6:]
		hold := seed%4 < 3
		all := append([]told{known[0]}, s.mix(slices.Clone(known[1:]), strange)...)
		if hold && seed%2 == 0 { // the stranger's number is the next one
			all = append(known[:6:6], alternate(strange, known[6:])...)
		}
		of := make(map[string]bool)
		for _, a := range known {
			of[a.data] = true
		}
		results := followAll(t, &Follower{Hold: hold}, all)
		for i, r := range results {
			switch a := &all[i]; {
			case a.isAck():
			case r.Status == OK && string(r.Text) != a.text, of[a.data] && r.Status != OK:
				t.Errorf("seed %d, sequence %d: %v %q (%s), want %q", seed, a.sequence, r.Status, r.Text, r.Note, a.text)
			case r.Status != OK:
				unread++
			}
		}
	}
	if unread < 1000 {
		t.Errorf("%d were not read: that shows nothing", unread)
	}
}

// TestBefore: an answer that cannot be read takes nothing from those that follow on from what
// was before it.
func TestBefore(t *testing.T) {
	const stranger = "123456789012345678901234567890123456789"
	for _, test := range []struct {
		name  string
		lines []line
	}{
		{"a stranger first", []line{{7, stranger, "no_prev answers before sequence 7 are lost"}, {2, "", "two"}, {3, "", "three"}}},
		{"a stranger with the next number", []line{{2, "", "two"}, {3, stranger, "bad_padding "}, {3, "", "three"}, {4, "", "four"}}},
		{"two strangers, one after the other", []line{
			{2, "", "two"}, {8, stranger, "no_prev answers before sequence 8 are lost"}, {3, "", "three"},
			{9, stranger, "no_key it is not known which session it is of"}, {4, "", "four"}}},
		{"a stranger, and a loss", []line{
			{2, "", "two"}, {8, stranger, "no_prev answers before sequence 8 are lost"},
			{4, "", "no_prev answers before sequence 4 are lost"}, {5, "", "five"}, {6, "", "six"}}},
		{"one overtakes", []line{{2, "", "two"}, {4, "", "no_prev answers before sequence 4 are lost"}, {3, "", "three"}, {5, "", "five"}, {6, "", "six"}}},
		{"one overtakes two", []line{
			{2, "", "two"}, {5, "", "no_prev answers before sequence 5 are lost"},
			{4, "", "no_prev answers before sequence 4 are lost"}, {3, "", "three"}, {6, "", "six"}, {7, "", "seven"}}},
		{"one is late", []line{{2, "", "two"}, {4, "", "no_prev answers before sequence 4 are lost"}, {5, "", "five"}, {3, "", "no_prev it comes late or again: a later one was before it"}, {6, "", "six"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, d := range padded {
				for _, only := range [][]wire.Dialect{{d}, nil} {
					if only == nil && test.lines[0].sequence != 2 && d.Unshifted {
						continue // its dialect is not known then
					}
					o := newOddSession(t, d)
					o.seal("two", "three", "four", "five", "six", "seven")
					o.follow(&Follower{Hold: true, Only: only}, test.lines...)
				}
			}
		})
	}
}

// TestBeforeAKeyOfAnother: a key change of another server that happens to be next is not the
// end of the session that it is taken for.
func TestBeforeAKeyOfAnother(t *testing.T) {
	for seed := range uint64(100) {
		known, strange := newScript(seed).eightLetters("", 24, 1269), newScript(seed+1000).eightLetters("", 40, 1269)
		all := slices.Concat(known[:10], strange[10:14], known[10:16], strange[14:18], known[16:])
		for i, r := range followAll(t, &Follower{Hold: true}, all) {
			a := &all[i]
			if first := i == 10; !a.isAck() && first == (r.Status == OK) || r.Status == OK && string(r.Text) != a.text {
				t.Errorf("seed %d, %s: %v %q (%s), want %q", seed, fmt.Sprint(i, " sequence ", a.sequence), r.Status, r.Text, r.Note, a.text)
			}
		}
	}
}

// TestBeforeWhatWaits: what waits for answers behind it is completed where the session goes on
// from what was before it.
func TestBeforeWhatWaits(t *testing.T) {
	o := newOddSession(t, wire.Dialect{Unpadded: true})
	o.seal("aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd")
	const stranger, suspect = "1234567890123456789", "15484038979269489000"
	o.follow(&Follower{Hold: true},
		line{2, "", "aaaaaaaa"}, line{3, "", "bbbbbbbb"}, line{4, "", "cccccccc"},
		line{9, stranger, "no_prev answers before sequence 9 are lost"}, line{10, suspect, "rounded " + wasRounded},
		line{5, "", "dddddddd"})
}

// TestStrangerUnpadded: the same without padding, where any text can be read: the first ones are
// told by what follows.
func TestStrangerUnpadded(t *testing.T) {
	unread, lost, chance := 0, 0, 0
	for seed := range uint64(300) {
		s, shift := newScript(seed), []int64{1269, 0}[seed%2]
		known, strange := s.eightBytes("", 24, shift), newScript(seed+1000).eightBytes("", 24, shift)[4:]
		all := append([]told{known[0]}, s.mix(slices.Clone(known[1:]), strange)...)
		of := make(map[string]bool)
		for _, a := range known {
			of[a.data] = true
		}
		for i, r := range followAll(t, &Follower{Hold: true}, all) {
			switch a := &all[i]; {
			case a.isAck():
			case r.Status == OK && string(r.Text) != a.text && fitnessOf(r.Text) == visible:
				chance++ // one in two thousand looks like a text
			case r.Status == OK && string(r.Text) != a.text:
				t.Errorf("seed %d, sequence %d: %q (%s), want %q", seed, a.sequence, r.Text, r.Note, a.text)
			case r.Status != OK && of[a.data]:
				lost++
			case r.Status != OK:
				unread++
			}
		}
	}
	if lost > 50 || unread < 1000 || chance > 3 {
		t.Errorf("%d lost, %d of the stranger's not read, %d read wrongly", lost, unread, chance)
	}
}
