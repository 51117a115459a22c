package wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// sameFrame holds what a Repeater gives against what Parse gives.
func sameFrame(t *testing.T, b []byte, got *Frame, n int, err error) {
	t.Helper()
	var want Frame
	m, err2 := Parse(b, Limits{}, &want)
	if n != m || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
		t.Fatalf("%q: %d %v, want %d %v", b, n, err, m, err2)
	}
	if err != nil {
		return
	}
	if !bytes.Equal(got.Raw(), want.Raw()) || !reflect.DeepEqual(got.Shape(), want.Shape()) {
		t.Fatalf("%q: raw %q", b, got.Raw())
	}
	for i, pair := range [3][2]Members{{got.Top, want.Top}, {got.Header, want.Header}, {got.Data, want.Data}} {
		if len(pair[0]) != len(pair[1]) {
			t.Fatalf("%q: list %d has %d members, want %d", b, i, len(pair[0]), len(pair[1]))
		}
		for k := range pair[0] {
			g, w := pair[0][k], pair[1][k]
			if string(g.Name) != string(w.Name) || g.Value.kind != w.Value.kind || !bytes.Equal(g.Value.raw, w.Value.raw) {
				t.Fatalf("%q: member %q: %q %q, want %q %q", b, w.Name, g.Name, g.Value.raw, w.Name, w.Value.raw)
			}
		}
	}
}

// TestRepeater: frames that differ in their values, and others among them, are read
// as Parse reads them.
func TestRepeater(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	number := func() string { return strings.TrimLeft(fmt.Sprint(random.Uint64()>>random.IntN(64)), "") }
	text := func() string {
		return []string{"a", "", "tok.en-1", strings.Repeat("x", random.IntN(100)), `\u0041`, "ä", `it\'s`, "\x01", `"`, "0"}[random.IntN(10)]
	}
	forms := []func() string{
		func() string {
			return fmt.Sprintf(`{"header":{},"data":{"sequesce":%s,"sessionId":%s,"message-type":"DATA_RESPONSE","data":%s}}`, number(), number(), number())
		},
		func() string {
			return fmt.Sprintf(`{'header': {'token': '%s'}, 'data': {'sessionId': %s, 'message-type': 'DATA_REQUEST', 'sequence': %s}}`, text(), number(), number())
		},
		func() string {
			return fmt.Sprintf(`{"data":{"a":%s,"b":"%s"},"header":{"c":%s}}`, number(), text(), number())
		},
		func() string {
			return fmt.Sprintf("{\n  \"header\": {},\n  \"data\": {\n\"sequesce\": -%s, \"x\": 0%s, \"y\": 1.5, \"z\": null}}", number(), number())
		},
		func() string { return fmt.Sprintf(`{"header":{"a":{"b":%s}},"data":{}}`, number()) },
		func() string { return fmt.Sprintf(`{"header":{},"data":{"a":%s,"a":%s}}`, number(), number()) },
		func() string { return fmt.Sprintf(`{"header":%s,"data":"%s"}`, number(), text()) },
	}
	var r Repeater
	for range 20_000 {
		b := []byte(forms[random.IntN(len(forms))]())
		if random.IntN(10) == 0 && len(b) > 0 {
			b[random.IntN(len(b))] = byte(random.IntN(256))
		}
		if random.IntN(10) == 0 {
			b = b[:random.IntN(len(b)+1)]
		}
		if random.IntN(3) == 0 {
			b = append(b, forms[random.IntN(len(forms))]()...)
		}
		if len(b) == 0 || b[0] != '{' {
			continue
		}
		f, n, err := r.Parse(b, Limits{})
		sameFrame(t, b, f, n, err)
	}
	if r.hits < 1000 {
		t.Errorf("only %d of them were read by their shape", r.hits)
	}
	long := []byte(`{"header":{},"data":{"a":1,"b":"` + strings.Repeat("x", 900) + `"}}`)
	for range 3 {
		f, n, err := r.Parse(long, Limits{Bytes: 500})
		if err == nil {
			t.Errorf("a frame over the limit: %v %d", f, n)
		}
		_, _, _ = r.Parse(long, Limits{})
	}
}

