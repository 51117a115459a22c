package follow

import (
	"fmt"
	"strings"
	"testing"

	"proto/wire"
)

// TestStrangersStream: a session of another stream has the same number, and its HELLO_ACK is not
// in the capture. Its answers are not read in the state of the one that is complete, though one
// in 256 leaves valid padding there, and cost it nothing.
func TestStrangersStream(t *testing.T) {
	for seed := range uint64(600) {
		s, other := newScript(seed), newScript(seed+1000)
		known, strange := s.eightLetters("a", 24, 1269), other.eightLetters("b", 24, 1269)[6:]
		if seed%3 == 0 {
			known, strange = s.session("a", 1, 24), other.session("b", 1, 24)[6:]
		}
		all := s.mix(known, strange)
		if seed%2 == 0 { // each has the number that is next in the other
			all = append(known[:6:6], alternate(strange, known[6:])...)
		}
		wantKnown(t, fmt.Sprint("seed ", seed), "a", all, followAll(t, &Follower{Hold: seed%4 < 2}, all))
	}
}

// wantKnown wants all answers of a stream read, and none of another one wrongly.
func wantKnown(t *testing.T, name, stream string, all []told, results []*Result) {
	t.Helper()
	for i, r := range results {
		switch a := &all[i]; {
		case a.isAck():
		case r.Status == OK && string(r.Text) != a.text, a.stream == stream && r.Status != OK:
			t.Errorf("%s, stream %q, sequence %d: %v %q (%s), want %q", name, a.stream, a.sequence, r.Status, r.Text, r.Note, a.text)
		}
	}
}

// TestCredible: of a text that may be of another session more is wanted than valid padding.
func TestCredible(t *testing.T) {
	for _, test := range []struct {
		text    string
		follows bool
		want    bool
	}{
		{"qzzqbinx", false, true},
		{"21.5 \xb0C", false, true},
		{strings.Repeat("\x01", 13), false, true},
		{"temperature 21C", false, true},
		{"\x1b[1mhumid 48 %%", false, true},
		{"Temperatur 21°\u200b", false, true},
		{"\x98\xd8\xf1\xb1v-\x99\t\xb3\xc6\x19v\x1dRL", true, false},
		{"\x1b[1m\x1b[31mred___", true, false},
		{"\x1b[1m\x1b[31mred__", true, true},
		{"\x1b[1m\x1b[31mred__", false, false},
		{"\x1b[1m\x1b[31mtemperature\x1b[0m", true, true},
		{"\x1b[1m\x1b[31mtemperature\x1b[0m", false, false},
		{"\x1b[31mtemperature\x1b[0m\x1b[0m", false, true},
		{"", false, true},
	} {
		if got := credible([]byte(test.text), test.follows); got != test.want {
			t.Errorf("%q, follows %v: %v", test.text, test.follows, got)
		}
	}
}

// TestBytesOfAnotherStream: a text that is none is read behind a change of the connection where
// more speaks for it than one byte of padding, or two.
func TestBytesOfAnotherStream(t *testing.T) {
	for size := 8; size < 16; size++ {
		o := newOddSession(t, wire.Dialect{})
		text := strings.Repeat("\xb0", size)
		o.seal("usual", text)
		f := &Follower{Hold: true}
		o.follow(f, line{2, "", "usual"})
		r := new(Result)
		f.Open(&Answer{Stream: "b", Session: []byte("1"), Sequence: []byte("3"), Data: value(t, o.answers[3])}, r)
		f.Finish()
		if want := size <= 13; want != (r.Status == OK && string(r.Text) == text) {
			t.Errorf("%d bytes: %v %q (%s)", size, r.Status, r.Text, r.Note)
		}
	}
}
