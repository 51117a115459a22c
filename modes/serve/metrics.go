package serve

import (
	"io"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"proto/modes/serve/admission"
	"proto/wire"
)

// Reasons for which a connection ends before it has a session, in the words of
// proto_refused_total, besides those of the door and of the protocol.
const (
	handshakeFailed = "handshake failed"
	noHello         = "no HELLO in time"
	proxyHeader     = "PROXY header"
	sentAway        = "its place was needed" // see --crowded
)

// Upper bounds of the histograms' buckets, in seconds.
var (
	handshakeBounds = [...]float64{0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}
	answerBounds    = [...]float64{0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1}
)

// timing is how long things take, in seconds: for Prometheus in a few buckets with fixed
// bounds, for the live page in many.
type timing struct {
	coarse *metrics.PrometheusHistogram
	fine   *metrics.Histogram
}

func newTiming(set *metrics.Set, name string, bounds []float64) timing {
	return timing{set.NewPrometheusHistogramExt(name, bounds), new(metrics.Histogram)}
}

func (t *timing) update(took time.Duration) {
	t.coarse.Update(took.Seconds())
	t.fine.Update(took.Seconds())
}

// figures are what /metrics shows. A nil *figures counts nothing.
type figures struct {
	set         *metrics.Set
	connections *metrics.Counter
	opened      *metrics.Counter
	requests    *metrics.Counter
	resent      *metrics.Counter
	delayed     *metrics.Counter
	keyChanges  *metrics.Counter
	refusals    map[string]*metrics.Counter
	handshakes  timing
	answers     timing
}

func newFigures(s *server) *figures {
	set := metrics.NewSet()
	f := &figures{
		set:         set,
		connections: set.NewCounter("proto_connections_total"),
		opened:      set.NewCounter("proto_sessions_total"),
		requests:    set.NewCounter(`proto_requests_total{answer="fresh"}`),
		resent:      set.NewCounter(`proto_requests_total{answer="again"}`),
		delayed:     set.NewCounter("proto_requests_delayed_total"),
		keyChanges:  set.NewCounter("proto_key_changes_total"),
		handshakes:  newTiming(set, "proto_handshake_seconds", handshakeBounds[:]),
		answers:     newTiming(set, "proto_answer_seconds", answerBounds[:]),
		refusals:    make(map[string]*metrics.Counter),
	}
	for _, reason := range refusalReasons() {
		f.refusals[reason] = set.NewCounter(`proto_refused_total{reason="` + reason + `"}`)
	}
	if s.logLost != nil {
		set.NewGauge("proto_log_lines_lost", func() float64 { return float64(s.logLost()) })
	}
	set.NewGauge("proto_record_frames_lost", func() float64 { return float64(s.recorder.Lost()) })
	set.NewGauge("proto_connections", func() float64 { return float64(s.connections()) })
	set.NewGauge("proto_connections_waiting", func() float64 { return float64(s.waiting()) })
	set.NewGauge("proto_sessions", func() float64 { return float64(s.core.Sessions()) })
	return f
}

// refusalReasons are all, each once.
func refusalReasons() []string {
	reasons := []string{handshakeFailed, noHello, proxyHeader, sentAway}
	for _, r := range admission.Reasons() {
		reasons = append(reasons, string(r))
	}
	for r := wire.NotRefused + 1; r <= wire.Failed; r++ {
		reasons = append(reasons, r.String())
	}
	return reasons
}

// now is the time, where anybody wants to know how long something takes.
func (f *figures) now() (t time.Time) {
	if f == nil {
		return t
	}
	return time.Now()
}

func (f *figures) accept() {
	if f != nil {
		f.connections.Inc()
	}
}

func (f *figures) handshake(took time.Duration) {
	if f != nil {
		f.handshakes.update(took)
	}
}

func (f *figures) refuse(reason string) {
	if f == nil {
		return
	}
	if c := f.refusals[reason]; c != nil {
		c.Inc()
	}
}

// answered counts what a frame did, and how long that took from when it had come.
func (f *figures) answered(v *wire.Verdict, start time.Time) {
	if f == nil {
		return
	}
	switch v.Event {
	case wire.Opened:
		f.opened.Inc()
	case wire.Answered:
		f.requests.Inc()
	case wire.Resent:
		f.resent.Inc()
	case wire.Refused:
		f.refuse(v.Refusal.String())
	}
	if v.KeyChanged {
		f.keyChanges.Inc()
	}
	if v.Wait > 0 {
		f.delayed.Inc()
	}
	if v.Event == wire.Answered || v.Event == wire.Resent {
		f.answers.update(time.Since(start))
	}
}

func (f *figures) write(w io.Writer) {
	metrics.ExposeMetadata(true) // # TYPE, which only the library as a whole can be told
	f.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}
