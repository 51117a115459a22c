package report

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
	"time"
)

// sample has each outcome, in two files by turns.
func sample() *Run {
	const tokens, closing = "scripts/tokens.proto", "scripts/close.proto"
	return &Run{
		Target: "127.0.0.1:5000", Version: "1.2.0", Took: 2500 * time.Millisecond,
		Start: time.Date(2026, 11, 23, 22, 20, 8, 785_000_000, time.FixedZone("", 3600)),
		Cases: []Case{
			{ID: "4.2/1", Title: "a good token is taken", File: tokens, Line: 3, Took: 812 * time.Microsecond},
			{ID: "4.2/2", Title: "a good token of another session is refused", File: tokens, Line: 9, Outcome: Failed,
				Message: "wanted CLOSE, got DATA_RESPONSE sequence=2", Took: 1250 * time.Microsecond,
				Details: "expect CLOSE\n       ^^^^^\n\nwanted: CLOSE\ngot:    DATA_RESPONSE\n"},
			{ID: "5/1", Title: "CLOSE #1 is <answered>", File: closing, Line: 2, Outcome: Skipped, Why: "no TLS 1.3 & no #2"},
			{ID: "4.2/3", Title: `a \n in a token`, File: tokens, Line: 15, Should: true, Outcome: Unmet,
				Message: "it's still open", Details: "    indented\nfirst", Took: 3 * time.Millisecond},
			{Title: "5 CLOSEs in turn {", File: closing, Line: 7, Should: true},
			{ID: "5/3", Title: "what was not reached", File: closing, Line: 12, Outcome: NotRun},
		},
		Interrupted: true,
	}
}

// write is what Write writes.
func write(t testing.TB, format string, r *Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, r); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for _, format := range Formats() {
		want, err := os.ReadFile("testdata/run." + format)
		if err != nil {
			t.Fatal(err)
		}
		if got := write(t, format, sample()); got != string(want) {
			t.Errorf("%s:\n%s\nwant:\n%s", format, got, want)
		}
	}
}

// TestEmpty: a run without tests is a document, too.
func TestEmpty(t *testing.T) {
	if got := write(t, "tap", &Run{}); got != "TAP version 13\n1..0 # SKIP no tests\n" {
		t.Error(got)
	}
	checkJUnit(t, &Run{})
	checkJSON(t, &Run{})
}

func TestSummary(t *testing.T) {
	r := sample()
	passed, failed, skipped, unmet, notRun := r.Counts()
	if got := []int{passed, failed, skipped, unmet, notRun}; !slices.Equal(got, []int{2, 1, 1, 1, 1}) {
		t.Errorf("counts %v", got)
	}
	if got := r.Summary(); got != "2 passed, 1 failed, 1 skipped" {
		t.Error(got)
	}
}

// full is a writer that takes nothing.
type full struct{ calls int }

var errFull = errors.New("full")

func (f *full) Write([]byte) (int, error) { f.calls++; return 0, errFull }

func TestWriteErrors(t *testing.T) {
	for _, format := range Formats() {
		var f full
		if err := Write(&f, format, sample()); !errors.Is(err, errFull) || f.calls != 1 {
			t.Errorf("%s: %v after %d calls", format, err, f.calls)
		}
	}
	const want = `no report format is called "xml": there are tap, junit, json`
	if err := Write(io.Discard, "xml", sample()); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// hostile are texts that would break a line, a document or a terminal.
func hostile() []string {
	return []string{
		"", " ", "]]>", "<![CDATA[", "&amp;", `"quoted" 'twice'`, "\x1b[31mred", "a\nb", "a\r\nb", "a\n  ...\nok 99", "a\n---",
		"ok 7", "not ok 7 - x", "\nBail out! now", "1..99", "TAP version 13", "pragma +strict", "# SKIP", "a # SKIP why",
		"a # todo", "a \\# SKIP", `a \`, `a \\`, `\#`, "#", "##", "7", "7 days", "- x", "a {", "{", "}", "a\x00b", "\x7f", "\u0085",
		"\u2028", "\u202eevil", "\ufeff", "\ufffe", "\uffff", "\U000e0041", "\xff\xfe", "caf\xc3", "\xed\xa0\x80", "\u00a0",
		"日本 ✓", "\ttab", "  leading", "trailing  ", "\n\n\nlate", "a\n\n\nb\n", "~", "|", "key: value", "- item", "%YAML 1.2",
		"\x0b\x0c", "    ok 1 - subtest", "# Subtest: x", "a # time=5ms", "{}", "[]", "'", "''", `"`, "a'b: |", "\\x7b", "\\u",
	}
}

// hostileRun has each hostile text everywhere, with each outcome.
func hostileRun() *Run {
	r := &Run{Target: "a\"<\x00\xff", Version: "\u202e<"}
	for _, s := range hostile() {
		for o := Passed; o <= NotRun; o++ {
			r.Cases = append(r.Cases, Case{
				ID: s, Title: s, File: s, Why: s, Message: s, Details: s, Outcome: o,
				Should: o == Unmet, Line: len(s), Took: time.Duration(len(s)) * time.Millisecond,
			})
			r.Cases = append(r.Cases, Case{Title: s, Details: "first\n" + s, Outcome: o})
		}
	}
	return r
}

func TestHostile(t *testing.T) {
	checkTAP(t, hostileRun())
	checkJUnit(t, hostileRun())
	checkJSON(t, hostileRun())
}

func FuzzWrite(f *testing.F) {
	for i, s := range hostile() {
		f.Add(s, s, s, s, s, s, uint8(i), i, int64(i))
	}
	f.Fuzz(func(t *testing.T, id, title, file, why, message, details string, kind uint8, line int, took int64) {
		c := Case{
			ID: id, Title: title, File: file, Line: line, Why: why, Message: message, Details: details,
			Outcome: Outcome(kind) % (NotRun + 1), Should: kind >= 128, Took: time.Duration(took),
		}
		other := Case{ID: title, Title: details, File: why, Outcome: Failed, Message: id, Details: file}
		r := &Run{Target: message, Version: file, Cases: []Case{c, other, c}, Took: time.Duration(took)}
		checkTAP(t, r)
		checkJUnit(t, r)
		checkJSON(t, r)
	})
}
