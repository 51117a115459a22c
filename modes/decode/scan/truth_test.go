package scan

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestTruths: a text that the log prints ends with its line, with what is no text, or at
// nothing that a frame could hold; what is in it is no other one. The pieces do not matter.
func TestTruths(t *testing.T) {
	long := strings.Repeat("y", maxTruth)
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"a line":            {"Plain text data abc\nPlain text data def\n", []string{"abc", "def"}},
		"both":              {"Plain text data abc\nx\nDecrypted data received in DATA_RESPONSE: def\b\nPlain text data ghi", []string{"abc", "def\b", "ghi"}},
		"in strings":        {`"Plain text data abc\n" "Plain text data def"` + "\n", []string{"abc", "def"}},
		"the marker in it":  {"Plain text data Plain text data Plain text data abc\nPlain text data def", []string{"Plain text data Plain text data abc", "def"}},
		"a brace in it":     {`Plain text data a{"header"` + "\nPlain text data a{\nPlain text data Plain text data {\n", []string{`a{"header"`, "a{", "Plain text data {"}},
		"any text":          {"x: Plain text data {\"a\":1}\r\nit's {} Plain text data C:\\dir\ta | b\nPlain text data it's \"q\"\n", []string{`{"a":1}`, "C:\\dir\ta | b", `it's "q"`}},
		"in records":        {`{"log":"Plain text data {\"a\":1}\n","stream":"stdout"}` + "\n" + `x {"a":1,"log":"s: Plain text data C:\\dir\ta\u00e9\r\n"}` + "\n", []string{`{"a":1}`, "C:\\dir\ta\u00e9"}},
		"in one in another": {`{"log":"{\"event\":\"Plain text data \\\"q\\\"\\u00e9\",\"x\":1}\n"}` + "\n" + `{"log":"{\"event\": \"s: Plain text data {\\\"a\\\"\"}\n"}` + "\n", []string{`"q"é`, `s: {"a"`[3:]}},
		"in a literal":      {`{'event': 'Plain text data it\'s "q"', 'x': 1}` + "\n", []string{`it's "q"`}},
		"two in a string":   {`{"log":"a Plain text data \"a\"\nPlain text data b\n","x":"Plain text data c"}` + "\n", []string{`"a"`, "b", "c"}},
		"no string":         {`{"a":1} 5" Plain text data abc` + "\n" + `{'a':1} it's Plain text data def` + "\n", []string{"abc", "def"}},
		"behind a frame":    {`{"log":"x {\"header\":{},\"data\":{\"message-type\":\"CLOSE\"}}\nPlain text data \"a\"\n"}` + "\n", []string{`"a"`}},
		"behind much":       {strings.Repeat("x", maxRecordLead) + " Plain text data abc\n" + `{"a":"` + strings.Repeat("x", maxContext) + `","log":"Plain text data d\"e"}` + "\n", []string{`d"e`}},
		"the longest":       {"Plain text data " + long[1:] + "\nPlain text data def\n", []string{long[1:], "def"}},
		"too long":          {"Plain text data " + long + "\nPlain text data def\n", []string{"def"}},
	} {
		rnd := rand.New(rand.NewPCG(4, 4))
		for _, most := range []int{20, 3_000, 100_000} {
			if len(test.text)/most > 5_000 {
				continue
			}
			var got []string
			for _, s := range scanRandomly(t, rnd, []byte(test.text), most, true) {
				if text, ok := strings.CutPrefix(s, "truth "); ok {
					got = append(got, strings.TrimSuffix(text, " "))
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s, in pieces of up to %d: %.200q, want %.200q", name, most, got, test.want)
			}
		}
	}
}

// TestTruthsAreShort: many markers on one line do not each have all the rest of it, and cost
// nothing twice.
func TestTruthsAreShort(t *testing.T) {
	for _, one := range []string{"Plain text data ", `Plain text data abc" `, "Plain text data abcdefgh\n", "Plain text data a\x00{\"a\":\"b\",", "Decrypted data received in DATA_RESPONSE: a\b"} {
		text := []byte(strings.Repeat(one, 3_000_000/len(one)))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		all, s := 0, &Scanner{Truths: true}
		for from, to := 0, 0; to < len(text); {
			to = min(len(text), to+100_000)
			from += s.Scan(text[from:to], to == len(text), func(f *Found) { all += len(f.Truth) + len(f.Context.before) })
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; all > 2*len(text) || n > 20*uint64(len(text)) {
			t.Errorf("%q: texts and what is before them are %d bytes, %d allocated, for %d", one, all, n, len(text))
		}
	}
}
