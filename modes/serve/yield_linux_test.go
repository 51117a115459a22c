package serve

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// With one processor, who waits for the network runs while somebody else computes and
// yields, and before that one goes on; with runtime.Gosched in its place he would wait
// for 10 ms each time.
func TestPollLooksAtTheNetwork(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	y := newYielder()
	defer y.close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var reading sync.WaitGroup
	var got atomic.Int64
	reading.Go(func() {
		defer r.Close()
		for b := make([]byte, 1); ; got.Add(1) {
			if _, err := r.Read(b); err != nil {
				return
			}
		}
	})
	y.poll() // and it waits
	const rounds = 200
	late := 0
	for i := range int64(rounds) {
		if _, err := w.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if y.poll(); got.Load() <= i {
			late++
			for got.Load() <= i {
				y.poll()
			}
		}
	}
	// The event of the write and ours may be learnt of one after the other, by chance.
	if late > rounds/10 {
		t.Errorf("of %d times %d were served after who yields had gone on", rounds, late)
	}
	w.Close()
	reading.Wait()
}

// Many may yield at once, also while it is closed: nobody is left behind.
func TestYieldTogether(t *testing.T) {
	y := newYielder()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				y.yield()
			}
		})
	}
	all.Wait()
	for range 8 {
		all.Go(func() {
			for start := time.Now(); time.Since(start) < 5*time.Millisecond; {
				y.yield()
			}
		})
	}
	y.close()
	all.Wait()
	(*yielder)(nil).yield()
	(*yielder)(nil).close()
}
