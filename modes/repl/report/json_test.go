package report

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
)

// checkJSON reads the run back from its JSON.
func checkJSON(t *testing.T, r *Run) {
	t.Helper()
	text := write(t, "json", r)
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' }); i >= 0 {
		t.Errorf("unprintable at %d: %q", i, text)
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	var got jsonRun
	if err := d.Decode(&got); err != nil || d.More() {
		t.Fatalf("%v\n%s", err, text)
	}
	if got.Cases == nil || got.Passed+got.Failed+got.Skipped+got.Unmet+got.NotRun != len(got.Cases) || len(got.Cases) != len(r.Cases) {
		t.Fatalf("%+v", got)
	}
	if at, err := time.Parse(time.RFC3339Nano, got.Start); err != nil || !at.Equal(r.Start.Truncate(time.Microsecond)) {
		t.Errorf("start %s, want %v: %v", got.Start, r.Start, err)
	}
	counts := map[string]int{}
	for i, c := range got.Cases {
		in := &r.Cases[i]
		counts[c.Outcome]++
		want := jsonCase{
			ID: decoded(in.ID), Title: decoded(in.Title), Level: in.level(), File: decoded(in.File), Line: in.Line,
			Outcome: in.Outcome.String(), Why: decoded(in.Why), Message: decoded(in.Message), Details: decoded(in.Details),
			Seconds: c.Seconds,
		}
		if s, err := c.Seconds.Float64(); c != want || err != nil || s < 0 {
			t.Errorf("%+v, want %+v", c, want)
		}
	}
	want := map[string]int{"passed": got.Passed, "failed": got.Failed, "skipped": got.Skipped, "unmet": got.Unmet, "not_run": got.NotRun}
	for name, n := range want {
		if counts[name] != n {
			t.Errorf("%d %s, it has %d", n, name, counts[name])
		}
	}
}

// decoded has U+FFFD for each byte that is not UTF-8.
func decoded(s string) string { return string([]rune(s)) }
