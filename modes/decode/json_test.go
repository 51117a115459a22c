package decode

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"proto/modes/decode/follow"
	"proto/modes/decode/scan"
)

// TestJSONPaths: the path of requests and answers writes what the general one does.
func TestJSONPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 269))
	pick := func(list ...string) []byte { return []byte(list[r.IntN(len(list))]) }
	numbers := []string{"", "1", "0", "17", "-3", "123456789012345", "1234567890123456", `"1"`, "'2'", "1.5", "null"}
	sources := []*source{{json: []byte(`"a"`)}, {json: []byte(`"b.log"`)}}
	var w jsonWriter
	quick := 0
	for range 20_000 {
		rec := record{
			n: r.Int64N(1 << r.IntN(50)), offset: r.Int64N(1 << r.IntN(60)), source: sources[r.IntN(2)],
			kind: []kind{requestKind, answerKind, helloKind}[r.IntN(3)], whole: true,
			answer: follow.Answer{Session: pick(numbers...), Sequence: pick(numbers...)},
		}
		rec.dir = directionOf(rec.kind, false)
		if rec.kind == answerKind {
			rec.result = &follow.Result{
				Status: follow.Statuses()[r.IntN(2)*r.IntN(8)], Period: r.IntN(12),
				Text: pick("abcdefgh", "", "a b", "z{", "`a", "é", "\x1b[m", "\xff"), Note: string(pick("", "", "new key", `it is "so"`)),
			}
		}
		got := w.append(nil, &rec)
		slow := rec
		slow.around = new(scan.Context) // says nothing, and takes the general path
		if want := new(jsonWriter).append(nil, &slow); !bytes.Equal(got, want) {
			t.Fatalf("%s, want %s", got, want)
		}
		var o struct{ N, Offset int64 }
		if err := json.Unmarshal(got, &o); err != nil || o.N != rec.n || o.Offset != rec.offset {
			t.Fatalf("%s: %v", got, err)
		}
		if rec.kind != helloKind && isSmall(rec.answer.Session) && isSmall(rec.answer.Sequence) {
			quick++
		}
	}
	if quick < 500 {
		t.Errorf("%d of the quick path: too few", quick)
	}
	for _, text := range []string{"", "1", "999999999999999", "9999999999999999", "12a", "-1"} {
		n, err := strconv.ParseInt(text, 10, 64)
		if want := err == nil && n >= 0 && n < 1e15; isSmall([]byte(text)) != want {
			t.Errorf("isSmall(%q) = %v", text, !want)
		}
	}
}

// TestJSONKeepsText: whatever an answer holds can be had back from its object.
func TestJSONKeepsText(t *testing.T) {
	for _, test := range []struct{ text, note, wantNote string }{
		{"abcdefgh", "", ""},
		{"21.5 \u00b0C \x00\u2028\U0001f600", "", ""},
		{"\ufffd", "", ""}, // the character itself
		{"\xff\xfe\x00\x01", "", "text is not UTF-8: hex fffe0001"},
		{"\xff\xfd\x00\x01", "new key", "new key, text is not UTF-8: hex fffd0001"},
		{"a\xc3", "", "text is not UTF-8: hex 61c3"},
		{"\xed\xa0\x80", "", "text is not UTF-8: hex eda080"}, // half of a pair of UTF-16
	} {
		rec := record{source: &source{json: []byte(`"a"`)}, kind: answerKind, whole: true, result: &follow.Result{Text: []byte(test.text), Note: test.note, Period: 1}}
		line := new(jsonWriter).append(nil, &rec)
		var o struct {
			Text, Status string
			Note         *string
		}
		if err := json.Unmarshal(line, &o); err != nil || o.Status != "ok" {
			t.Fatalf("%s: %v", line, err)
		}
		note := ""
		if o.Note != nil {
			note = *o.Note
		}
		text := o.Text
		if _, digits, ok := strings.Cut(note, "text is not UTF-8: hex "); ok {
			b, err := hex.DecodeString(digits)
			if err != nil {
				t.Error(err)
			}
			text = string(b)
		}
		if text != test.text || note != test.wantNote {
			t.Errorf("%q: %q with note %q, want %q", test.text, text, note, test.wantNote)
		}
	}
}
