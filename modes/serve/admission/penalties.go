package admission

import (
	"container/heap"
	"net/netip"
	"time"
)

// Penalties are times for which an address is held responsible, as OpenSSH's
// PerSourcePenalties: each thing done wrong adds its time to what is left of those
// before, and an address with Refuse of it or more is refused until the end.
type Penalties struct {
	Login   time.Duration // for a failed login
	Slow    time.Duration // for a handshake or HELLO that ran out of time
	Garbage time.Duration // for what is neither, instead of one

	Refuse    time.Duration // from which sum on the address is refused; 0: never
	Max       time.Duration // the largest sum
	Addresses int           // how many are remembered; of more, the soonest to end is forgotten
}

// A Wrong is a thing done wrong.
type Wrong int

const (
	FailedLogin Wrong = iota
	Slow
	Garbage
)

// Penalise holds a guest's address responsible for something. It says whether the
// address is refused from now on, and was not before, and until when.
func (g *Guest) Penalise(w Wrong) (until time.Time, refused bool) {
	if g == nil {
		return time.Time{}, false
	}
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	if g.place == nil && w == Slow {
		return time.Time{}, false // sent away: it has its penalty
	}
	return g.door.penalise(g, w, g.door.limits.Now())
}

func (d *Door) penalise(g *Guest, w Wrong, now time.Time) (until time.Time, refused bool) {
	if g.spared || !g.addr.IsValid() {
		return time.Time{}, false
	}
	d.suspects.add(g.addr, now)
	return d.penalties.add(g.addr, w, now)
}

// Suspect says whether an address has done something wrong in the last 10 minutes,
// and nobody has logged in from there since.
func (g *Guest) Suspect() bool {
	if g == nil {
		return false
	}
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	return !g.spared && g.door.suspects.has(g.addr, g.door.limits.Now(), suspectFor)
}

// Suspect says that of an address.
func (d *Door) Suspect(addr netip.Addr) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.exempt(addr) && d.suspects.has(prefix(addr), d.limits.Now(), suspectFor)
}

// penalty is what one address has left.
type penalty struct {
	addr    netip.Prefix
	until   time.Time
	refused bool
	at      int // in the heap
}

// penalties are those of all addresses, in a heap by when they end.
type penalties struct {
	rules     Penalties
	byAddress map[netip.Prefix]*penalty
	heap      byEnd
}

func (p *penalties) add(addr netip.Prefix, w Wrong, now time.Time) (until time.Time, refused bool) {
	length := [...]time.Duration{p.rules.Login, p.rules.Slow, p.rules.Garbage}[w]
	if length <= 0 || p.rules.Refuse <= 0 {
		return now, false
	}
	p.forget(now)
	e := p.byAddress[addr]
	if e == nil {
		if p.rules.Addresses > 0 && len(p.heap) >= p.rules.Addresses {
			p.drop()
		}
		e = &penalty{addr: addr, until: now}
		p.byAddress[addr] = e
		heap.Push(&p.heap, e)
	}
	e.until = e.until.Add(length)
	if latest := now.Add(p.rules.Max); p.rules.Max > 0 && e.until.After(latest) {
		e.until = latest
	}
	heap.Fix(&p.heap, e.at)
	newly := !e.refused && wholeSeconds(e.until.Sub(now)) >= p.rules.Refuse
	e.refused = e.refused || newly
	return e.until, newly
}

// wholeSeconds counts a second that has begun as a whole one, as sshd's clock does:
// three times 5 s within one second are 15 s.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

func (p *penalties) refused(addr netip.Prefix, now time.Time) bool {
	p.forget(now)
	e := p.byAddress[addr]
	return e != nil && e.refused
}

// forget takes those away that have ended.
func (p *penalties) forget(now time.Time) {
	for len(p.heap) > 0 && !now.Before(p.heap[0].until) {
		p.drop()
	}
}

// drop takes the one away that ends first.
func (p *penalties) drop() {
	e := heap.Pop(&p.heap).(*penalty)
	delete(p.byAddress, e.addr)
}

type byEnd []*penalty

func (h byEnd) Len() int           { return len(h) }
func (h byEnd) Less(i, j int) bool { return h[i].until.Before(h[j].until) }
func (h byEnd) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h *byEnd) Push(x any) {
	e := x.(*penalty)
	e.at = len(*h)
	*h = append(*h, e)
}

func (h *byEnd) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return e
}
