// Package admission decides who may connect: how many connections at once, how
// many of them before they have logged in, from one address and in all, and which
// addresses have done too much wrong lately. It knows addresses and a clock, no
// sockets.
//
// Addresses count by what one party usually has: a single IPv4 address, and the
// /64 of an IPv6 address.
package admission

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

// Limits are what a Door goes by. Everything that is zero is off.
type Limits struct {
	Connections int           // in all
	Startups    Startups      // before login, in all
	PerAddress  int           // before login, of one address
	Crowded     time.Duration // how long one may take to log in while Startups.Start are there
	Longest     time.Duration // how long one may take to log in at all; longer ones come of a program that was stopped
	Penalties   Penalties
	Exempt      []netip.Prefix // addresses free of penalties and PerAddress

	Now    func() time.Time
	Random func(n int) int // from 0 to n-1
}

// Reason is why a connection is refused; "" is none.
type Reason string

// The reasons, in the words of the log.
const (
	TooMany        Reason = "too many connections"
	TooManyStarted Reason = "too many connections without login"
	TooManyHere    Reason = "too many connections without login from this address"
	Penalty        Reason = "penalty"
)

// Reasons are all of them.
func Reasons() []Reason { return []Reason{TooMany, TooManyStarted, TooManyHere, Penalty} }

// A Door lets guests in. Its methods may be called at once.
type Door struct {
	limits Limits

	mu        sync.Mutex
	guests    int
	waiting   list.List // of *Guest, those without login, the oldest first
	busy      int       // of them, those that wait for us
	here      map[netip.Prefix]int
	known     known // somebody has logged in from there
	suspects  known // something was done wrong from there, and nobody has logged in since
	unlucky   known // refused by chance, and when
	penalties penalties
}

// NewDoor makes a Door.
func NewDoor(l Limits) *Door {
	return &Door{
		limits: l, here: make(map[netip.Prefix]int), known: make(known), suspects: make(known), unlucky: make(known),
		penalties: penalties{rules: l.Penalties, byAddress: make(map[netip.Prefix]*penalty)},
	}
}

// A Guest is a connection that was let in. It must Leave.
type Guest struct {
	door   *Door
	addr   netip.Prefix
	exempt bool // from PerAddress
	spared bool // what is done wrong is not held against addr: it is exempt, or nobody's
	since  time.Time
	expel  func()
	place  *list.Element // in Door.waiting, nil after login
	busy   bool
	left   bool
}

// Enter lets a connection in, or says why not. expel ends it when the place of one
// that takes long to log in is needed; it is called once at most and must not block.
func (d *Door) Enter(addr netip.Addr, expel func()) (*Guest, Reason) {
	now := d.limits.Now()
	g := &Guest{door: d, addr: prefix(addr), exempt: d.exempt(addr), since: now, expel: expel}
	g.spared = g.exempt
	d.mu.Lock()
	defer d.mu.Unlock()
	if reason := d.refuse(g, now); reason != "" {
		return nil, reason
	}
	d.let(g)
	return g, ""
}

// let counts a guest as one without login. d.mu is held.
func (d *Door) let(g *Guest) {
	d.guests++
	d.here[g.addr]++
	g.place = d.waiting.PushBack(g)
}

// tooMany says whether there are too many in all. Then who takes too long to log in makes
// room for whoever comes next.
func (d *Door) tooMany(now time.Time) bool {
	if d.limits.Connections == 0 || d.guests < d.limits.Connections {
		return false
	}
	d.clear(now)
	return true
}

func (d *Door) refuse(g *Guest, now time.Time) Reason {
	l := &d.limits
	if d.tooMany(now) {
		return TooMany
	}
	if !g.spared && d.penalties.refused(g.addr, now) {
		return Penalty
	}
	if !g.exempt && l.PerAddress > 0 && d.here[g.addr] >= l.PerAddress {
		return TooManyHere
	}
	d.clear(now)
	waiting := d.waiting.Len() - d.busy
	switch {
	case l.Startups.full(waiting):
		return TooManyStarted
	case d.here[g.addr] < knownAtOnce && d.known.has(g.addr, now, knownFor):
		return "" // whoever has logged in before need not be lucky
	case l.Startups.crowd(waiting) && !g.spared && d.suspects.has(g.addr, now, suspectFor):
		return TooManyStarted
	case l.Startups.unlucky(waiting, l.Random) && !d.comesBack(g, now):
		return TooManyStarted
	}
	return ""
}

// Who is refused by chance and comes back in this time need not be lucky again: a
// client pauses before it tries anew, and who attacks does not.
const (
	backFrom = 150 * time.Millisecond
	backTo   = 5 * time.Second
)

// comesBack says whether somebody who has no luck has had none before, and has waited
// since. That counts once. Addresses that are spared stand for many, and always take their chance.
func (d *Door) comesBack(g *Guest, now time.Time) bool {
	if g.spared {
		return false
	}
	at, before := d.unlucky[g.addr]
	if waited := now.Sub(at); before && waited >= backFrom && waited < backTo {
		delete(d.unlucky, g.addr)
		return true
	}
	d.unlucky.add(g.addr, now)
	return false
}

// clear sends away who takes too long while there are too many.
func (d *Door) clear(now time.Time) {
	s := d.limits.Startups
	if s.Start == 0 || d.limits.Crowded == 0 {
		return
	}
	for e := d.waiting.Front(); e != nil && s.crowd(d.waiting.Len()-d.busy); {
		g := e.Value.(*Guest)
		e = e.Next()
		waited := now.Sub(g.since)
		if waited < s.patience(d.waiting.Len()-d.busy, d.limits.Crowded) {
			return
		}
		if g.busy {
			continue
		}
		if d.limits.Longest == 0 || waited <= d.limits.Longest {
			d.penalise(g, Slow, now)
		}
		expel := g.expel
		if d.settle(g); expel != nil {
			expel()
		}
	}
}

// settle counts a guest no longer as one without login. d.mu is held.
func (d *Door) settle(g *Guest) {
	if g.place == nil {
		return
	}
	d.waiting.Remove(g.place)
	g.place, g.expel = nil, nil
	if g.busy {
		g.busy = false
		d.busy--
	}
	if d.here[g.addr]--; d.here[g.addr] == 0 {
		delete(d.here, g.addr)
	}
}

// Busy says that the guest waits for us, as while its password is checked, or
// that it no longer does: it is not sent away for that time.
func (g *Guest) Busy(busy bool) {
	if g == nil {
		return
	}
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	if g.place == nil || g.busy == busy {
		return
	}
	g.busy = busy
	if busy {
		g.door.busy++
	} else {
		g.door.busy--
	}
}

// LoggedIn says that the guest has a session.
func (g *Guest) LoggedIn() {
	if g == nil {
		return
	}
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	g.door.settle(g)
	g.door.known.add(g.addr, g.door.limits.Now())
	delete(g.door.suspects, g.addr)
}

// Leave says that the guest has gone.
func (g *Guest) Leave() {
	if g == nil {
		return
	}
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	g.door.settle(g)
	if !g.left {
		g.left = true
		g.door.guests--
	}
}

// Waiting is how many guests have not logged in.
func (d *Door) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.waiting.Len()
}

func (d *Door) exempt(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	for _, p := range d.limits.Exempt {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// prefix is what an address is counted by. That of no address is no prefix.
func prefix(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits)
	return p
}

// Source is an address as it is counted.
func Source(addr netip.Addr) netip.Addr { return prefix(addr).Addr() }
