package serve

import (
	"context"
	"net"
	"sync"
	"time"

	"proto/modes/serve/admission"
)

// heldFor is how long a connection of an address with a penalty is kept before it
// is closed, unread: a program that comes again at once is slowed down by that.
// heldGap is the least time between two that are closed: many that came at once would
// otherwise come again at once, each time. heldMost is how many are kept; the rest are
// closed at once.
const (
	heldFor  = 2 * time.Second
	heldGap  = 2 * time.Millisecond
	heldMost = 1000
)

// turnAway ends connections that are not let in.
type turnAway struct {
	held chan held

	mu     sync.Mutex
	counts map[string]*told
}

type held struct {
	nc    net.Conn
	until time.Time
}

// told is how many connections were refused for a reason, and when that was last
// told: under attack a line for each would be an attack on the log.
type told struct {
	at    time.Time
	since int
}

// tellEvery is how often the refusals of one reason are logged at most.
const tellEvery = time.Second

func newTurnAway(most int) *turnAway {
	return &turnAway{held: make(chan held, most), counts: make(map[string]*told)}
}

// refuse closes a connection that the door does not let in.
func (s *server) refuse(nc net.Conn, reason admission.Reason) {
	s.metrics.refuse(string(reason))
	if n, tell := s.away.count(string(reason), time.Now()); tell {
		s.log.Warn("refused", "peer", nc.RemoteAddr().String(), "reason", string(reason), "times", n)
	}
	if reason == admission.Penalty || s.door.Suspect(addrOf(nc.RemoteAddr())) {
		select {
		case s.away.held <- held{nc, time.Now().Add(heldFor)}:
			return
		default:
		}
	}
	nc.Close()
}

// count counts one, and says whether it is time to tell, and of how many.
func (t *turnAway) count(reason string, now time.Time) (n int, tell bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.counts[reason]
	if c == nil {
		c = &told{}
		t.counts[reason] = c
	}
	c.since++
	if now.Sub(c.at) < tellEvery {
		return 0, false
	}
	n, c.at, c.since = c.since, now, 0
	return n, true
}

// run closes what is held, one after the other, each in its time, and at the end all
// of it.
func (t *turnAway) run(ctx context.Context) {
	for {
		select {
		case h := <-t.held:
			timer := time.NewTimer(max(heldGap, time.Until(h.until)))
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
			}
			h.nc.Close()
			continue
		case <-ctx.Done():
		}
		for {
			select {
			case h := <-t.held:
				h.nc.Close()
			default:
				return
			}
		}
	}
}
