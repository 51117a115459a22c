package wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRuns holds the comparison by runs against that by holes, on frames that are alike, on
// such with one byte changed, and where less and less is behind them.
func TestRuns(t *testing.T) {
	if !hasRuns {
		t.Skip("this processor, or this build, has no runs")
	}
	random := rand.New(rand.NewPCG(9, 269))
	number := func() string {
		switch random.IntN(8) {
		case 0:
			return "0"
		case 1:
			return "1" + strings.Repeat("7", random.IntN(70))
		}
		return fmt.Sprint(random.Uint64() >> random.IntN(64))
	}
	forms := []string{
		`{"header":{},"data":{"sequesce":%s,"sessionId":%s,"message-type":"DATA_RESPONSE","data":%s}}`,
		`{'header': {'token': '` + strings.Repeat("tok.en", 30) + `'}, 'data': {'sessionId': %s, 'message-type': 'DATA_REQUEST', 'sequence': %s, 'x': %s}}`,
		`{"data":{"a":%s,"b":"x"},"header":{"c":%s,"d":"","e":%s,"f":"` + strings.Repeat("y", 31) + `"}}`,
		`{"header":{"a":"1","b":"22","c":"333","d":"4444"},"data":{"sequence":%s,"b":null,"c":%s,"d":1.5,"e":-1,"f":%s}}`,
	}
	read, refused := 0, 0
	for range 2000 {
		form := forms[random.IntN(len(forms))]
		frame := func() []byte { return fmt.Appendf(nil, form, number(), number(), number()) }
		var first Frame
		if _, err := Parse(frame(), Limits{}, &first); err != nil {
			t.Fatal(err)
		}
		s, plain := newShape(&first, Limits{}), newShape(&first, Limits{})
		for range 2 { // the texts are new in the first
			s.repeat(append(frame(), make([]byte, 200)...), 1000)
		}
		if !s.runs.any() {
			t.Fatalf("no runs in %q", first.Raw())
		}
		for range 20 {
			b := frame()
			longest := 0
			for _, digits := range bytes.FieldsFunc(b, func(r rune) bool { return r < '0' || r > '9' }) {
				longest = max(longest, len(digits))
			}
			changed := random.IntN(2) == 0
			if changed {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
			rest := random.IntN(130)
			b = append(b, bytes.Repeat([]byte("1"), rest)...)
			limit := 1000
			if random.IntN(10) == 0 {
				limit = random.IntN(300)
			}
			want, got := plain.match(b, limit), s.matchRuns(b, limit)
			switch {
			case got != 0 && got != want:
				t.Fatalf("%q: %d bytes, want %d", b, got, want)
			case got == 0 && want != 0 && !changed && rest >= behindRun && longest < 64:
				t.Fatalf("%q: not read", b)
			case got == 0:
				refused++
			default:
				read++
				sameFrame(t, b, &s.frame, got, nil)
			}
		}
	}
	if read < 5000 || refused < 5000 {
		t.Errorf("%d were read and %d refused: too few", read, refused)
	}
}

// TestRunsFollow: where texts change the runs change with them, and not with each.
func TestRunsFollow(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 269))
	var r Repeater
	token := "a"
	for range 20_000 {
		if random.IntN(5) == 0 {
			token = strings.Repeat(string(rune('a'+random.IntN(26))), 1+random.IntN(40))
		}
		b := fmt.Appendf(nil, `{"header":{"token":"%s"},"data":{"sessionId":%d,"message-type":"DATA_REQUEST","sequence":%d}}`, token, random.IntN(300), random.IntN(300))
		b = append(b, bytes.Repeat([]byte("\n"), random.IntN(200))...)
		if random.IntN(100) == 0 {
			b = b[:random.IntN(3)*random.IntN(len(b))/2]
		}
		f, n, err := r.Parse(b, Limits{})
		sameFrame(t, b, f, n, err)
	}
}
