package keys

import (
	"math"
	"strings"
	"testing"
	"time"
)

// TestEveryNameFitsItsToken: whoever the users file lets in can be given a token.
func TestEveryNameFitsItsToken(t *testing.T) {
	signer, err := NewSigner(make([]byte, 32), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, c := range []string{"a", "<", "&", "é", `"`, `\`, "😀"} {
		for n := range 65 {
			name := strings.Repeat(c, n) + strings.Repeat("a", max(0, maxName-n*len(c)))
			if badName(name) != "" {
				refused++
				continue
			}
			if _, err := signer.Sign(name, math.MaxInt32, math.MaxInt64, time.Now(), time.Now().Add(time.Hour)); err != nil {
				t.Fatalf("%q: %v", name, err)
			}
		}
	}
	if badName(strings.Repeat("<", 64)) == "" || refused == 0 {
		t.Error("names that no token holds are let in")
	}
}
