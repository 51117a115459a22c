package serve

import (
	"context"
	"net"
	"sync"
	"time"

	"proto/modes/serve/admission"
)

// A connection that is turned away is kept before it is closed, unread: a program that
// comes again at once is slowed down by that. heldFor is how long for an address that
// has done something wrong, heldBriefly for one that has come when there were too many
// without login: at least, as heldGap is the least time between two that are closed, and
// many that came at once would otherwise come again at once, each time. heldMost is how
// many are kept, half of them for the one reason and half for the other;
// the rest are closed at once, as are all when there are too many connections.
const (
	heldFor     = 2 * time.Second
	heldBriefly = 200 * time.Millisecond
	heldGap     = 2 * time.Millisecond
	heldMost    = 1000
)

// turnAway ends connections that are not let in.
type turnAway struct {
	bad, late chan held // with something done wrong, and with nothing but bad luck

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
	return &turnAway{bad: make(chan held, most/2), late: make(chan held, most/2), counts: make(map[string]*told)}
}

// refuse closes a connection that the door does not let in.
func (s *server) refuse(nc net.Conn, reason admission.Reason) {
	s.metrics.refuse(string(reason))
	if n, tell := s.away.count(string(reason), time.Now()); tell {
		s.log.Warn("refused", "peer", nc.RemoteAddr().String(), "reason", string(reason), "times", n)
	}
	switch {
	case reason == admission.Penalty || s.door.Suspect(addrOf(nc.RemoteAddr())):
		hold(s.away.bad, nc, heldFor)
	case reason == admission.TooManyStarted || reason == admission.TooManyHere:
		hold(s.away.late, nc, heldBriefly)
	default:
		nc.Close()
	}
}

// hold keeps a connection for d, or closes it at once if there is no room.
func hold(queue chan<- held, nc net.Conn, d time.Duration) {
	select {
	case queue <- held{nc, time.Now().Add(d)}:
	default:
		nc.Close()
	}
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

// run closes what is held, each in its time, and at the end all of it.
func (t *turnAway) run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { closeHeld(ctx, t.bad) })
	both.Go(func() { closeHeld(ctx, t.late) })
	both.Wait()
}

// closeHeld closes what comes of a queue, one after the other.
func closeHeld(ctx context.Context, queue <-chan held) {
	for {
		select {
		case h := <-queue:
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
			case h := <-queue:
				h.nc.Close()
			default:
				return
			}
		}
	}
}
