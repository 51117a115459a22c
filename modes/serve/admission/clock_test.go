package admission

import (
	"testing"
	"time"
	"unsafe"
)

// TestClockJumps: what is held against an address, and for how long, does not depend
// on the time to which the clock is set meanwhile.
func TestClockJumps(t *testing.T) {
	for _, by := range []time.Duration{1000 * time.Hour, -1000 * time.Hour, time.Minute, -time.Minute} {
		d := newDoor(t, Limits{Penalties: usual})
		d.now = time.Now() // with its monotonic part, which alone counts
		jump := func(by time.Duration) {
			before := d.now
			*(*uint64)(unsafe.Pointer(&d.now)) += uint64(by/time.Second) << 30 // time.Time.wall: seconds from bit 30 on
			if d.now.Sub(before) != 0 || d.now.Round(0).Sub(before.Round(0)) != by {
				t.Fatalf("package time has changed: %v is %v", before, d.now)
			}
		}
		const bad, good = "192.0.2.1", "192.0.2.2"
		known := d.enter(good, "")
		known.LoggedIn()
		d.wantWrong(bad, FailedLogin, 5*time.Second, false)
		jump(by)
		d.wantWrong(bad, FailedLogin, 10*time.Second, false)
		jump(-2 * by)
		d.wantWrong(bad, Slow, 20*time.Second, true)
		jump(by)
		d.now = d.now.Add(20*time.Second - 1)
		d.enter(bad, Penalty)
		jump(by)
		d.enter(bad, Penalty)
		d.now = d.now.Add(1)
		if !d.enter(bad, "").Suspect() || d.enter(good, "").Suspect() {
			t.Errorf("set by %v: suspects", by)
		}
		d.now = d.now.Add(suspectFor)
		jump(-by)
		if d.enter(bad, "").Suspect() {
			t.Errorf("set by %v: suspect for too long", by)
		}
	}
}
