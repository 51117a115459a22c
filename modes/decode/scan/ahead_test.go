package scan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// consoleOf is what a server prints over lines, of so many frames, its name and a time before each.
func consoleOf(name string, frames int) (lines []string) {
	for i := range frames {
		lines = append(lines, "", "Plain text data x", "Received: {", `    "header": {`, `        "token": "`+strings.Repeat("t", 100)+`"`, "    },",
			`    "data": {`, fmt.Sprintf(`        "sequesce": %d,`, i), `        "sessionId": 1,`, `        "message-type": "CLOSE"`, "    }", "}")
	}
	for i := range lines {
		lines[i] = fmt.Sprintf("%s  | 2026-11-23T14:33:%02d.123456Z %s", name, i%60, lines[i])
	}
	return lines
}

// interleave mixes lists, each in its own order: in turns, or at random.
func interleave(rnd *rand.Rand, lists [][]string) string {
	var text strings.Builder
	for i := 0; len(lists) > 0; {
		if rnd != nil {
			i = rnd.IntN(len(lists))
		}
		text.WriteString(lists[i][0] + "\n")
		if lists[i] = lists[i][1:]; len(lists[i]) == 0 {
			lists = slices.Delete(lists, i, i+1)
		} else {
			i++
		}
		if i >= len(lists) {
			i = 0
		}
	}
	return text.String()
}

// TestInterleaved: frames of which the lines lie among those of hundreds of servers are
// found, each once.
func TestInterleaved(t *testing.T) {
	const frames = 6
	for _, servers := range []int{1, 2, 70, 200, 250} {
		for _, order := range []*rand.Rand{nil, rand.New(rand.NewPCG(1, 1)), rand.New(rand.NewPCG(2, 2))} {
			var lists [][]string
			var want []string
			for i := range servers {
				name := fmt.Sprintf("server-%d", i+1)
				lists = append(lists, consoleOf(name, frames))
				for k := range frames {
					want = append(want, fmt.Sprintf("%s %d", name, k))
				}
			}
			text := []byte(interleave(order, lists))
			for _, most := range []int{40_000, 3_000_000} {
				if servers < 100 {
					most /= 20
				}
				var got []string
				for _, s := range scanRandomly(t, rand.New(rand.NewPCG(3, 3)), text, most, false) {
					before, around, _ := strings.Cut(s, " [")
					got = append(got, strings.Split(around, "|")[1]+" "+before[strings.LastIndexByte(before, ' ')+1:])
				}
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("%d servers, at random %v, pieces of %d: %d of %d frames", servers, order != nil, most, len(got), len(want))
				}
			}
		}
	}
}

// TestOpening: of several lines that end with a brace the last is where a frame begins, and
// a line that is of no frame holds nothing up for long.
func TestOpening(t *testing.T) {
	frame := "x | Received: {\nx |   \"header\": {},\nx |   \"data\": {\nx |     \"message-type\": \"CLOSE\",\nx |     \"sequesce\": 1\nx |   }\nx | }\n"
	for name, before := range map[string]string{
		"nothing":          "",
		"one":              "x | func main() {\n",
		"two":              "x | func main() {\nx | if x {\n",
		"of another":       "y | func main() {\n",
		"of none":          "func main() {\n",
		"far before":       "x | func main() {\n" + strings.Repeat("y | z\n", 100),
		"many":             strings.Repeat("x | for {\n", 1000),
		"many of others":   strings.Repeat("y | for {\n", 1000),
		"one that goes on": "x | {\nx |   \"header\": {},\nx |   oh\n",
	} {
		var got []string
		new(Scanner).Scan([]byte(before+frame), true, func(f *Found) {
			got = append(got, fmt.Sprintf("%d %v", f.Offset-int64(len(before)), f.Whole))
		})
		if want := []string{fmt.Sprintf("%d true", strings.IndexByte(frame, '{'))}; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	s := &Scanner{}
	text := []byte("func main() {\n" + strings.Repeat("x | y\n", nearLines+1))
	if n := s.Scan(text, false, func(*Found) {}); n < 20 {
		t.Errorf("%d bytes taken of %d", n, len(text))
	}
}

// BenchmarkAhead: lines that are made to be looked at again and again.
func BenchmarkAhead(b *testing.B) {
	for name, of := range map[string]func(i int) string{
		"braces":           func(int) string { return "x {\n" },
		"second lines":     func(int) string { return "x | \"header\": }, {\n" },
		"first and second": func(i int) string { return []string{"x | {\n", "x | \"header\": {},\n"}[i%2] },
		"many prefixes":    func(i int) string { return fmt.Sprintf("%c%c | \"data\" {\n", 'a'+i/26%26, 'a'+i%26) },
		"frames in vain": func(i int) string {
			return fmt.Sprintf("%c%c | %s\n", 'a'+i/26%26, 'a'+i%26, []string{"{", `"data": {`, "x"}[i/676%3])
		},
		"a prefix for each": func(i int) string { return fmt.Sprintf("%d | \"data\" {\n", i) },
		"records":           func(i int) string { return fmt.Sprintf(`{"log":"{\n","a":"%d"}`+"\n", i) },
		"200 servers":       nil,
	} {
		var text strings.Builder
		if of == nil {
			var lists [][]string
			for i := range 200 {
				lists = append(lists, consoleOf(fmt.Sprintf("server-%d", i+1), 10))
			}
			text.WriteString(interleave(rand.New(rand.NewPCG(1, 1)), lists))
		}
		for i := 0; of != nil && text.Len() < 1<<20; i++ {
			text.WriteString(of(i))
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				s, rest := &Scanner{}, []byte(text.String())
				for len(rest) > 0 {
					window := rest[:min(len(rest), 2*Window)]
					rest = rest[s.Scan(window, len(window) == len(rest), func(*Found) {}):]
				}
			}
		})
	}
}
