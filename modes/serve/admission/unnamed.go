package admission

import "net/netip"

// EnterUnnamed lets a connection in of which a proxy has yet to say whose it is, or says
// why not. It counts in all and as one without login. Its address is asked for nothing, and
// nothing is held against it: that waits for [Guest.Name].
func (d *Door) EnterUnnamed(expel func()) (*Guest, Reason) {
	now := d.limits.Now()
	g := &Guest{door: d, since: now, expel: expel}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tooMany(now) {
		return nil, TooMany
	}
	if d.clear(now); d.limits.Startups.full(d.waiting.Len() - d.busy) {
		return nil, TooManyStarted
	}
	d.let(g)
	return g, ""
}

// Name tells the address of a guest that had none, and whether it may stay. If not, it
// must Leave.
func (g *Guest) Name(addr netip.Addr) Reason { return g.name(addr, false) }

// NameNobody is Name for a guest of whom the proxy does not say who it is. It counts by the
// address of the proxy, against which nothing is held: whoever it stands for may be many.
func (g *Guest) NameNobody(proxy netip.Addr) Reason { return g.name(proxy, true) }

func (g *Guest) name(addr netip.Addr, nobody bool) Reason {
	if g == nil {
		return ""
	}
	d := g.door
	now := d.limits.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if g.place == nil {
		return TooManyStarted // sent away meanwhile
	}
	expel := g.expel
	d.settle(g)
	d.guests-- // it is not in its own way
	g.addr, g.exempt, g.since, g.expel = prefix(addr), d.exempt(addr), now, expel
	g.spared = g.exempt || nobody
	reason := d.refuse(g, now)
	d.let(g)
	return reason
}
