package admission

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// enterUnnamed wants this reason and gives the guest.
func (d *door) enterUnnamed(want Reason) *Guest {
	d.t.Helper()
	g, reason := d.EnterUnnamed(nil)
	if reason != want || (g == nil) != (want != "") {
		d.t.Errorf("unnamed: %q, want %q", reason, want)
	}
	return g
}

func (d *door) name(g *Guest, addr string, want Reason) {
	d.t.Helper()
	if reason := g.Name(netip.MustParseAddr(addr)); reason != want {
		d.t.Errorf("%s: %q, want %q", addr, reason, want)
	}
}

// TestUnnamedConnections: they count in all from the first moment, and once when they
// have a name.
func TestUnnamedConnections(t *testing.T) {
	d := newDoor(t, Limits{Connections: 2})
	a := d.enterUnnamed("")
	b := d.enterUnnamed("")
	d.enterUnnamed(TooMany)
	d.enter("192.0.2.1", TooMany)
	d.name(a, "192.0.2.1", "")
	d.name(b, "192.0.2.1", "") // though there are as many as there may be
	d.enter("192.0.2.1", TooMany)
	a.LoggedIn()
	b.Leave()
	d.enter("192.0.2.2", "").Leave()
	d.enterUnnamed("").Leave()
	a.Leave()
	if d.Waiting() != 0 || d.guests != 0 || len(d.here) != 0 {
		t.Errorf("left behind: %d wait, %d in all, of %v", d.Waiting(), d.guests, d.here)
	}
}

// TestUnnamedPerAddress: what an address may have, and what it has done, counts when it
// is known; and nothing is held against the one that it came from.
func TestUnnamedPerAddress(t *testing.T) {
	d := newDoor(t, Limits{PerAddress: 2, Penalties: usual})
	var some []*Guest
	for range 5 {
		some = append(some, d.enterUnnamed(""))
	}
	d.name(some[0], "192.0.2.1", "")
	d.name(some[1], "192.0.2.1", "")
	d.name(some[2], "192.0.2.1", TooManyHere)
	some[2].Leave()
	some[0].Leave()
	d.enter("192.0.2.1", "").Penalise(Slow)
	some[1].Penalise(Slow)
	some[1].Leave()
	d.name(some[3], "192.0.2.1", Penalty)
	for range 3 {
		some[4].Penalise(Slow)
	}
	d.enterUnnamed("").Leave()
	d.name(some[4], "192.0.2.2", "")
	if some[4].Suspect() {
		t.Error("suspect for what it did without a name")
	}
}

// TestUnnamedStartups: they are without login. Only a full house refuses them: whether one
// has logged in before is not known until it has a name, by which it then takes its chance.
func TestUnnamedStartups(t *testing.T) {
	d := newDoor(t, Limits{Startups: Startups{2, 30, 4}})
	d.enter(stranger(1), "").LoggedIn()
	var some []*Guest
	for range 4 {
		some = append(some, d.enterUnnamed(""))
	}
	d.enterUnnamed(TooManyStarted)
	d.name(some[0], stranger(1), "") // itself is not in its way
	d.name(some[1], stranger(2), TooManyStarted)
	some[1].Leave()
	d.dice = 99
	d.name(some[2], stranger(3), "")
	d.enter(stranger(4), "")
	d.enter(stranger(5), TooManyStarted)
	if d.Waiting() != 4 {
		t.Errorf("%d wait", d.Waiting())
	}
}

// TestUnnamedCrowded: who does not say its name makes room, and has none any more.
func TestUnnamedCrowded(t *testing.T) {
	d := newDoor(t, Limits{Startups: Startups{2, 100, 2}, Crowded: 2 * time.Second, Penalties: usual})
	var expelled []int
	var some []*Guest
	for i := range 2 {
		g, _ := d.EnterUnnamed(func() { expelled = append(expelled, i) })
		some = append(some, g)
	}
	d.now = d.now.Add(2*time.Second - 1)
	d.enterUnnamed(TooManyStarted)
	d.now = d.now.Add(1)
	d.enterUnnamed("")
	d.name(some[0], stranger(1), TooManyStarted)
	d.name(some[1], stranger(1), "")
	if fmt.Sprint(expelled) != "[0]" || d.busy != 0 {
		t.Errorf("expelled %v, %d busy", expelled, d.busy)
	}
}

// TestConnectionsMakeRoom: who takes long to log in makes room also where there are too
// many in all, for whoever comes when it has gone.
func TestConnectionsMakeRoom(t *testing.T) {
	d := newDoor(t, Limits{Connections: 2, Startups: Startups{2, 100, 3}, Crowded: 2 * time.Second})
	gone := false
	slow, _ := d.EnterUnnamed(func() { gone = true })
	d.enter(stranger(1), "")
	d.enter(stranger(2), TooMany)
	d.now = d.now.Add(2 * time.Second)
	d.enter(stranger(2), TooMany)
	if !gone {
		t.Fatal("nobody makes room")
	}
	slow.Leave()
	d.enter(stranger(2), "")
}

// TestUnnamedNobody: a server without limits has no guests to name.
func TestUnnamedNobody(t *testing.T) {
	var g *Guest
	if reason := g.Name(netip.MustParseAddr("192.0.2.1")); reason != "" {
		t.Error(reason)
	}
}
