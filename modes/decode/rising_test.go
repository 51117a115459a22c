package decode

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestRising holds it against strconv, for numbers that rise, fall and stay.
func TestRising(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var up rising
	v := int64(0)
	check := func(v int64) {
		t.Helper()
		if got, want := string(up.append([]byte("x"), v)), "x"+strconv.FormatInt(v, 10); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	for range 200_000 {
		switch r.IntN(100) {
		case 0:
			v = r.Int64() >> r.IntN(63)
		case 1:
			v = max(0, v-int64(r.IntN(20_000)))
		case 2:
			v = v / lastFour * lastFour
		default:
			if v < math.MaxInt64-1000 {
				v += int64(r.IntN(1000))
			}
		}
		check(v)
	}
	for p := int64(1); p < math.MaxInt64/10; p *= 10 {
		for _, v := range []int64{p - 1, p, p + 1} {
			check(v)
		}
	}
	check(math.MaxInt64)
}
