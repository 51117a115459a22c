package decode

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// turns has batches pass one at a time, in the order of their numbers, from 1 on.
type turns struct {
	passed atomic.Int64
	long   atomic.Bool // the last wait was
	mu     sync.Mutex
	moved  *sync.Cond
}

func newTurns() *turns {
	t := new(turns)
	t.moved = sync.NewCond(&t.mu)
	return t
}

// To be woken takes as long as most turns do. So a worker looks for its turn, this often,
// before it sleeps; unless the last one had to wait for longer than longWait, as where
// another program writes what is read: that one may need the processor.
const (
	looks    = 1000
	longWait = time.Millisecond
)

// wait waits for a batch's turn.
func (t *turns) wait(n int64) {
	if t.passed.Load() == n-1 {
		return
	}
	began := time.Now()
	if t.long.Load() || !t.look(n) {
		t.sleep(n)
	}
	t.long.Store(time.Since(began) > longWait)
}

// look looks for the turn for a while.
func (t *turns) look(n int64) bool {
	for range looks {
		if t.passed.Load() == n-1 {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// sleep waits until the turn has come.
func (t *turns) sleep(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.passed.Load() != n-1 {
		t.moved.Wait()
	}
}

// end ends the turn that it is.
func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.passed.Add(1)
	t.moved.Broadcast()
}
