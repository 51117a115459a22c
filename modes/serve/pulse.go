package serve

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// pulse makes the figures of one stream, one object each second.
type pulse struct {
	page       *livePage
	answers    window
	handshakes window
}

// beat is one object of a stream. Times are Unix milliseconds, counters those of
// /metrics.
type beat struct {
	At          int64             `json:"at"`
	Started     int64             `json:"started"`
	Version     string            `json:"version"`
	Draining    bool              `json:"draining"`
	Connections int               `json:"connections"`
	Waiting     int               `json:"waiting"` // of these, without login
	Sessions    int               `json:"sessions"`
	Accepted    uint64            `json:"accepted"` // connections in all
	Opened      uint64            `json:"opened"`   // sessions in all
	Requests    uint64            `json:"requests"` // answered, fresh or again
	Again       uint64            `json:"again"`
	Delayed     uint64            `json:"delayed"`
	Keys        uint64            `json:"keys"`
	Answer      latency           `json:"answer"`
	Handshake   latency           `json:"handshake"`
	Refused     map[string]uint64 `json:"refused"` // by reason, without zeros
}

// latency is in seconds, to within 14 %, as the histogram has it; null where nothing
// was measured.
type latency struct {
	Half *float64 `json:"half"` // of all were as fast
	Late *float64 `json:"late"` // 99 of 100 were
}

func (p *pulse) take() *beat {
	s, f := p.page.server, p.page.server.metrics
	b := &beat{
		At: time.Now().UnixMilli(), Started: p.page.started.UnixMilli(), Version: p.page.version, Draining: s.draining(),
		Connections: s.connections(), Waiting: s.waiting(), Sessions: s.core.Sessions(),
		Accepted: f.connections.Get(), Opened: f.opened.Get(), Again: f.resent.Get(), Delayed: f.delayed.Get(), Keys: f.keyChanges.Get(),
		Answer: p.answers.take(f.answers.fine), Handshake: p.handshakes.take(f.handshakes.fine), Refused: make(map[string]uint64),
	}
	b.Requests = f.requests.Get() + b.Again
	for reason, c := range f.refusals {
		if n := c.Get(); n > 0 {
			b.Refused[reason] = n
		}
	}
	return b
}

// windowBeats is over how many objects latencies are taken: fewer tell nothing of a
// server with few clients.
const windowBeats = 10

// window holds what a histogram was at the last beats, and so what came since.
type window struct {
	past []map[string]uint64 // the oldest first
}

func (w *window) take(h *metrics.Histogram) latency {
	now := make(map[string]uint64)
	h.VisitNonZeroBuckets(func(bounds string, count uint64) { now[bounds] = count })
	w.past = append(w.past, now)
	if len(w.past) > windowBeats+1 {
		w.past = w.past[1:]
	}
	return between(w.past[0], now)
}

// bucket is of a histogram: how many took at most so long.
type bucket struct {
	seconds float64
	count   uint64
}

// between gives the latencies of what came after one state of a histogram and up to
// another.
func between(before, now map[string]uint64) (l latency) {
	var list []bucket
	var all uint64
	for bounds, count := range now {
		_, high, _ := strings.Cut(bounds, "...")
		seconds, err := strconv.ParseFloat(high, 64)
		if n := count - before[bounds]; n > 0 && err == nil && !math.IsInf(seconds, 0) {
			list = append(list, bucket{seconds, n})
			all += n
		}
	}
	if all == 0 {
		return l
	}
	slices.SortFunc(list, func(a, b bucket) int {
		if a.seconds < b.seconds {
			return -1
		}
		return 1
	})
	at := func(share float64) *float64 {
		var below uint64
		for _, b := range list {
			if below += b.count; float64(below) >= share*float64(all) {
				return &b.seconds
			}
		}
		return nil
	}
	return latency{Half: at(0.5), Late: at(0.99)}
}
