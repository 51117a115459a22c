package scan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// scanRandomly finds all frames of a text in pieces of random sizes, some of them
// empty, and fails where the scanner keeps more than it may.
func scanRandomly(t *testing.T, rnd *rand.Rand, text []byte, most int, truths bool) (list []string) {
	t.Helper()
	s := &Scanner{Truths: truths}
	var window []byte
	for from := 0; ; {
		to := min(from+rnd.IntN(most+1), len(text))
		final := to == len(text)
		window = append(window, text[from:to]...)
		from = to
		n := s.Scan(window, final, func(f *Found) { list = append(list, shown(f)) })
		if window = append([]byte(nil), window[n:]...); len(window) >= Window+most {
			t.Fatalf("%d bytes are kept", len(window))
		}
		if final {
			return list
		}
	}
}

// TestSplit: long captures with much between the frames give the same in any pieces,
// with their context.
func TestSplit(t *testing.T) {
	files, err := filepath.Glob("../testdata/*")
	if err != nil || len(files) < 15 {
		t.Fatal(err, files)
	}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rnd := rand.New(rand.NewPCG(uint64(i), 5))
		long := withNoise(rnd, text)
		for _, truths := range []bool{false, true} {
			want := scanAll(long, len(long), truths)
			if len(want) == 0 && !strings.HasSuffix(file, "texts.txt") {
				t.Errorf("%s: nothing found", file)
			}
			for _, most := range []int{50, 3_000, 20_000, 600_000} {
				got := scanRandomly(t, rnd, long, most, truths)
				if slices.Equal(got, want) {
					continue
				}
				for i := range max(len(got), len(want)) {
					if at(got, i) != at(want, i) {
						t.Errorf("%s in pieces of up to %d, truths %v: find %d is\n%s\nwant\n%s", file, most, truths, i, at(got, i), at(want, i))
						break
					}
				}
			}
		}
	}
}

// withNoise puts lines of other programs, and at times very long ones, between the
// lines of a capture.
func withNoise(rnd *rand.Rand, text []byte) (long []byte) {
	for line := range strings.Lines(string(text)) {
		long = append(long, line...)
		switch n := rnd.IntN(100); {
		case n < 5:
			long = append(long, strings.Repeat("noise ", rnd.IntN(4_000))+"\n"...)
		case n < 8:
			long = append(long, strings.Repeat("2026-11-23 14:33:46 other: {} { \"x\": 1 }\n", rnd.IntN(200))...)
		case n < 10:
			long = fmt.Appendf(long, "Connection from: ('127.0.0.1', %d)\n", rnd.IntN(65536))
		}
	}
	return long
}

// TestMemory: what begins like a frame and never ends is not kept beyond the window,
// and the frame behind it is found.
func TestMemory(t *testing.T) {
	const frame = "\n" + `{"header":{},"data":{"message-type":"CLOSE","sequesce":1}}` + "\n"
	rnd := rand.New(rand.NewPCG(9, 9))
	for _, begin := range []string{`{"header":{"x":"`, `{\"header\":\"`, "{\n", "{\n\"header\": {\n", "x: {\nx: \"header\": {\n", "Plain text data ", "{\"log\":\"{\\n\",\"time\":\"\"}\n", `{`, `"`} {
		for _, fill := range []string{"y", " ", "\n", "{", "\\", "x: y\n"} {
			text := begin + strings.Repeat(fill, 600_000/len(fill)) + frame
			found := scanRandomly(t, rnd, []byte(text), 64<<10, true)
			if !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, `frame  "CLOSE" 1`) }) {
				t.Errorf("%q and many %q: %q", begin, fill, found)
			}
		}
	}
}

