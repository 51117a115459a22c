package decode

import (
	"fmt"
	"testing"

	"proto/modes/decode/follow"
)

// TestVerifierForgets: texts that wait for the other one are as many as have room, and those
// that come soon are held against one another.
func TestVerifierForgets(t *testing.T) {
	v := &verifier{on: true}
	for i := range 100_000 {
		name := fmt.Sprintf("server-%d", i)
		v.truth(name, "abcdefgh", true, 1)
		v.answer(name+"b", &follow.Result{Text: []byte("abcdefgh")}, 2)
		if n := len(v.before) + len(v.last); n > maxUnverified/unverifiedSize {
			t.Fatalf("%d texts are kept", n)
		}
		v.truth("a", "abcdefgh", true, 3)
		v.answer("a", &follow.Result{Text: []byte("abcdefgh")}, 4)
		v.answer("b", &follow.Result{Text: []byte("ijklmnop")}, 5)
		v.truth("b", "ijklmnop", false, 6)
	}
	if v.matched != 200_000 || v.err != nil {
		t.Errorf("%d verified, %v", v.matched, v.err)
	}
	for len(v.before)+len(v.last) > 0 { // what is taken out gives its room back
		for name := range v.before {
			v.answer(name, &follow.Result{}, 7)
		}
		for name := range v.last {
			v.truth(name, "", false, 8)
		}
	}
	if v.held != 0 {
		t.Errorf("%d bytes are held of nothing", v.held)
	}
}
