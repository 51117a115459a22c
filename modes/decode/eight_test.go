package decode

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestEight: bytes looked at together are what they are one by one.
func TestEight(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 269))
	letters, digits := 0, 0
	for range 500_000 {
		from, to := byte('a'), byte('z')
		if random.IntN(2) == 0 {
			from, to = '0', '9'
		}
		b := make([]byte, 8)
		for i := range b {
			b[i] = from + byte(random.IntN(int(to-from)+1))
		}
		if random.IntN(3) > 0 {
			b[random.IntN(8)] = byte(random.Uint32())
		}
		n := random.IntN(8) + 1
		if got, want := isLetters(b), bytes.Trim(b, "abcdefghijklmnopqrstuvwxyz") == nil; got != want {
			t.Fatalf("isLetters(%q) = %v", b, got)
		} else if got {
			letters++
		}
		if got, want := isSmall(b[:n]), bytes.Trim(b[:n], "0123456789") == nil; got != want {
			t.Fatalf("isSmall(%q) = %v", b[:n], got)
		} else if got {
			digits++
		}
	}
	if letters < 1000 || digits < 1000 {
		t.Errorf("%d of letters and %d of digits: too few", letters, digits)
	}
}
