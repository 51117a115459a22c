package connect

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"proto/modes"
)

// sessions makes a play a load.
func sessions(n int) func(*play) { return set(func(s *settings) { s.sessions = n }) }

// figuresOf reads what a load printed as JSON.
func (p *play) figuresOf() (f figures) {
	p.t.Helper()
	if err := json.Unmarshal(p.lines.Bytes(), &f); err != nil {
		p.t.Fatalf("%v: %s", err, p.lines.String())
	}
	return f
}

// TestLoad: each session is a client as it would be alone; the figures are theirs.
func TestLoad(t *testing.T) {
	answer := script{delay: func(n int) time.Duration { return 3 * time.Millisecond }}
	p := run(t, answer, sessions(40), set(asJSON), set(func(s *settings) { s.ramp, s.duration = 20*time.Second, 5*time.Minute }))
	p.want(modes.ExitDone, 320*time.Second, "")
	f := p.figuresOf()
	// The n-th opens n/2 s after the start and asks until 320 s: from 0.5 s before a
	// multiple of 30 s on one request less.
	requests := 0
	for i := range 40 {
		requests += int((320*time.Second-time.Duration(i)*500*time.Millisecond-3*time.Millisecond)/(30*time.Second)) + 1
	}
	kinds := make(map[string]int)
	for _, h := range p.heard {
		kinds[h.kind]++
	}
	if kinds["HELLO"] != 40 || kinds["CLOSE"] != 40 || kinds["DATA_REQUEST"] != requests {
		t.Errorf("the server heard %v, want %d requests", kinds, requests)
	}
	if f.Sessions != 40 || f.Opened != 40 || f.Handshakes != 40 || f.Requests != int64(requests) || f.Unwell != 0 || len(f.Errors) != 0 || f.Seconds != 320 {
		t.Errorf("%+v", f)
	}
	if want := (trips{3, 3, 3, 3, 3}); !f.RoundTrip.near(want) {
		t.Errorf("round trips %+v, want %+v", f.RoundTrip, want)
	}
	if f.HandshakeRate < 1.9 || f.HandshakeRate > 2.1 || f.RateSeconds < 280 || f.RateSeconds > 301 || f.RequestRate < 1.2 || f.RequestRate > 1.4 {
		t.Errorf("rates %+v", f)
	}
	if len(f.Histogram) != 1 || f.Histogram[0].Count != int64(requests) {
		t.Errorf("%+v", f)
	}
	p.wantBytes(f)
}

// wantBytes: what the server read was sent, and what it wrote received, to the byte.
func (p *play) wantBytes(f figures) {
	p.t.Helper()
	if in, out := p.bytesIn.Load(), p.bytesOut.Load(); f.Sent != in || f.Received != out || in == 0 {
		p.t.Errorf("%d bytes sent, %d received; the server read %d and wrote %d", f.Sent, f.Received, in, out)
	}
}

// near: histograms keep three digits.
func (a trips) near(b trips) bool {
	for _, pair := range [][2]float64{{a.P50, b.P50}, {a.P90, b.P90}, {a.P99, b.P99}, {a.P999, b.P999}, {a.Max, b.Max}} {
		if d := pair[0] - pair[1]; d > b.Max/500 || d < -b.Max/500 {
			return false
		}
	}
	return true
}

// TestLoadAtOnce: without a ramp no more than 16 log in at a time.
func TestLoadAtOnce(t *testing.T) {
	p := run(t, script{delay: func(int) time.Duration { return time.Second }}, sessions(33), count(1), set(asJSON))
	p.want(modes.ExitDone, 4*time.Second, "") // the first alone, 16 and 16; and the last one's answer
	waves := make(map[time.Duration]int)
	for _, h := range p.heard {
		if h.kind == "HELLO" {
			waves[h.at]++
		}
	}
	if fmt.Sprint(waves) != "map[0s:1 1s:16 2s:16]" {
		t.Errorf("HELLO at %v", waves)
	}
}