// FuzzRepeater: two frames one after the other are read as Parse reads them.
func FuzzRepeater(f *testing.F) {
	f.Add([]byte(`{"header":{},"data":{"a":1}}`), []byte(`{"header":{},"data":{"a":22}}`))
	f.Add([]byte(`{'header': {'token': 'x'}, 'data': {}}`), []byte(`{'header': {'token': 'yy'}, 'data': {}}z`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var r Repeater
		for range 2 {
			for _, b := range [][]byte{a, b, append(bytes.Clone(b), make([]byte, 2*behindRun)...)} {
				if len(b) == 0 || b[0] != '{' {
					continue
				}
				frame, n, err := r.Parse(b, Limits{})
				sameFrame(t, b, frame, n, err)
			}
		}
	})
}

func BenchmarkRepeater(b *testing.B) {
	frame := []byte(`{"header":{"token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYW1lIjoiY2xpZW50MSIsImlkIjoxfQ.KPApBO3kDgY1900AxJeduX952ND-7mB0-mv3VVJc4zs"},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":2}}`)
	answer := []byte(`{"header":{},"data":{"sequesce":2,"sessionId":1,"message-type":"DATA_RESPONSE","data":39055249351909001066161091166689146881}}`)
	b.SetBytes(int64(len(frame) + len(answer)))
	rest := bytes.Repeat([]byte("\n"), 100) // as where more frames follow
	frame, answer = append(frame, rest...), append(answer, rest...)
	var r Repeater
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = r.Parse(frame, Limits{})
		_, _, _ = r.Parse(answer, Limits{})
	}
}

// TestLikeness: frames that share it have their members in the same places.
func TestLikeness(t *testing.T) {
	var r Repeater
	seen := make(map[int]string)
	for range 3 {
		for _, shape := range []string{
			`{"header":{},"data":{"sequesce":%d,"sessionId":7,"message-type":"DATA_RESPONSE","data":%d}}`,
			`{"header":{},"data":{"sessionId":7,"sequesce":%d,"message-type":"DATA_RESPONSE","data":%d}}`,
			`{"header":{"token":"t%d"},"data":{"sessionId":7,"message-type":"DATA_REQUEST","sequence":%d}}`,
			`{"header":{"token":"t%d"},"data":{"sessionId":7,"message-type":"DATA_REPLY","sequence":%d}}`,
			`{"header":{},"data":{"a":{"b":%d},"message-type":"CLOSE","sequence":%d}}`,
		} {
			for n := range 4 {
				f, _, err := r.Parse(fmt.Appendf(nil, shape, n, 1<<n), Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if before, ok := seen[f.Likeness()]; ok && f.Likeness() != 0 && before != shape {
					t.Fatalf("%s and %s are alike", before, shape)
				}
				seen[f.Likeness()] = shape
			}
		}
	}
	if len(seen) < 4 {
		t.Errorf("%d likenesses, want one for each flat shape", len(seen))
	}
}

// TestTexts: frames that share likeness and texts differ in nothing but their integers,
// whatever is tried between them.
func TestTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	type known struct{ likeness, texts int }
	var r Repeater
	seen, shared := make(map[known]string), 0
	text := "a"
	for range 50_000 {
		if random.IntN(3) == 0 {
			text = []string{"a", "bb", "cc", strings.Repeat("d", 1100)}[random.IntN(4)]
		}
		form := []string{
			`{"header":{"token":"` + text + `"},"data":{"sessionId":%d,"message-type":"DATA_REQUEST","sequence":%d}}`,
			`{"header":{"token":"` + text + `"},"data":{"sessionId":%d,"message-type":"CLOSE","sequence":%d}}`,
			`{"header":{"token":"` + text + `"},"data":{"sessionId":%d,"message-type":"DATA_REQUEST","sequence":%d,`,
		}[random.IntN(3)]
		b := append(fmt.Appendf(nil, form, random.IntN(100), random.IntN(100)), make([]byte, random.IntN(2*behindRun))...)
		if f, n := r.Repeated(b, Limits{}); n == 0 {
			_, _, _ = r.Parse(b, Limits{})
		} else {
			k := known{f.Likeness(), f.Texts()}
			if before, ok := seen[k]; ok && before != form {
				t.Fatalf("%.99s and %.99s share %v", before, form, k)
			} else if ok {
				shared++
			}
			seen[k] = form
		}
	}
	if shared < 10_000 {
		t.Errorf("only %d share their texts with an earlier one", shared)
	}
}

