package admission

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// door is a Door with a clock that is set by hand and dice that are not thrown.
type door struct {
	*Door
	t    *testing.T
	now  time.Time
	dice int
}

func newDoor(t *testing.T, l Limits) *door {
	d := &door{t: t, now: time.Unix(1_700_000_000, 0)}
	l.Now = func() time.Time { return d.now }
	l.Random = func(n int) int {
		if n != 100 {
			t.Errorf("one of %d is drawn", n)
		}
		return d.dice
	}
	d.Door = NewDoor(l)
	return d
}

func stranger(i int) string { return fmt.Sprintf("198.51.%d.%d", i/256, i%256) }

// enter wants this reason and gives the guest.
func (d *door) enter(addr string, want Reason) *Guest {
	d.t.Helper()
	g, reason := d.Enter(netip.MustParseAddr(addr), nil)
	if reason != want || (g == nil) != (want != "") {
		d.t.Errorf("%s: %q, want %q", addr, reason, want)
	}
	return g
}

func TestConnections(t *testing.T) {
	d := newDoor(t, Limits{Connections: 2})
	a := d.enter("192.0.2.1", "")
	b := d.enter("192.0.2.1", "")
	d.enter("192.0.2.2", TooMany)
	b.LoggedIn()
	d.enter("192.0.2.2", TooMany)
	a.Leave()
	a.Leave() // once is enough
	d.enter("192.0.2.2", "")
	d.enter("192.0.2.2", TooMany)
}

func TestPerAddress(t *testing.T) {
	d := newDoor(t, Limits{PerAddress: 2, Exempt: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}})
	a := d.enter("192.0.2.1", "")
	b := d.enter("192.0.2.1", "")
	d.enter("::ffff:192.0.2.1", TooManyHere)
	d.enter("192.0.2.2", "")
	a.LoggedIn()
	d.enter("192.0.2.1", "")
	d.enter("192.0.2.1", TooManyHere)
	a.Leave() // it was no longer counted
	d.enter("192.0.2.1", TooManyHere)
	b.Leave()
	d.enter("192.0.2.1", "")

	d.enter("2001:db8::1", "")
	d.enter("2001:db8::2:3:4%eth0", "") // the same /64
	d.enter("2001:db8::5", TooManyHere)
	d.enter("2001:db8:0:1::1", "")
	for range 5 {
		d.enter("203.0.113.7", "")
	}
}

// TestStartups holds the share that is refused against the rule of sshd, with dice
// that fall just so.
func TestStartups(t *testing.T) {
	for _, c := range []struct{ waiting, percent int }{
		{0, 0}, {99, 0}, {100, 30}, {150, 47}, {200, 65}, {299, 99}, {300, 100}, {1000, 100},
	} {
		s := Startups{100, 30, 300}
		refused := 0
		for dice := range 100 {
			if s.full(c.waiting) || s.unlucky(c.waiting, func(int) int { return dice }) {
				refused++
			}
		}
		if refused != c.percent {
			t.Errorf("%d waiting: %d %% refused, want %d", c.waiting, refused, c.percent)
		}
	}
	d := newDoor(t, Limits{Startups: Startups{2, 30, 4}})
	a := d.enter(stranger(1), "")
	d.enter(stranger(2), "")
	d.dice = 29
	d.enter(stranger(3), TooManyStarted)
	d.dice = 30
	d.enter(stranger(3), "")
	d.dice = 99
	d.enter(stranger(4), "")
	d.enter(stranger(5), TooManyStarted)
	a.LoggedIn()
	d.enter(stranger(5), "")
	d.enter(stranger(6), TooManyStarted)
	if d.Waiting() != 4 {
		t.Errorf("%d wait", d.Waiting())
	}
}

