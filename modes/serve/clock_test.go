package serve

import (
	"context"
	"crypto/rand"
	"net/netip"
	"testing"
	"time"
	"unsafe"

	"proto/keys"
	"proto/wire"
)

// jumped is a time read from a wall clock that was set to another time, by whole
// seconds: what it says changes, what is measured with it does not. No function of
// package time makes one.
func jumped(t *testing.T, now time.Time, by time.Duration) time.Time {
	t.Helper()
	set := now
	*(*uint64)(unsafe.Pointer(&set)) += uint64(by/time.Second) << 30 // time.Time.wall: seconds from bit 30 on
	if set.Sub(now) != 0 || set.Round(0).Sub(now.Round(0)) != by {
		t.Fatalf("package time has changed: %v is %v, %v later", now, set, set.Sub(now))
	}
	return set
}

// TestClockJumps: a session lives as long as it should, and its token is good all
// the while, to whatever time the clock is set.
func TestClockJumps(t *testing.T) {
	start := time.Now()
	var passed, set time.Duration
	now := func() time.Time { return jumped(t, start.Add(passed), set) }
	signer, err := keys.NewSigner(keys.RandomSecret(), now)
	fatal(t, err)
	core, err := wire.NewServer(wire.ServerConfig{
		Login: loginAlice, Token: token(signer), RefuseToken: refuseToken(signer), Now: now, Random: rand.Reader,
		MaxLife: 35 * time.Minute, Idle: 90 * time.Second,
		Pace: wire.Pace{Burst: 2, Every: time.Second},
	})
	fatal(t, err)
	send := func(frame []byte, err error) wire.Verdict {
		t.Helper()
		fatal(t, err)
		var f wire.Frame
		_, err = wire.Parse(frame, wire.Limits{}, &f)
		fatal(t, err)
		return core.Answer(context.Background(), nil, &f, netip.MustParseAddr("192.0.2.1"))
	}
	receive := func(c *wire.Client, v wire.Verdict) {
		t.Helper()
		var f wire.Frame
		_, err := wire.Parse(v.Reply, wire.Limits{}, &f)
		fatal(t, err)
		_, err = c.Receive(&f)
		fatal(t, err)
	}
	const day = 24 * time.Hour
	for _, jumps := range [][]time.Duration{{10 * 365 * day, -10 * 365 * day}, {-day, 2 * day}, {time.Hour, -time.Hour}} {
		for name, step := range map[string]time.Duration{"idle": 90 * time.Second, "life": 30 * time.Second} {
			passed, set = 0, 0
			var c wire.Client
			receive(&c, send(c.Hello(nil, wire.Hello{MAC: "m", User: goodUser, Password: goodPassword})))
			for i := 0; ; i++ {
				set = jumps[i%2]
				if name == "idle" {
					passed += step - 1
				} else {
					passed += step
				}
				if passed >= 35*time.Minute {
					break
				}
				v := send(c.Request(nil))
				if v.Event != wire.Answered || v.Wait != 0 {
					t.Fatalf("%v, %s, after %v: %v %v %v, waits %v", jumps, name, passed, v.Event, v.Refusal, v.Reason, v.Wait)
				}
				receive(&c, v)
			}
			if v := send(c.Request(nil)); v.Refusal != wire.NoSession {
				t.Errorf("%v, %s, after %v: %v %v", jumps, name, passed, v.Event, v.Refusal)
			}
		}
		var c wire.Client
		receive(&c, send(c.Hello(nil, wire.Hello{MAC: "m", User: goodUser, Password: goodPassword})))
		set, passed = set+jumps[0], passed+90*time.Second
		if n := len(core.Expire()); n == 0 {
			t.Errorf("%v: the idle session is still there", jumps)
		}
		if v := send(c.Request(nil)); v.Refusal != wire.NoSession {
			t.Errorf("%v: a session lives too long: %v", jumps, v.Event)
		}
	}
}
