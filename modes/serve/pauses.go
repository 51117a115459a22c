package serve

import (
	"context"
	"sync"
	"time"
)

// pauses knows when this process was stopped last, or its machine: it then did nothing for
// longer than pauseFrom, and else looks at the clock every pauseBeat.
type pauses struct {
	mu       sync.Mutex
	seen     time.Time // when it was last known to run
	from, to time.Time // of the last pause; zero: there was none
}

const (
	pauseBeat = 200 * time.Millisecond
	pauseFrom = 2 * pauseBeat
)

// last looks at the clock, which says now, and gives the last pause. So whoever is the first
// to run after one, and finds something to be late, knows of it.
func (p *pauses) last(now time.Time) (from, to time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.seen.IsZero() && now.Sub(p.seen) > pauseFrom {
		p.from, p.to = p.seen, now
	}
	if now.After(p.seen) {
		p.seen = now
	}
	return p.from, p.to
}

// watch looks at the clock until ctx ends, and tells of each pause.
func (p *pauses) watch(ctx context.Context, over func()) {
	if p == nil {
		return
	}
	ticker := time.NewTicker(pauseBeat)
	defer ticker.Stop()
	var told time.Time
	for {
		if _, to := p.last(time.Now()); to != told {
			told = to
			over()
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
