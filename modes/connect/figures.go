package connect

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"proto/modes"
)

// figures are what came of a load, with their names in JSON. Times are in
// milliseconds but where a name says otherwise; bytes are of all frames written and
// read, with their newlines, without TLS.
type figures struct {
	Sessions   int     `json:"sessions"`
	Opened     int64   `json:"opened"` // HELLO_ACK, also to HELLO anew
	Unwell     int64   `json:"unwell"`
	Seconds    float64 `json:"seconds"`
	Handshakes int64   `json:"handshakes"`
	// HandshakeRate is from the start until all sessions were open.
	HandshakeRate float64 `json:"handshakes_per_second"`
	Requests      int64   `json:"requests"`
	// RequestRate is over RateSeconds: while all sessions were open, if half of the
	// requests were made then; else from the start to the last answer.
	RequestRate float64          `json:"requests_per_second"`
	RateSeconds float64          `json:"rate_seconds"`
	RoundTrip   trips            `json:"round_trip_ms"`
	Sent        int64            `json:"bytes_sent"`
	Received    int64            `json:"bytes_received"`
	Errors      map[string]int64 `json:"errors"`
	Histogram   []bar            `json:"histogram"`

	opening time.Duration
	begun   int // of Sessions, each once
}

// trips are round trips: from the first time a request was sent to its answer.
type trips struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99.9"`
	Max  float64 `json:"max"`
}

func (t *tally) figures() *figures {
	end := t.now()
	t.mu.Lock()
	open := t.open
	t.mu.Unlock()
	if open.at.IsZero() { // stopped before all were open
		open = end
	}
	f := &figures{
		Sessions: t.wanted, Opened: end.sessions, Unwell: t.unwellOnes.Load(), Seconds: seconds(end.at.Sub(t.start)),
		Handshakes: end.handshakes, Requests: end.requests, Sent: end.sent, Received: end.received,
		Errors: make(map[string]int64), Histogram: bars(end.trips), opening: open.at.Sub(t.start), begun: int(end.begun),
	}
	for kind := range troubles {
		if n := t.errors[kind].Load(); n > 0 {
			f.Errors[kind.String()] = n
		}
	}
	f.HandshakeRate = rate(open.handshakes, f.opening)
	made, during := end.requests-open.requests, end.last.Sub(open.at)
	if made < open.requests || during <= 0 {
		made, during = end.requests, max(0, end.last.Sub(t.start))
	}
	f.RequestRate, f.RateSeconds = rate(made, during), seconds(during)
	f.RoundTrip = trips{quantile(end.trips, 50), quantile(end.trips, 90), quantile(end.trips, 99), quantile(end.trips, 99.9), inMS(end.trips.Max())}
	return f
}

func quantile(h *hdrhistogram.Histogram, q float64) float64 {
	return inMS(min(h.ValueAtQuantile(q), h.Max()))
}

func inMS(ns int64) float64 { return float64(ns/1000) / 1000 }

func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

func rate(n int64, during time.Duration) float64 {
	if during <= 0 {
		return 0
	}
	return float64(int64(float64(n)/during.Seconds()*10)) / 10
}

func (f *figures) json() string {
	b, _ := json.Marshal(f) // numbers and texts of ours
	return string(b) + "\n"
}

func (f *figures) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sessions    %s in %s; %s, %.0f a second\n", f.openedText(), modes.ShortDuration(f.opening), plural(int(f.Handshakes), "handshake"), f.HandshakeRate)
	fmt.Fprintf(&b, "requests    %d; %.0f a second over %s\n", f.Requests, f.RequestRate, modes.ShortDuration(time.Duration(f.RateSeconds*float64(time.Second))))
	t := f.RoundTrip
	fmt.Fprintf(&b, "round trip  p50 %s  p90 %s  p99 %s  p99.9 %s  max %s\n", ms(t.P50), ms(t.P90), ms(t.P99), ms(t.P999), ms(t.Max))
	fmt.Fprintf(&b, "bytes       %d sent, %d received, of frames\n", f.Sent, f.Received)
	fmt.Fprintf(&b, "errors      %s\n", f.errorText())
	if len(f.Histogram) > 0 {
		b.WriteString("\n" + drawBars(f.Histogram))
	}
	return b.String()
}

// openedText is how many sessions were opened; of how many, where that is not all.
func (f *figures) openedText() string {
	if f.begun < f.Sessions {
		return fmt.Sprintf("%d of %d opened,", f.begun, f.Sessions)
	}
	return fmt.Sprintf("%d, opened", f.Sessions)
}

func ms(t float64) string { return modes.ShortDuration(time.Duration(t * float64(time.Millisecond))) }

func (f *figures) errorText() string {
	var parts []string
	for kind := range troubles {
		if n := f.Errors[kind.String()]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// liveText is the live line: the second that has just passed.
func liveText(sessions int, before, now counts, end time.Time) string {
	parts := []string{
		fmt.Sprintf("%d of %d sessions", now.begun, sessions),
		fmt.Sprintf("%.0f requests/s", rate(now.requests-before.requests, now.at.Sub(before.at))),
	}
	if opened := now.handshakes - before.handshakes; opened > 0 {
		parts = append(parts, fmt.Sprintf("%.0f handshakes/s", rate(opened, now.at.Sub(before.at))))
	}
	if now.requests > 0 {
		parts = append(parts, "p99 "+strings.Replace(ms(quantile(now.trips, 99)), "µ", "u", 1))
	}
	parts = append(parts, plural(int(now.errors), "error"))
	if !end.IsZero() {
		parts = append(parts, untilText(end)+" left")
	}
	return strings.Join(parts, ", ")
}
