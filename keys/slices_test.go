package keys

import (
	"bytes"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// What is computed in slices is what the library computes.
func TestSlicesAreBcrypt(t *testing.T) {
	for _, n := range []int{0, 1, 8, 71, 72} {
		password := bytes.Repeat([]byte("p\xff"), 36)[:n]
		hash, err := bcrypt.GenerateFromPassword(password, bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		for _, tried := range [][]byte{password, append(bytes.Clone(password), 'x'), []byte("other"), nil} {
			want := bcrypt.CompareHashAndPassword(hash, tried) == nil
			if got := matches(hash, tried); got != want {
				t.Errorf("password of %d bytes, tried %d: %v, want %v", n, len(tried), got, want)
			}
		}
	}
}
