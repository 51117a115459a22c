package modes

import (
	"sync"
	"time"
)

// The bounds of what waits to be written: a second of the busiest server. Twice as
// much may be held, half of it being written.
const (
	maxRecordEntries = 16 << 10
	maxRecordBytes   = 8 << 20
)

// recordEntry is a frame in the queue. Its bytes lie behind those of the entry
// before, up to end.
type recordEntry struct {
	at     time.Time
	dir    Direction
	tape   *Tape
	end    int
	missed int64 // frames dropped since the entry before
}

// recordBatch is what the queue gives out: entries and their bytes.
type recordBatch struct {
	entries []recordEntry
	bytes   []byte
	missed  int64 // frames dropped behind the last entry
}

func (b *recordBatch) reset() {
	clear(b.entries) // lets go of the tapes
	b.entries, b.bytes, b.missed = b.entries[:0], b.bytes[:0], 0
}

// recordQueue is filled by anybody and emptied by one goroutine.
type recordQueue struct {
	ready  chan struct{} // there is something, or it is closed
	losing chan struct{} // dropped has grown

	mu      sync.Mutex
	waiting recordBatch
	taken   int64 // frames given out and not yet settled
	dropped int64 // frames lost in all
	closed  bool
}

func (q *recordQueue) start() { q.ready, q.losing = make(chan struct{}, 1), make(chan struct{}, 1) }

// put queues a copy of a frame, or counts it where there is no room.
func (q *recordQueue) put(e recordEntry, frame []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	b := &q.waiting
	switch {
	case q.closed:
		return
	case len(b.entries) >= maxRecordEntries, len(b.bytes)+len(frame) > maxRecordBytes:
		b.missed++
		q.lose(1)
		wake(q.ready) // a frame too long for an empty queue is worth a line at once
		return
	}
	b.bytes = append(b.bytes, frame...)
	e.end, e.missed = len(b.bytes), b.missed
	b.missed = 0
	b.entries = append(b.entries, e)
	wake(q.ready)
}

// lose counts frames as lost. q.mu is held.
func (q *recordQueue) lose(n int64) {
	if q.dropped += n; n > 0 {
		wake(q.losing)
	}
}

// wake waits for nobody: c has room for one.
func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take waits for something and swaps it for an empty batch. more is false when the
// queue is closed, and this the last.
func (q *recordQueue) take(empty recordBatch) (full recordBatch, more bool) {
	<-q.ready
	q.mu.Lock()
	defer q.mu.Unlock()
	full, q.waiting = q.waiting, empty
	q.taken = int64(len(full.entries))
	return full, !q.closed
}

// settled says that a batch is written, but for so many of its frames.
func (q *recordQueue) settled(failed int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken = 0
	q.lose(failed)
}

func (q *recordQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	wake(q.ready)
}

// abandon counts as lost what still waits. What is being written settles itself, if
// that ends.
func (q *recordQueue) abandon() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lose(int64(len(q.waiting.entries)))
	q.waiting = recordBatch{}
}

// lost is how many frames are not in the file, as far as is known: those whose
// writing has not ended are not.
func (q *recordQueue) lost() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped + q.taken
}

// missing is how many frames are not in the file, and will not be.
func (q *recordQueue) missing() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}
