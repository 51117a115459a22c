package decode

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"proto/wire"
)

// traffic is what one server says, a frame a line, and the texts in it.
func traffic(t *testing.T, size int) (lines, texts []string) {
	t.Helper()
	var text, plain bytes.Buffer
	if err := writeTraffic(&text, size, false); err != nil {
		t.Fatal(err)
	}
	if err := slowDecode(text.Bytes(), &plain); err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimRight(text.String(), "\n"), "\n"), strings.Fields(plain.String())
}

func statusesOf(lines []line) (list []string) {
	for _, l := range lines {
		if l.Type == "DATA_RESPONSE" {
			list = append(list, l.Status)
		}
	}
	return list
}

// TestRecoveredIV: a capture that starts in mid-session is read from its first key
// change on; the IV is found from several key periods.
func TestRecoveredIV(t *testing.T) {
	lines, texts := traffic(t, 28_000) // one session of some 80 answers
	text := []byte(strings.Join(lines[2:], ""))
	got, err := decodeJSON(t, text, nil)
	if err == nil {
		t.Error("exit 0, and the answers before the first key change cannot be read")
	}
	n, recovered := 0, 0
	for _, l := range got {
		if l.Type != "DATA_RESPONSE" {
			continue
		}
		switch want := texts[n]; {
		case n < 9 && l.Status != "no_key", n >= 9 && (l.Status != "ok" || l.Text != want):
			t.Errorf("answer %d: %+v, want %q", n, l, want)
		}
		if strings.Contains(l.Note, "iv: recovered") {
			recovered++
		}
		n++
	}
	if recovered < 3 {
		t.Errorf("%d marked", recovered)
	}
	// With one key period there are too few.
	got, _ = decodeJSON(t, []byte(strings.Join(lines[2:26], "")), nil)
	if i := slices.IndexFunc(got, func(l line) bool { return l.Status == "no_iv" }); i < 0 || !strings.HasSuffix(got[i].Note, " IVs fit") {
		t.Errorf("%+v", got)
	}
	// What is known can be given.
	var f wire.Frame
	if _, err := wire.Parse([]byte(lines[1]), wire.Limits{}, &f); err != nil {
		t.Fatal(err)
	}
	key, err := wire.ParseKey(f.Data.Get("key1").Raw())
	iv, err2 := wire.ParseIV(f.Data.Get("key2").Raw())
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	got, err = decodeJSON(t, text, func(o *options) { o.key, o.iv = &key, &iv })
	if s := statusesOf(got); err != nil || slices.ContainsFunc(s, func(s string) bool { return s != "ok" }) {
		t.Errorf("%v %q", err, s)
	}
	got, _ = decodeJSON(t, text, func(o *options) { o.iv = &iv })
	if s := statusesOf(got); s[8] != "no_key" || s[9] != "ok" {
		t.Errorf("%q", s)
	}
}

// TestManySessions: two hundred sessions, frame by frame among each other, of one
// server and of as many servers that all use session 1.
func TestManySessions(t *testing.T) {
	var servers [200][]string
	var texts [200][]string
	for i := range servers {
		servers[i], texts[i] = traffic(t, 5_000)
	}
	var text strings.Builder
	for n := 0; ; n++ {
		any := false
		for i, lines := range servers {
			if n < len(lines) {
				any = true
				fmt.Fprintf(&text, `{"time":"2026-11-23T14:33:46Z","stream":%d,"frame":%s}`+"\n", i, strings.TrimSpace(lines[n]))
			}
		}
		if !any {
			break
		}
	}
	got, err := decodeJSON(t, []byte(text.String()), nil)
	if err != nil {
		t.Error(err)
	}
	for stream, list := range answers(got) {
		var i int
		if _, err := fmt.Sscan(stream, &i); err != nil || !slices.Equal(list, texts[i]) {
			t.Errorf("stream %q: %q, want %q", stream, list, texts[i])
		}
	}
}

// TestSecondKeyServesBoth: where a server has one cipher for a connection, the key
// of the second HELLO serves both sessions.
func TestSecondKeyServesBoth(t *testing.T) {
	iv := wire.IV([]byte("abcdefghijklmnop"))
	var text strings.Builder
	ack := func(id int) *wire.Chain {
		var key wire.Key
		rand.Read(key[:])
		fmt.Fprintf(&text, `{"header":{},"data":{"sequesce":1,"sessionId":%d,"message-type":"HELLO_ACK","key1":%s,"key2":%s}}`+"\n",
			id, wire.AppendNumber(nil, key[:], wire.Shift), wire.AppendNumber(nil, iv[:], wire.Shift))
		return wire.NewChain(key, iv, wire.Dialect{})
	}
	ack(1)
	chain := ack(2)
	var want []string
	for n := range 12 {
		want = append(want, "text"+string(rune('a'+n)))
		data, _ := chain.Seal(nil, []byte(want[n]))
		fmt.Fprintf(&text, `{"header":{},"data":{"sequesce":%d,"sessionId":%d,"message-type":"DATA_RESPONSE","data":%s}}`+"\n", n/2+2, n%2+1, data)
	}
	got, err := decodeJSON(t, []byte(text.String()), nil)
	if texts := answers(got)[""]; err != nil || !slices.Equal(texts, want) {
		t.Errorf("%v %q", err, texts)
	}
}

// TestOlderDialect: chained answers tell the dialect; one alone is read by its
// letters; where those do not decide, both readings are given.
func TestOlderDialect(t *testing.T) {
	iv := wire.IV([]byte("uebikxubbfiumoxh"))
	for _, d := range []wire.Dialect{{Unpadded: true}, {Unpadded: true, Unshifted: true}} {
		for range 20 {
			var key wire.Key
			rand.Read(key[:])
			chain := wire.NewChain(key, iv, d)
			var values []string
			want := []string{"qzzqbinx", "abcdefgh", "zyxwvuts"}
			for _, text := range want {
				data, _ := chain.Seal(nil, []byte(text))
				values = append(values, string(data))
			}
			set := func(o *options) { o.key, o.iv = &key, &iv }
			frames := func(values []string) (text string) {
				for i, v := range values {
					text += fmt.Sprintf(`{"header":{},"data":{"sequesce":%d,"sessionId":1,"message-type":"DATA_RESPONSE","data":%s}}`+"\n", i+2, v)
				}
				return text
			}
			got, err := decodeJSON(t, []byte(frames(values)), set)
			if slices.Contains(statusesOf(got), "rounded") {
				continue // of the numbers of 8 bytes one in 2048 equals its float64
			}
			if texts := answers(got)[""]; err != nil || !slices.Equal(texts, want) {
				t.Fatalf("%+v: %v %+v", d, err, got)
			}
			got, _ = decodeJSON(t, []byte(frames(values[:1])), set)
			switch l := got[0]; l.Status {
			case "ok":
				if l.Text != want[0] || l.Note != "dialect: by text" {
					t.Errorf("%+v: %+v", d, l)
				}
			case "ambiguous":
				if !strings.Contains(l.Note, `"`+want[0]+`"`) {
					t.Errorf("%+v: %+v", d, l)
				}
			case "rounded": // nothing follows that shows it to be exact
				f, _ := strconv.ParseFloat(values[0], 64)
				if exact := strconv.FormatFloat(f, 'f', 0, 64); values[0] != exact && values[0] != strconv.FormatFloat(f, 'f', -1, 64) {
					t.Errorf("%+v: %s: %+v", d, values[0], l)
				}
			default:
				t.Errorf("%+v: %+v", d, l)
			}
		}
	}
}
