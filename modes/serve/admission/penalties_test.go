package admission

import (
	"net/netip"
	"testing"
	"time"
)

var usual = Penalties{
	Login: 5 * time.Second, Slow: 10 * time.Second, Garbage: 5 * time.Second,
	Refuse: 15 * time.Second, Max: 10 * time.Minute, Addresses: 65536,
}

// wrong lets a guest in, penalises it and sees it off.
func (d *door) wrong(addr string, w Wrong) (left time.Duration, refused bool) {
	d.t.Helper()
	g := d.enter(addr, "")
	defer g.Leave()
	until, refused := g.Penalise(w)
	return until.Sub(d.now), refused
}

func (d *door) wantWrong(addr string, w Wrong, left time.Duration, refused bool) {
	d.t.Helper()
	if l, r := d.wrong(addr, w); l != left || r != refused {
		d.t.Errorf("%s: %v left, refused %v; want %v, %v", addr, l, r, left, refused)
	}
}

// TestPenaltiesAdd: each adds to what is left, from 15 s on the address is refused,
// until its time is over to the last nanosecond.
func TestPenaltiesAdd(t *testing.T) {
	d := newDoor(t, Limits{Penalties: usual})
	const a = "192.0.2.1"
	d.wantWrong(a, FailedLogin, 5*time.Second, false)
	if g := d.enter(a, ""); !g.Suspect() || d.enter("192.0.2.2", "").Suspect() {
		t.Error("suspects")
	}
	d.wantWrong(a, FailedLogin, 10*time.Second, false)
	d.now = d.now.Add(time.Second)
	d.wantWrong(a, Garbage, 14*time.Second, false)
	d.wantWrong(a, Slow, 24*time.Second, true)
	d.enter(a, Penalty)
	d.enter("192.0.2.2", "")
	d.now = d.now.Add(24*time.Second - 1) // also when less than 15 s are left
	d.enter(a, Penalty)
	d.now = d.now.Add(1)
	d.enter(a, "").Leave()
	d.wantWrong(a, Slow, 10*time.Second, false)
	d.now = d.now.Add(10 * time.Second)
	d.wantWrong(a, FailedLogin, 5*time.Second, false)
}

// TestPenaltySeconds: what takes a moment is not lost.
func TestPenaltySeconds(t *testing.T) {
	d := newDoor(t, Limits{Penalties: usual})
	d.wrong("192.0.2.1", FailedLogin)
	d.now = d.now.Add(400 * time.Millisecond)
	d.wrong("192.0.2.1", FailedLogin)
	d.now = d.now.Add(400 * time.Millisecond)
	d.wantWrong("192.0.2.1", FailedLogin, 14200*time.Millisecond, true)
	d.wrong("192.0.2.2", FailedLogin)
	d.now = d.now.Add(time.Second)
	d.wrong("192.0.2.2", FailedLogin)
	d.wantWrong("192.0.2.2", FailedLogin, 14*time.Second, false)
}

// TestPenaltyHasAnEnd: 10 minutes at most, however many connections did wrong.
func TestPenaltyHasAnEnd(t *testing.T) {
	d := newDoor(t, Limits{Penalties: usual})
	var all []*Guest
	for range 100 {
		all = append(all, d.enter("2001:db8::1", ""))
	}
	times := 0
	for _, g := range all {
		if _, refused := g.Penalise(Slow); refused {
			times++
		}
	}
	if times != 1 {
		t.Errorf("refused %d times over", times)
	}
	d.now = d.now.Add(10*time.Minute - 1)
	d.enter("2001:db8::ffff:1", Penalty) // the same /64
	d.now = d.now.Add(1)
	d.enter("2001:db8::1", "")
}

func TestNoPenalties(t *testing.T) {
	exempt := usual
	off := usual
	off.Refuse = 0
	none := usual
	none.Login = 0
	for name, l := range map[string]Limits{
		"exempt":  {Penalties: exempt, Exempt: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}},
		"off":     {Penalties: off},
		"of none": {Penalties: none},
	} {
		d := newDoor(t, l)
		for range 10 {
			if _, refused := d.wrong("192.0.2.1", FailedLogin); refused {
				t.Errorf("%s: refused", name)
			}
		}
	}
}

// TestPenaltiesAreBounded: of too many addresses, those whose time ends first are
// forgotten.
func TestPenaltiesAreBounded(t *testing.T) {
	rules := usual
	rules.Addresses = 3
	d := newDoor(t, Limits{Penalties: rules})
	for range 3 {
		d.wrong("192.0.2.1", FailedLogin)
	}
	d.enter("192.0.2.1", Penalty)
	for i := range 100 {
		d.wrong(stranger(i), FailedLogin)
	}
	d.enter("192.0.2.1", Penalty)
	if n := len(d.penalties.byAddress); n != 3 || len(d.penalties.heap) != 3 {
		t.Errorf("%d addresses", n)
	}
	d.now = d.now.Add(time.Minute)
	d.enter("192.0.2.1", "")
	if n := len(d.penalties.byAddress); n != 0 {
		t.Errorf("%d addresses after a minute", n)
	}
}