// TestKnown: who has logged in within the hour need not be lucky, but has no more
// than a few at once by that, and none when all are refused.
func TestKnown(t *testing.T) {
	d := newDoor(t, Limits{Startups: Startups{2, 30, 10}, Exempt: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	for _, known := range []string{stranger(1), stranger(2), "192.0.2.1"} {
		d.enter(known, "").LoggedIn()
	}
	for range knownAtOnce {
		d.enter(stranger(1), "")
	}
	d.enter(stranger(1), TooManyStarted)
	d.enter(stranger(3), TooManyStarted)
	last := d.enter("192.0.2.1", "")
	for range knownAtOnce - 1 {
		d.enter("192.0.2.1", "")
	}
	d.enter("192.0.2.1", TooManyStarted) // exempt or not
	d.enter(stranger(2), "")
	d.enter(stranger(2), "")
	d.enter(stranger(2), TooManyStarted) // all are refused
	last.Leave()
	d.now = d.now.Add(knownFor)
	d.enter(stranger(2), TooManyStarted)
	if d.Waiting() != 9 {
		t.Errorf("%d wait", d.Waiting())
	}
}

func TestParseStartups(t *testing.T) {
	for text, want := range map[string]string{
		"100:30:300": "100:30:300", "0": "0:100:0", "7": "7:100:7", "5:0:5": "5:0:5",
		"": "", "1:2": "", "1:101:3": "", "3:1:2": "", "-1:2:3": "", "+1:2:3": "", "a": "", "1:2:3:4": "", "1::3": "",
	} {
		s, err := ParseStartups(text)
		if got := s.String(); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: %s %v, want %s", text, got, err, want)
		}
	}
}

// TestCrowded: while startups are refused, who takes longer than Crowded to log in
// makes room, but not while we are at its password.
func TestCrowded(t *testing.T) {
	d := newDoor(t, Limits{
		Startups: Startups{2, 100, 2}, Crowded: 2 * time.Second,
		Penalties: Penalties{Slow: 10 * time.Second, Refuse: 10 * time.Second},
	})
	var expelled []int
	come := func(i int, want Reason) *Guest {
		t.Helper()
		g, reason := d.Enter(netip.MustParseAddr(stranger(i)), func() { expelled = append(expelled, i) })
		if reason != want {
			t.Errorf("stranger %d: %q, want %q", i, reason, want)
		}
		return g
	}
	come(1, "").Busy(true)
	second := come(2, "")
	come(3, "")
	d.now = d.now.Add(2*time.Second - 1)
	come(4, TooManyStarted)
	d.now = d.now.Add(1)
	come(4, "")
	if fmt.Sprint(expelled) != "[2]" {
		t.Errorf("expelled %v", expelled)
	}
	if _, refused := second.Penalise(Slow); refused || d.Waiting() != 3 {
		t.Errorf("penalised twice, %d wait", d.Waiting())
	}
	come(2, Penalty)
	second.Leave()
	come(5, "")
	come(6, TooManyStarted)
	d.now = d.now.Add(10 * time.Second)
	come(2, "")
	if fmt.Sprint(expelled) != "[2 3 4]" {
		t.Errorf("expelled %v", expelled)
	}
}

// TestCrowdedAsleep: who has waited for longer than anybody may while the program runs
// makes room, too, but is not to blame: the program was stopped.
func TestCrowdedAsleep(t *testing.T) {
	d := newDoor(t, Limits{
		Startups: Startups{2, 100, 2}, Crowded: 2 * time.Second, Longest: 16 * time.Second,
		Penalties: Penalties{Slow: 10 * time.Second, Refuse: 10 * time.Second},
	})
	d.enter(stranger(1), "")
	d.now = d.now.Add(time.Second)
	d.enter(stranger(2), "")
	d.now = d.now.Add(15*time.Second + 1)
	d.enter(stranger(3), "")
	d.enter(stranger(1), "")
	d.enter(stranger(2), Penalty)
}

// TestSuspectsComeLast: from START on, who has done something wrong lately
// is refused, until somebody logs in from there or 10 minutes have passed.
func TestSuspectsComeLast(t *testing.T) {
	d := newDoor(t, Limits{Startups: Startups{2, 30, 8}, Penalties: Penalties{Login: time.Second, Refuse: time.Hour}})
	d.dice = 99
	bad := d.enter("192.0.2.1", "")
	bad.Penalise(FailedLogin)
	d.enter("192.0.2.1", "").Leave() // there is room
	d.enter(stranger(1), "")
	d.enter("192.0.2.1", TooManyStarted)
	busy := d.enter(stranger(2), "")
	busy.Busy(true)
	busy.Busy(true)
	if g := d.enter("192.0.2.2", ""); g.Suspect() || !d.Suspect(netip.MustParseAddr("192.0.2.1")) {
		t.Error("suspects")
	}
	d.now = d.now.Add(suspectFor)
	d.enter("192.0.2.1", "")
	bad.Penalise(FailedLogin)
	bad.LoggedIn()
	d.enter("192.0.2.1", "")
	busy.LoggedIn()
	busy.Busy(false)
	if d.busy != 0 {
		t.Errorf("%d are busy", d.busy)
	}
}

// TestUnluckyComesBack: who was refused by chance and waits before the next try is let
// in, once, unless all are refused.
func TestUnluckyComesBack(t *testing.T) {
	d := newDoor(t, Limits{Startups: Startups{2, 30, 4}, Exempt: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	d.enter(stranger(1), "")
	d.enter(stranger(2), "")
	d.enter(stranger(3), TooManyStarted)
	d.enter("192.0.2.1", TooManyStarted)
	d.now = d.now.Add(backFrom - 1)
	d.enter(stranger(3), TooManyStarted) // and has to wait again
	d.now = d.now.Add(backFrom - 1)
	d.enter(stranger(3), TooManyStarted)
	d.enter(stranger(4), TooManyStarted)
	d.now = d.now.Add(backFrom)
	d.enter(stranger(3), "").Leave()
	d.enter(stranger(3), TooManyStarted) // once
	d.enter("192.0.2.1", TooManyStarted)
	d.now = d.now.Add(backTo)
	d.enter(stranger(4), TooManyStarted) // too long ago
	d.now = d.now.Add(backFrom)
	d.enter(stranger(4), "")
	d.enter(stranger(5), TooManyStarted)
	d.dice = 99
	d.enter(stranger(6), "")
	d.dice = 0
	d.now = d.now.Add(backFrom)
	d.enter(stranger(5), TooManyStarted) // that was the last place
	d = newDoor(t, Limits{Startups: Startups{1, 100, 4}})
	d.enter(stranger(1), "")
	d.enter(stranger(2), TooManyStarted)
	d.now = d.now.Add(backFrom)
	d.enter(stranger(2), TooManyStarted) // that was no chance
}

// TestPatience: the more there are, the less time each has.
func TestPatience(t *testing.T) {
	s := Startups{100, 30, 300}
	for waiting, want := range map[int]time.Duration{
		50: 2 * time.Second, 100: 2 * time.Second, 200: 1250 * time.Millisecond, 300: 500 * time.Millisecond, 900: 500 * time.Millisecond,
	} {
		if got := s.patience(waiting, 2*time.Second); got != want {
			t.Errorf("%d: %v, want %v", waiting, got, want)
		}
	}
}

// TestKnownIsBounded: as many addresses are remembered as there is room for.
func TestKnownIsBounded(t *testing.T) {
	k, now := make(known), time.Unix(0, 0)
	for i := range knownMost + 10 {
		k.add(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32), now)
	}
	if last := prefix(netip.MustParseAddr("10.1.0.9")); len(k) != knownMost || !k.has(last, now, knownFor) {
		t.Errorf("%d known", len(k))
	}
}

// TestNoGuest: a server without limits has no guests, and no address is as good as
// any other.
func TestNoGuest(t *testing.T) {
	var g *Guest
	g.Busy(true)
	g.LoggedIn()
	g.Leave()
	if _, refused := g.Penalise(FailedLogin); refused || g.Suspect() {
		t.Error("nobody is refused")
	}
	d := newDoor(t, Limits{Penalties: Penalties{Login: time.Hour, Refuse: 1}})
	for range 3 {
		nobody, _ := d.Enter(netip.Addr{}, nil)
		nobody.LoggedIn()
		nobody.Penalise(FailedLogin)
	}
}
