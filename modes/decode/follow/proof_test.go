package follow

import (
	"fmt"
	"slices"
	"testing"

	"proto/wire"
)

// TestProof: texts that are none, with one byte of padding, are read, be they the first or the
// last of a session, or all there is.
func TestProof(t *testing.T) {
	const latin = "Temperatur 21\xb0C"
	for _, hold := range []bool{true, false} {
		for _, texts := range [][]string{
			{"usual", latin, latin, latin, "usual", latin},
			{"usual", latin},
			{"usual", latin, "usual", "usual"},
			{"usual", latin, "\xb0\xb0\xb0\xb0\xb0\xb0\xb0\xb0\xb0\xb0\xb0\xb0\xb0\xb0", latin},
		} {
			o := newOddSession(t, wire.Dialect{})
			o.seal(texts...)
			var lines []line
			for i, text := range texts {
				lines = append(lines, line{i + 2, "", text}, line{i + 2, "", text}) // once more
			}
			o.follow(&Follower{Hold: hold}, lines...)
		}
	}
}

// TestProofOrLoss: a loss behind such a text tells nothing, and another session's does.
func TestProofOrLoss(t *testing.T) {
	const latin = "Temperatur 21\xb0C"
	o := newOddSession(t, wire.Dialect{})
	o.seal("usual", latin, "three", "four", "five")
	o.follow(&Follower{Hold: true}, line{2, "", "usual"}, line{3, "", latin}, line{5, "", "no_prev answers before sequence 5 are lost"}, line{6, "", "five"})
	for n := range 20 {
		o := newOddSession(t, wire.Dialect{})
		o.seal("two", "three", "four")
		strange := strangeBytes(o, n)
		o.follow(&Follower{Hold: true}, line{2, "", "two"}, line{3, strange, "no_key " + whoseIsIt}, line{3, "", "three"}, line{4, "", "four"})
		o.follow(&Follower{Hold: true}, line{2, "", "two"}, line{3, strange, "no_key " + whoseIsIt}, line{4, "123456789012345678901234567890123456789", "no_key " + whoseIsIt}, line{3, "", "three"}, line{4, "", "four"})
	}
}

// strangeBytes is a number that leaves one byte of padding behind a session's first text, and
// no text.
func strangeBytes(o *oddSession, n int) string {
	key, iv := wire.Key(slices.Repeat([]byte("k"), wire.KeySize)), wire.IV([]byte("abcdefghijklmnop"))
	chain := wire.NewChain(key, iv, wire.Dialect{})
	_, _ = chain.Open(nil, []byte(o.answers[2]))
	data, _ := chain.Seal(nil, fmt.Appendf(nil, "\xff%014d", n))
	return string(data)
}
