package follow

import (
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