// TestLoadErrors: what went wrong is counted by its kind, also what was mended; the
// exit code speaks of what was not.
func TestLoadErrors(t *testing.T) {
	noRetry := set(func(s *settings) { s.noReconnect = true })
	for _, c := range []struct {
		name   string
		script script
		change func(*play)
		errors string
		code   int
		unwell int64
	}{
		{"cut", script{answer: cutAt(0.5, 12, 13)}, count(4), "map[connection lost:2]", 0, 0},
		{"cut for good", script{answer: cutAt(0.5, 12, 13)}, noRetry, "map[connection lost:2]", 1, 2},
		{"no answer", script{answer: on(12, "")}, count(4), "map[no answer:1]", 0, 0},
		{"garbage", script{answer: on(12, "HTTP/1.1 400")}, count(4), "map[not the protocol:1]", 1, 1},
		{"away", script{answer: cutAt(0, 12), dial: func(n int) error {
			if n == 6 || n == 7 {
				return errDown
			}
			return nil
		}}, count(4), "map[cannot connect:2 connection lost:1]", 0, 0},
		{"later refused", script{dial: func(n int) error {
			if n == 3 {
				return errDown
			}
			return nil
		}}, count(4), "map[cannot connect:1]", 0, 0},
		{"login cut", script{answer: cutAt(0.5, 3)}, count(4), "map[connection lost:1]", 0, 0},
		{"login not looked at", script{busy: just(3, 4, 6)}, count(4), "map[connection lost:3]", 0, 0},
		{"login refused", script{answer: on(3, strings.Replace(refusalFrame, ":2", ":1", 1))}, count(4), "map[login refused:1]", 1, 1},
		{"unreadable, with the one behind it", script{answer: func(n int, good string, _ *conn) string {
			if n == 12 {
				return number.ReplaceAllString(good, `"data":1269`)
			}
			return good
		}}, count(4), "map[answer not readable:2]", 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := run(t, c.script, sessions(5), set(asJSON), set(func(s *settings) { s.ramp, s.duration = time.Second, 5*time.Minute }), c.change)
			f := p.figuresOf()
			p.wantBytes(f)
			if p.code != c.code || f.Unwell != c.unwell || fmt.Sprint(f.Errors) != c.errors {
				t.Errorf("code %d, %d unwell, errors %v, want %s\n%s", p.code, f.Unwell, f.Errors, c.errors, p.notes.String())
			}
			if c.code == 1 && !strings.HasSuffix(p.notes.String(), fmt.Sprintf("proto: %d of 5 sessions did not go well to the end\n", c.unwell)) {
				t.Errorf("notes %q", p.notes.String())
			}
		})
	}
}

// TestLoadFirst: what is wrong for one is wrong for all; there are no figures then.
func TestLoadFirst(t *testing.T) {
	p := run(t, script{refuse: true}, sessions(100))
	p.want(modes.ExitLogin, 0, "proto: login refused for user alice\n")
	p.wantDials(0)
	p.wantLines(0)
	p = run(t, script{busy: just(1)}, sessions(100))
	p.want(modes.ExitPeer, 0, "proto: cannot log in: the server closed the connection\nhint: ")
	p.wantDials(0)
	p.wantLines(0)
	p = run(t, script{dial: func(int) error { return errDown }}, sessions(100))
	p.want(modes.ExitPeer, 0, "proto: cannot connect to 192.0.2.1:5000: connection refused\n")
	p.wantDials(0)
	p.wantLines(0)
}

// TestLoadSignal: all say CLOSE, and the figures are printed.
func TestLoadSignal(t *testing.T) {
	p := run(t, script{}, sessions(20), signal(95*time.Second, os.Interrupt), set(asJSON))
	p.want(modes.ExitInterrupt, 95*time.Second, "")
	closes := 0
	for _, h := range p.heard {
		if h.kind == "CLOSE" {
			closes++
		}
	}
	p.wantBytes(p.figuresOf())
	if f := p.figuresOf(); closes != 20 || f.Requests != 80 || len(f.Errors) != 0 || f.Unwell != 0 {
		t.Errorf("%d CLOSE, %+v", closes, f)
	}
}

// TestLoadText: what people see.
func TestLoadText(t *testing.T) {
	p := run(t, script{delay: func(n int) time.Duration { return time.Duration(n%7) * 10 * time.Millisecond }}, sessions(10), count(3))
	p.want(modes.ExitDone, p.took, "")
	form := regexp.MustCompile(`\Asessions    10, opened in \S+; 10 handshakes, \d+ a second
requests    30; \d a second over 1m0\S*s
round trip  p50 \S+  p90 \S+  p99 \S+  p99\.9 \S+  max \S+
bytes       \d+ sent, \d+ received, of frames
errors      none

( +\S+ \|[# ]{50} +\d+\.\d\d %  \d+
)+\z`)
	if !form.MatchString(p.lines.String()) {
		t.Errorf("printed\n%s", p.lines.String())
	}
}

