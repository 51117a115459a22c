package keys

import (
	"bytes"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// What is computed in rounds is what the library computes.
func TestMatchesIsBcrypt(t *testing.T) {
	const cost = bcrypt.MinCost + 1
	for _, n := range []int{0, 1, 8, 71, 72} {
		password := bytes.Repeat([]byte("p\xff"), 36)[:n]
		hash, err := bcrypt.GenerateFromPassword(password, cost)
		if err != nil {
			t.Fatal(err)
		}
		for _, tried := range [][]byte{password, append(bytes.Clone(password), 'x'), []byte("other"), nil} {
			rounds := 0
			want := bcrypt.CompareHashAndPassword(hash, tried) == nil
			if got := (account{hash: hash, cost: cost}).matches(tried, func() { rounds++ }); got != want {
				t.Errorf("password of %d bytes, tried %d: %v, want %v", n, len(tried), got, want)
			}
			if want := 1 << cost; rounds != want {
				t.Errorf("computed in %d rounds, want %d", rounds, want)
			}
		}
	}
	if (account{hash: dummyHash(cost), cost: cost}).matches(nil, nil) {
		t.Error("the dummy has a password")
	}
}
