package serve

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// stuck is a reader of the log that does not read until it is let.
type stuck struct {
	let chan struct{}
	mu  sync.Mutex
	got strings.Builder
}

func (s *stuck) Write(b []byte) (int, error) {
	<-s.let
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.Write(b)
}

// TestLogQueue: whoever logs never waits; lines come whole and in order, and those
// that did not fit are counted and told.
func TestLogQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &stuck{let: make(chan struct{})}
		q, err := newLogQueue(out, "text")
		fatal(t, err)
		const lines = logLines + 100
		for i := range lines {
			fmt.Fprintf(q, "line %d\n", i)
			if i == 0 {
				synctest.Wait() // it is being written
			}
		}
		start := time.Now()
		q.close() // and does not wait for ever
		if took := time.Since(start); took != logEnd {
			t.Errorf("closed after %v", took)
		}
		close(out.let)
		q.close()
		var want strings.Builder
		for i := range logLines + 1 {
			fmt.Fprintf(&want, "line %d\n", i)
		}
		got := out.got.String()
		first, rest, _ := strings.Cut(got, "\n")
		told, rest, _ := strings.Cut(rest, "\n")
		if first+"\n"+rest != want.String() || !strings.HasSuffix(told, `msg="log lines lost: it is read too slowly" lines=99`) {
			t.Errorf("%d bytes; told %q", len(got), told)
		}
	})
}