// TestSame holds the comparison of words against that of bytes, with a difference in
// every place.
func TestSame(t *testing.T) {
	for n := range 80 {
		prefix := bytes.Repeat([]byte("x"), n)
		for have := range 90 {
			b := bytes.Repeat([]byte("x"), have)
			if got := same(b, prefix); got != (have >= n) {
				t.Fatalf("%d bytes begin with %d: %v", have, n, got)
			}
			for at := range min(have, n) {
				b[at] = 'y'
				if same(b, prefix) {
					t.Fatalf("%d bytes begin with %d other ones: they differ at %d", have, n, at)
				}
				b[at] = 'x'
			}
		}
	}
}

// TestBorrowedShapes: a Reader that remembers what requests look like gives what one
// gives that does not, whoever sends what and however it is split, and keeps no text.
func TestBorrowedShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 269))
	forms := []string{
		`{"header":{"token":"%s"},"data":{"sessionId":%d,"message-type":"DATA_REQUEST","sequence":%d}}` + "\n",
		`{'header': {'token': '%s'}, 'data': {'sessionId': %d, 'message-type': 'DATA_REQUEST', 'sequence': %d}}`,
		`{"data":{"message-type":"DATA_REQUEST","sequence":1,"x":"%s","sessionId":%d,"y":%d},"header":{}}`,
		`{"header":{"MAC":"%s"},"data":{"message-type":"HELLO","username":"%d","password":"%d"}}`,
		`{"header":{"token":"%s"},"data":{"sessionId":"%d","message-type":"DATA_REQUEST","sequence":%d.0}}`,
	}
	texts := []string{"t0ken", "", "another t0ken", `t0ken with \" and \\`, "t0ken of é"}
	var pool Pool
	seen := 0
	for range 3000 {
		var stream []byte
		form := forms[r.IntN(len(forms))]
		for range 1 + r.IntN(6) {
			if r.IntN(3) == 0 {
				form = forms[r.IntN(len(forms))]
			}
			stream = fmt.Appendf(stream, form, texts[r.IntN(len(texts))], r.IntN(1000), r.Int64N(1<<40))
		}
		if r.IntN(10) == 0 {
			stream[r.IntN(len(stream))] = byte(r.Uint32())
		}
		piece := 1 + r.IntN(len(stream))
		plain, borrowing := NewReader(&pieces{stream, piece}, Limits{}), NewReader(&pieces{stream, piece}, Limits{})
		borrowing.Borrow(&pool)
		borrowing.Keep(r.IntN(2) == 0)
		for {
			want, wantErr := plain.Next()
			got, err := borrowing.Next()
			if fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("%q in pieces of %d: %v, want %v", stream, piece, err, wantErr)
			}
			if err != nil {
				break
			}
			sameFrame(t, bytes.Clone(want.Raw()), got, len(got.Raw()), nil)
			if !bytes.Equal(got.Raw(), want.Raw()) {
				t.Fatalf("%q, want %q", got.Raw(), want.Raw())
			}
		}
		if l := borrowing.loan(); l != nil {
			borrowing.giveBack()
			noText(t, l)
			seen++
		}
	}
	if seen < 100 {
		t.Errorf("only %d loans looked into", seen)
	}
}

// noText: a loan that was given back keeps none of the texts that it held.
func noText(t *testing.T, l *loan) {
	t.Helper()
	kept := [][]byte{l.space[:]}
	if l.shape != nil {
		kept = append(kept, l.shape.own)
		for _, h := range l.shape.holes {
			kept = append(kept, h.last[:cap(h.last)], h.before)
		}
	}
	for _, b := range kept {
		if bytes.Contains(b, []byte("t0ken")) {
			t.Errorf("%q is kept", b)
		}
	}
}
