package serve

import (
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// With one processor, who waits for the network runs while somebody else computes and
// yields; with runtime.Gosched in its place he would wait for 10 ms each time.
func TestPollLooksAtTheNetwork(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	y := newYielder()
	defer y.close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	var waiting sync.WaitGroup
	read := make(chan struct{})
	waiting.Go(func() {
		_, _ = r.Read(make([]byte, 1))
		close(read)
	})
	y.poll() // and it waits
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	// Twice, as the event of this write and ours may be learnt of one after the other.
	y.poll()
	y.poll()
	select {
	case <-read:
	default:
		t.Error("nobody looked at the network")
	}
	waiting.Wait()
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
