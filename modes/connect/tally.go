package connect

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"proto/wire"
)

// tally counts what many sessions do.
type tally struct {
	start      time.Time
	wanted     int
	shards     []shard
	handshakes atomic.Int64
	sessions   atomic.Int64 // opened, also anew
	begun      atomic.Int64 // of those wanted, opened
	unwellOnes atomic.Int64 // that did not get to their end, or could not be read
	errors     [troubles]atomic.Int64

	mu      sync.Mutex
	settled int // sessions that are open for the first time, or will not be
	open    counts
}

// shard is a part of the figures, so that sessions do not wait for one another.
type shard struct {
	sent, received atomic.Int64 // bytes of frames

	mu       sync.Mutex
	trips    *hdrhistogram.Histogram // ns
	requests int64
	last     time.Time
}

// longestTrip is the longest round trip told apart from longer ones. Three digits
// of it are kept, as of all.
const longestTrip = 10 * time.Minute

func newTrips() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longestTrip), 3) }

func newTally(sessions int) *tally {
	t := &tally{start: time.Now(), wanted: sessions, shards: make([]shard, min(sessions, 2*runtime.GOMAXPROCS(0)))}
	for i := range t.shards {
		t.shards[i].trips = newTrips()
	}
	return t
}

// shard is the part for the i-th session.
func (t *tally) shard(i int) *shard { return &t.shards[i%len(t.shards)] }

func (t *tally) failed(kind trouble) { t.errors[kind].Add(1) }

func (t *tally) unwell() { t.unwellOnes.Add(1) }

// ready notes that a session is open, or will not be. With the last of them the
// time begins in which all are.
func (t *tally) ready(opened bool) {
	if opened {
		t.begun.Add(1)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.settled++; t.settled == t.wanted {
		t.open = t.now()
	}
}

// counts are the figures at a time.
type counts struct {
	at                             time.Time
	requests, handshakes, sessions int64
	begun                          int64
	sent, received, errors         int64
	last                           time.Time // answer
	trips                          *hdrhistogram.Histogram
}

func (t *tally) now() counts {
	c := counts{at: time.Now(), handshakes: t.handshakes.Load(), sessions: t.sessions.Load(), begun: t.begun.Load(), trips: newTrips()}
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		c.requests, c.sent, c.received = c.requests+s.requests, c.sent+s.sent.Load(), c.received+s.received.Load()
		if s.last.After(c.last) {
			c.last = s.last
		}
		c.trips.Merge(s.trips)
		s.mu.Unlock()
	}
	for i := range t.errors {
		c.errors += t.errors[i].Load()
	}
	return c
}

// tallying is the watcher of one session.
type tallying struct {
	tally *tally
	shard *shard
}

func (w *tallying) sent([]byte)                 {}
func (w *tallying) received(*wire.Frame)        {}
func (w *tallying) connected()                  { w.tally.handshakes.Add(1) }
func (w *tallying) opened()                     { w.tally.sessions.Add(1) }
func (w *tallying) mended(string)               {}
func (w *tallying) waiting(waiting) time.Time   { return time.Time{} }
func (w *tallying) lost(kind trouble, _ string) { w.tally.failed(kind) }

func (w *tallying) answered(a wire.Answer, _ int64, asked time.Time) error {
	now := time.Now()
	if a.Unreadable != nil {
		w.tally.failed(notReadable)
	}
	s := w.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.trips.RecordValue(int64(min(now.Sub(asked), longestTrip))) // its error is a value over the longest
	s.requests++
	s.last = now
	return nil
}
