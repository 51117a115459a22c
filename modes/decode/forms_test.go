package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"proto/modes"
)

// truths are the texts of the two sessions that the captures in testdata are of.
func truths(t *testing.T) [2][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/texts.txt")
	if err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(string(b), "\n")
	return [2][]string{strings.Fields(first), strings.Fields(second)}
}

// forms are the captures: the same session or two in the form of many tools.
func forms(t *testing.T) (files []string) {
	t.Helper()
	all, err := filepath.Glob("testdata/*")
	if err != nil || len(all) < 15 {
		t.Fatal(err, all)
	}
	return slices.DeleteFunc(all, func(f string) bool { return f == "testdata/texts.txt" })
}

// line is an object of --json.
type line struct {
	N, Offset                           int64
	Session                             any
	Sequence                            any
	File, Time, Dir, Stream, Type, Text string
	Status, Note                        string
	KeyPeriod                           int `json:"key_period"`
}

func decodeJSON(t *testing.T, text []byte, change func(*options)) (lines []line, err error) {
	t.Helper()
	var out bytes.Buffer
	o := &options{json: true, workers: 1}
	if change != nil {
		change(o)
	}
	p := &modes.Process{In: bytes.NewReader(text), Out: &out, Err: io.Discard, Env: func(string) string { return "" }}
	err = o.run(context.Background(), p)
	d := json.NewDecoder(&out)
	for {
		var l line
		if e := d.Decode(&l); e == io.EOF {
			return lines, err
		} else if e != nil {
			t.Fatal(e)
		}
		lines = append(lines, l)
	}
}

// answers are the texts of each stream.
func answers(lines []line) map[string][]string {
	m := make(map[string][]string)
	for _, l := range lines {
		if l.Type == "DATA_RESPONSE" && l.Status == "ok" {
			m[l.Stream] = append(m[l.Stream], l.Text)
		}
	}
	return m
}

// TestForms: all texts are found in every form, and none is invented; the text that
// a log prints itself is the one that is decoded.
func TestForms(t *testing.T) {
	truth := truths(t)
	for _, file := range forms(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for workers := 1; workers <= 2; workers++ {
			lines, err := decodeJSON(t, text, func(o *options) {
				o.workers = workers
				o.verify = strings.Contains(string(text), "ata received in") || strings.Contains(string(text), "Plain text")
			})
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
			got := answers(lines)
			two := len(got) == 2
			for _, texts := range got {
				if !slices.Equal(texts, truth[0]) && !(two && slices.Equal(texts, truth[1])) {
					t.Errorf("%s: %q", file, texts)
				}
			}
			if len(got) == 0 {
				t.Errorf("%s: nothing", file)
			}
		}
	}
}

// TestCut: a capture that ends anywhere loses at most the frame that it ends in,
// and gives no wrong text.
func TestCut(t *testing.T) {
	truth := truths(t)
	for _, file := range forms(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		step := len(text)/60 + 1
		if strings.Contains(file, "bare-literal") {
			step = 1
		}
		before := 0
		for n := 0; n <= len(text); n += step {
			lines, err := decodeJSON(t, text[:n], nil)
			var e *modes.Error
			if err != nil && (!asError(err, &e) || e.Code != modes.ExitNotWell && e.Code != modes.ExitPeer) {
				t.Fatalf("%s cut at %d: %v", file, n, err)
			}
			found := 0
			for stream, texts := range answers(lines) {
				if !isPrefix(texts, truth[0]) && !isPrefix(texts, truth[1]) {
					t.Fatalf("%s cut at %d: stream %q: %q", file, n, stream, texts)
				}
				found += len(texts)
			}
			if found < before {
				t.Fatalf("%s cut at %d: %d texts, and %d were in less", file, n, found, before)
			}
			before = found
		}
	}
}

func asError(err error, e **modes.Error) bool {
	got, ok := err.(*modes.Error)
	*e = got
	return ok
}

func isPrefix(some, all []string) bool {
	return len(some) <= len(all) && slices.Equal(some, all[:len(some)])
}

