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

// TestVerifierAgrees: what a log prints behind a text is none of it: the padding, the end of a
// colour. Of a text of many lines it has the first.
func TestVerifierAgrees(t *testing.T) {
	for _, test := range []struct {
		text, log string
		want      bool
	}{
		{"abcdefgh", "abcdefgh", true}, {"abcdefgh", "abcdefgh\b\b\b\b\b\b\b\b", true}, {"abc", "abc\r\r\r", true}, {"abc\r\r", "abc", true},
		{"abc", "abc\x1b[0m", true}, {"abc", "abc\x1b[0;1m\x1b[K\x00", true}, {"a\x1b[0mb", "a\x1b[0mb", true}, {"", "", true}, {"", "\x10\x10", true},
		{"nl\nnl", "nl", true}, {"\n", "", true}, {"tab\tx", "tab\tx", true}, {"trail ", "trail \x0a", true}, {`{"a":1}`, `{"a":1}`, true},
		{"abcdefgh", "abcdefg", false}, {"abcdefgh", "abcdefghi", false}, {"abc", "abc\b\bd", false}, {"abc", "abc\"", false}, {"abc", "abc [0m", false},
		{"abc", "abc\x1b[0", false}, {"nl\nnl", "nlx", false}, {"tab", "tab\tx", false}, {"", "x", false}, {"abc", "", false}, {"trail ", "trail", false},
	} {
		if got := agrees(test.text, test.log); got != test.want {
			t.Errorf("%q and %q in the log: %v", test.text, test.log, got)
		}
	}
}
