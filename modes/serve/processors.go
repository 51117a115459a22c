package serve

import (
	"context"
	"os"
	"runtime"
	"time"
)

// oneMore has the runtime use one thread more than there are processors. With as many, who
// has logged in waits wherever all of them compute handshakes, as the runtime does not
// interrupt these; the kernel does, for a thread that has slept. Who sets GOMAXPROCS decides
// for himself.
func oneMore() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.SetDefaultGOMAXPROCS()
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
}

// countEvery is how often the processors are counted, as affinities and quotas may be changed.
// The runtime would do it by itself, if its number were left alone.
const countEvery = time.Minute

// countProcessors keeps what oneMore does true until ctx ends.
func (s *server) countProcessors(ctx context.Context) {
	if !s.alone {
		return
	}
	ticker := time.NewTicker(countEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			oneMore()
		case <-ctx.Done():
			return
		}
	}
}