// TestGarbage: what is no frame, and stands close together, is not paid for with memory
// for what is before each.
func TestGarbage(t *testing.T) {
	text := []byte(strings.Repeat(`{"header":{},"data":{}}`, 100_000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := &Scanner{}
	for from := 0; from < len(text); {
		from += s.Scan(text[from:min(len(text), from+100_000)], from+100_000 >= len(text), func(f *Found) { t.Errorf("found %s", shown(f)) })
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes for %d", n, len(text))
	}
}

// TestGarbageInStrings: the same in a string within a string.
func TestGarbageInStrings(t *testing.T) {
	text := []byte(strings.Repeat(`{\\\"header\\\": {`, 10_000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	new(Scanner).Scan(text, false, func(f *Found) { t.Errorf("found %s", shown(f)) })
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 { // 200 MB where it is paid for
		t.Errorf("%d bytes for %d", n, len(text))
	}
}

// TestSplitLines: whatever lines of frames follow one another, whole or in parts, with
// those of others between them, the pieces they come in do not matter.
func TestSplitLines(t *testing.T) {
	docker := func(text string) string {
		return `{"log":"` + text + `","stream":"stdout","time":"2026-11-23T14:33:46.5Z"}`
	}
	lines := []string{
		"{", "x {", `  "header": {},`, `  "header": {`, `    "a": 1`, "  },", `  "data": {`, `    "message-type": "CLOSE",`, `    "sequesce": 1`, "  }", "}", "",
		`{"header":{},"data":{"message-type":"CLOSE"}}`, `{'header': {}, 'data': {'message-type': 'CLOSE', 'ses`, `sionId': 7}}`, `{'hea`, `der': {}, 'data': {'sequesce': 1}}`,
		`{"header":{},"data":{"header":{},"data":{"sequence":1}}}`, strings.Repeat("long ", 9_000),
	}
	prefixes := []func(string) string{
		func(s string) string { return s },
		func(s string) string { return "a  | " + s },
		func(s string) string { return "b  | " + s },
		func(s string) string { return "2026-11-23T14:33:46.5Z stdout P " + s },
		func(s string) string { return "2026-11-23T14:33:46.5Z stdout F " + s },
		func(s string) string { return docker(strings.ReplaceAll(s, `"`, `\"`)) },
		func(s string) string { return docker(strings.ReplaceAll(s, `"`, `\"`) + `\n`) },
		func(s string) string { return "12:" + s },
	}
	found := 0
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		var text strings.Builder
		prefix := prefixes[0]
		for i, at := rnd.IntN(600), 0; i >= 0; i-- {
			if rnd.IntN(12) == 0 {
				prefix = prefixes[rnd.IntN(len(prefixes))]
			}
			if at++; rnd.IntN(6) == 0 {
				at = rnd.IntN(len(lines))
			}
			line := prefix(lines[at%len(lines)])
			if rnd.IntN(20) == 0 {
				line = prefixes[rnd.IntN(len(prefixes))](lines[rnd.IntN(len(lines))])
			}
			text.WriteString(line + "\n")
		}
		want := scanAll([]byte(text.String()), text.Len(), true)
		found += len(want)
		for _, most := range []int{20 + text.Len()/200, 5_000, 200_000} {
			if got := scanRandomly(t, rnd, []byte(text.String()), most, true); !slices.Equal(got, want) {
				for i := range max(len(got), len(want)) {
					if at(got, i) != at(want, i) {
						t.Fatalf("seed %d, pieces of up to %d: find %d is\n%s\nwant\n%s", seed, most, i, at(got, i), at(want, i))
					}
				}
			}
		}
	}
	if found < 500 {
		t.Errorf("only %d finds", found)
	}
}

// TestTruthBehindFrame: a text that the log prints may be on the line of a frame, and the
// window end in it.
func TestTruthBehindFrame(t *testing.T) {
	text := "x " + `{"header":{},"data":{"message-type":"CLOSE","sequesce":1}}` + "Plain text data abcdefgh\n"
	want := []string{`frame  "CLOSE" 1 [|||]`, "truth abcdefgh "}
	for piece := 1; piece <= len(text); piece++ {
		if got := scanAll([]byte(text), piece, true); !slices.Equal(got, want) {
			t.Errorf("in pieces of %d: %q", piece, got)
		}
	}
}
