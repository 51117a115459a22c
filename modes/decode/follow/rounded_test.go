package follow

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"proto/wire"
)

// However a float64 is spelled as an integer, it is known by its end.
func TestMayBeFloat(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		f := math.Ldexp(1+random.Float64(), 54+random.IntN(75))
		if random.IntN(4) == 0 { // with few bits set
			f = math.Ldexp(float64(1+random.IntN(8)), 53+random.IntN(75))
		}
		exact, _ := big.NewFloat(f).Int(nil)
		zeros := strconv.FormatFloat(f, 'f', 0, 64)
		seventeen := strings.Replace(strconv.FormatFloat(f, 'e', 16, 64)[:18], ".", "", 1)
		forms := []string{exact.String(), zeros}
		if len(zeros) >= longDigits {
			forms = append(forms, seventeen+strings.Repeat("0", len(zeros)-len(seventeen)))
		}
		for _, digits := range forms {
			if !mayBeFloat([]byte(digits)) || !equalsFloat([]byte(digits)) {
				t.Fatalf("%s is not known as %g", digits, f)
			}
		}
	}
}

// Nearly no other number is looked at as a whole.
func TestMayBeFloatSeldom(t *testing.T) {
	random, n := rand.New(rand.NewPCG(3, 4)), 0
	for range 100000 {
		var block [wire.BlockSize]byte
		for i := range block {
			block[i] = byte(random.Uint32())
		}
		if mayBeFloat(wire.AppendNumber(nil, block[:], wire.Shift)) {
			n++
		}
	}
	if n > 20 {
		t.Errorf("%d of 100,000 numbers may be floats", n)
	}
}

// TestRoundedKey: a key that a tool has rounded is said, however it spells it, until the next
// one; it is no new session's, and nothing is read with it.
func TestRoundedKey(t *testing.T) {
	spellings := map[string]func(float64) string{
		"shortest": func(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) },
		"exact":    func(f float64) string { n, _ := big.NewFloat(f).Int(nil); return n.String() },
		"exponent": func(f float64) string { return strconv.FormatFloat(f, 'e', -1, 64) },
	}
	for name, spell := range spellings {
		for seed := range uint64(40) {
			s := newScript(seed)
			list := [][]told{s.eightLetters("", 25, 1269), s.eightLetters("", 25, 0), s.eightBytes("", 25, 1269), s.eightBytes("", 25, 0)}[seed%4]
			if seed%8 > 3 { // its HELLO_ACK is missing
				list = list[3:]
			}
			from := 12 - list[0].sequence // behind the key
			f, _ := strconv.ParseFloat(list[from-1].key1, 64)
			list[from-1].key1 = spell(f)
			follower := &Follower{Hold: seed%16 < 8}
			results := followAll(t, follower, list)
			for i, r := range results[from-1 : from+9] {
				want := Result{Status: NoKey, Note: keyRounded}
				if i == 0 {
					want = Result{Status: Rounded, Note: "another tool has rounded key1"}
				}
				if r.Status != want.Status || r.Note != want.Note {
					t.Errorf("%s, seed %d, sequence %d: %v %q (%s)", name, seed, 11+i, r.Status, r.Text, r.Note)
				}
			}
			if r := results[from+12]; seed%8 < 4 && (r.Status != OK || string(r.Text) != list[from+12].text) {
				t.Errorf("%s, seed %d, behind the next key: %v %q (%s)", name, seed, r.Status, r.Text, r.Note)
			}
			if follower.Sessions() != 1 {
				t.Errorf("%s, seed %d: %d sessions", name, seed, follower.Sessions())
			}
		}
	}
}

// TestKeyLikeAFloat: a key that reads an answer is none that was rounded.
func TestKeyLikeAFloat(t *testing.T) {
	for _, d := range dialects {
		o := newOddSession(t, d)
		o.seal("qzzqbinx", "abcdefgh")
		f := &Follower{Hold: true}
		o.follow(f, line{2, "", "qzzqbinx"}, line{3, "", "abcdefgh"})
		number := "52801525393283247805695113008505177819920068551873560203916611362457248595968"
		key, err := wire.ParseKey([]byte(number))
		if err != nil || !rounded(value(t, number)) {
			t.Fatal(err)
		}
		o.chain.Rekey(key)
		for i, key1 := range []string{number, ""} {
			data, _ := o.chain.Seal(nil, []byte("bcdefghi"))
			r := new(Result)
			f.Open(&Answer{Session: []byte("1"), Sequence: fmt.Append(nil, 4+i), Data: value(t, string(data)), Key1: value(t, key1)}, r)
			if f.Finish(); r.Status != OK || string(r.Text) != "bcdefghi" {
				t.Errorf("%+v: %+v", d, r)
			}
		}
	}
}