// TestLosses: what is said of the answers behind a loss.
func TestLosses(t *testing.T) {
	truth := truths(t)[0]
	b, err := os.ReadFile("testdata/lines-time-direction.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.SplitAfter(string(b), "\n")
	// Lines: HELLO, HELLO_ACK, then request and answer of sequence 2, 3 …
	without := func(sequences ...int) string {
		var kept []string
		for i, l := range all {
			if !(i%2 == 1 && slices.Contains(sequences, i/2+1)) {
				kept = append(kept, l)
			}
		}
		return strings.Join(kept, "")
	}
	statuses := func(text string, change func(*options)) (list []string) {
		lines, _ := decodeJSON(t, []byte(text), change)
		for _, l := range lines {
			if l.Type == "DATA_RESPONSE" {
				list = append(list, l.Status)
				if l.Status == "ok" && l.Text != truth[int(l.Sequence.(float64))-2] {
					t.Errorf("sequence %v is %q", l.Sequence, l.Text)
				}
			}
		}
		return list
	}
	ok := func(n int) []string { return slices.Repeat([]string{"ok"}, n) }
	for name, test := range map[string]struct {
		text   string
		change func(*options)
		want   []string
	}{
		"nothing lost":      {without(), nil, ok(12)},
		"the first":         {without(2), nil, append([]string{"no_prev"}, ok(10)...)},
		"one in the middle": {without(5), nil, append(append(ok(3), "no_prev"), ok(7)...)},
		"the last of a key": {without(10), nil, ok(11)},
		"the key change":    {without(11), nil, append(ok(9), "no_prev", "no_key")[:11]},
		"a repeated answer": {strings.Replace(without(), all[7], all[7]+all[7], 1), nil, ok(13)},
		"no HELLO_ACK":      {without(1), nil, append(slices.Repeat([]string{"no_key"}, 9), "no_iv", "ok", "ok")},
	} {
		if got := statuses(test.text, test.change); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestRounded: a number that has been through a float is refused, in each form.
func TestRounded(t *testing.T) {
	for number, want := range map[string]string{
		"2.7440885471489285e+38": "rounded", "274408854714892850000000000000000000000": "rounded",
		"170141183460469231731687303715884105728": "rounded", "1.5": "rounded", "80348363835238168000000000000000000000": "rounded", // 17 digits
		"170141183460469231731687303715884105729": "no_key", "256": "no_key", "1099511627776": "no_key",
	} {
		lines, err := decodeJSON(t, []byte(`{"header":{},"data":{"sequesce":2,"sessionId":1,"message-type":"DATA_RESPONSE","data":`+number+`}}`), nil)
		if err == nil || len(lines) != 1 || lines[0].Status != want {
			t.Errorf("%s: %+v %v", number, lines, err)
		}
	}
}

// TestHostileNames: nothing of a capture acts on the terminal.
func TestHostileNames(t *testing.T) {
	text := []byte(`{"header":{"MAC":"\u001b[2J\r\n\u202e"},"data":{"username":"a\u001b]0;x\u0007\nb","password":"p","message-type":"HELLO\u001b","sequence":"\u001b1"}}` + "\n" +
		`{"header":{"MAC":"\u001b[2J"},"data":{"username":"a\u001b]0;x\u0007\nb","password":"p","message-type":"HELLO","sequence":1,"sessionId":"\u001b[1m"}}` + "\n" +
		"\x1b[31mhost \u202e[1]: {\"header\":{},\"data\":{\"message-type\":\"CLOSE\",\"sequesce\":1,\"isAuthencatedUser\":\"\\u001b\"}}\n")
	var out bytes.Buffer
	p := &modes.Process{In: bytes.NewReader(text), Out: &out, Err: io.Discard, Env: func(string) string { return "" }}
	if err := (&options{workers: 1, secrets: true}).run(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\a\r\u202e") || strings.Count(out.String(), "\n") != 3 {
		t.Errorf("%q", out.String())
	}
}
