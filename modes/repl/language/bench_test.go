package language

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// BenchmarkParse reads 1 MB and 10 MB of each kind of text: the time for a byte must
// not grow. TestMemory holds what each may take.
func BenchmarkParse(b *testing.B) {
	for _, kind := range largeTexts() {
		for _, megabytes := range []int{1, 10} {
			src := NewSource("", kind.text(megabytes<<20))
			b.Run(fmt.Sprintf("%s/%dMB", kind.name, megabytes), func(b *testing.B) {
				b.SetBytes(int64(len(src.Text)))
				for b.Loop() {
					Parse(src)
				}
			})
		}
	}
}

// A largeText is a text of any size, with errors or without.
type largeText struct{ name, head, line, tail string }

func (l largeText) text(size int) []byte {
	return []byte(l.head + strings.Repeat(l.line, (size-len(l.head)-len(l.tail))/len(l.line)) + l.tail)
}

func largeTexts() []largeText {
	return []largeText{
		{"script", "", "expect DATA_RESPONSE sequesce:=2 text~^[a-z]{8}$ x=1 within 5s # a comment\n", ""},
		{"frames", "", "{\"header\":{\"token\":\"$token\"},\"data\":{\"message-type\":\"PING\",\"sequence\":$seq+1}}\n", ""},
		{"blocks", "", "repeat 2 {\n  hello\n}\n", ""},
		{"nested", strings.Repeat("repeat 2 {\n", 998), "hello\n", strings.Repeat("}\n", 998)},
		{"one block", "repeat 2 {\n", "hello a=b\n", "}"},
		{"fields", "hello ", "a=b ", ""},
		{"values", "hello ", "a:=1 ", ""},
		{"variables", "raw ", "$x.y-z", ""},
		{"hex", "bytes ", "00ff ", ""},
		{"text", "raw `", "text $x\n", "`"},
		{"array", "{\"a\":[", "1, # one\n", "1]}"},
		{"strings", "{\"a\":[", "\"$x\",", "1]}"},
		{"brackets", "{\"a\":[", "[[]],", "1]}"},
		{"blanks", strings.Repeat("repeat 1 ", 900) + "hello", " ", ""},
		{"comments", "", "# nothing\n", ""},
		// with errors
		{"word", "", "x", ""},
		{"choice", "show ", "x", ""},
		{"field word", "hello ", "x", ""},
		{"type", "expect a=$x", "x", ""},
		{"bad value", "hello a:=", "x", ""},
		{"deep", "", "[", ""},
		{"deep value", "{\"a\":", "[", ""},
		{"open bracket", "hello a:=[", "1,\n", ""},
		{"open brackets", "", "hello a:={\n", ""},
		{"open quotes", "", "hello a='b\n", ""},
		{"open text", "raw `", "hello\n", ""},
		{"open block", "repeat 2 {\n", "hello\n", ""},
		{"open blocks", "", "repeat 2 {\n", ""},
		{"bad last", "{\"a\":[", "\"x\",", "\"\\q\"]}"},
		{"errors", "", "helo }\n", ""},
	}
}

// TestMemory: what is parsed takes at most this many bytes of memory for each of its
// own; a word that means nothing must not cost more than one that does.
func TestMemory(t *testing.T) {
	const most = 700
	for _, kind := range largeTexts() {
		src := NewSource("", kind.text(256<<10))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		Parse(src)
		runtime.ReadMemStats(&after)
		if n := (after.TotalAlloc - before.TotalAlloc) / uint64(len(src.Text)); n > most {
			t.Errorf("%s: %d bytes for each byte of the text", kind.name, n)
		}
	}
}