// TestLoadNotAllOpen: the text says how many sessions were opened of how many, also where
// some of them were opened more than once.
func TestLoadNotAllOpen(t *testing.T) {
	refuse := func(n int, good string, _ *conn) string {
		if n >= 4 && n <= 6 { // HELLO of three sessions, after the three frames of the first
			return strings.Replace(refusalFrame, ":2", ":1", 1)
		}
		return good
	}
	long := set(func(s *settings) { s.ramp, s.duration = 100*time.Second, time.Minute })
	for name, c := range map[string]struct {
		script script
		change func(*play)
		code   int
		want   string
	}{
		"refused":        {script{answer: refuse}, count(1), modes.ExitNotWell, "sessions    2 of 5 opened, in 1m20s; 5 handshakes, "},
		"stopped":        {script{}, signal(25*time.Second, os.Interrupt), modes.ExitInterrupt, "sessions    2 of 5 opened, in 25s; 2 handshakes, "},
		"gone meanwhile": {script{forget: just(3, 4), answer: cutAt(0.5, 4, 8)}, signal(55*time.Second, os.Interrupt), modes.ExitInterrupt, "sessions    3 of 5 opened, in 55s; "},
		"all":            {script{}, count(1), modes.ExitDone, "sessions    5, opened in 1m20s; 5 handshakes, "},
	} {
		t.Run(name, func(t *testing.T) {
			p := run(t, c.script, sessions(5), long, c.change)
			if line, _, _ := strings.Cut(p.lines.String(), "\n"); p.code != c.code || !strings.HasPrefix(line, c.want) {
				t.Errorf("code %d\n%s\nwant %d\n%s\n%s", p.code, line, c.code, c.want, p.notes.String())
			}
		})
	}
}

// TestLoadLive: the live line, every second.
func TestLoadLive(t *testing.T) {
	begin := time.Unix(0, 0)
	trip := newTrips()
	_ = trip.RecordValue(2_500_000)
	before := counts{at: begin, requests: 100, handshakes: 10, trips: trip}
	now := counts{at: begin.Add(time.Second), requests: 350, handshakes: 30, begun: 30, errors: 1, trips: trip}
	if got, want := liveText(40, before, now, time.Time{}), "30 of 40 sessions, 250 requests/s, 20 handshakes/s, p99 2.5ms, 1 error"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := liveText(40, counts{trips: newTrips()}, counts{trips: newTrips(), begun: 40}, time.Now().Add(1499*time.Millisecond)), "40 of 40 sessions, 0 requests/s, 0 errors, 1s left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	p := run(t, script{}, sessions(2), set(asJSON), func(p *play) { p.settings.duration, p.terminal = 3*time.Second, true })
	if got := strings.Count(p.notes.String(), "\r\x1b[K2 of 2 sessions, "); got < 2 || !strings.HasSuffix(p.notes.String(), "\r\x1b[K") {
		t.Errorf("notes %q", p.notes.String())
	}
}

// TestBars: no round trip is left out or counted twice, bounds hold, and the bars
// fit a screen.
func TestBars(t *testing.T) {
	for _, values := range [][]int64{
		{1}, {1000}, {1001}, {999, 1000, 1001}, {int64(longestTrip)}, {1, int64(longestTrip)}, {70_000, 80_000, 3_000_000, 3_100_000, 90_000_000},
	} {
		h := newTrips()
		for _, v := range values {
			if err := h.RecordValue(v); err != nil {
				t.Fatal(err)
			}
		}
		all := bars(h)
		if len(all) == 0 || len(all) > mostBars || all[0].Count == 0 || all[len(all)-1].Count == 0 {
			t.Fatalf("%v: %v", values, all)
		}
		last := 0.0
		for _, b := range all {
			var want int64
			for _, v := range values {
				if ms := float64(v) / 1e6; ms > last && ms <= b.UpTo {
					want++
				}
			}
			if b.Count != want || b.UpTo <= last {
				t.Errorf("%v: bar up to %v ms counts %d, want %d: %v", values, b.UpTo, b.Count, want, all)
			}
			last = b.UpTo
		}
		if lines := strings.Count(drawBars(all), "\n"); lines != len(all) {
			t.Errorf("%d lines for %d bars", lines, len(all))
		}
	}
	if bars(hdrhistogram.New(1, 1000, 3)) != nil {
		t.Error("bars of nothing")
	}
}
