package decode

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// A counter writes what strconv does, wherever the numbers go.
func TestCounter(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 269))
	var c counter
	v := int64(0)
	for i := range 200_000 {
		switch random.IntN(100) {
		case 0:
			v = random.Int64N(1 << random.IntN(63))
		case 1:
			v = v / 1e4 * 1e4
		case 2:
			v = -random.Int64N(1 << random.IntN(63))
		default:
			v += random.Int64N(1 << random.IntN(12))
		}
		if got, want := string(c.append([]byte("n"), v)), "n"+strconv.FormatInt(v, 10); got != want {
			t.Fatalf("number %d: %s, want %s", i, got, want)
		}
	}
}

// TestFourDigits: the reciprocals are exact.
func TestFourDigits(t *testing.T) {
	var c counter
	for v := range int64(lastFour) {
		if got := string(c.append(nil, lastFour+v)); got != strconv.FormatInt(lastFour+v, 10) {
			t.Fatalf("%s, want %d", got, lastFour+v)
		}
	}
}
