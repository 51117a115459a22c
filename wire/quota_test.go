package wire

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
)

func helloOf(user string) string {
	return fmt.Sprintf(`{"header":{"MAC":"f8:94:c2:02:86:ee"},"data":{"username":%q,"password":"test","message-type":"HELLO","sequence":1}}`, user)
}

// anyUser lets everybody in.
func anyUser(c *ServerConfig) {
	c.Login = func(_ context.Context, name string, _ []byte) (User, error) { return User{Name: name, ID: 1}, nil }
}

// TestSessionLimits: HELLO over a limit is refused with the flag, and let in again
// when a session has ended, by CLOSE or by time.
func TestSessionLimits(t *testing.T) {
	for name, c := range map[string]struct {
		all, user int
		others    []string // let in besides the two of a
		refused   string
	}{
		"in all":   {all: 3, others: []string{"b"}, refused: "c"},
		"per user": {user: 2, others: []string{"b", "c"}, refused: "a"},
		"none":     {others: []string{"a", "a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, anyUser, func(s *ServerConfig) { s.MaxSessions, s.MaxPerUser = c.all, c.user })
			first := b.send(helloOf("a")).Session
			for _, user := range append([]string{"a"}, c.others...) {
				if v := b.send(helloOf(user)); v.Event != Opened {
					t.Fatalf("%s: %v %v", user, v.Refusal, v.Reason)
				}
			}
			if c.refused == "" {
				return
			}
			for range 2 { // a refusal takes no place
				v := b.send(helloOf(c.refused))
				if v.Refusal != TooManySessions || !strings.Contains(string(v.Reply), `"isAuthencatedUser":"false"`) || !v.Close {
					t.Fatalf("%v %s", v.Refusal, v.Reply)
				}
			}
			b.remove(first)
			v := b.send(helloOf(c.refused))
			if v.Event != Opened || v.Session.ID != int64(3+len(c.others)) {
				t.Fatalf("after a CLOSE: %v, session %v", v.Refusal, v.Session)
			}
			if v := b.send(helloOf(c.refused)); v.Refusal != TooManySessions {
				t.Errorf("one more: %v", v.Refusal)
			}
			b.now = b.now.Add(time.Hour)
			b.Expire()
			if v := b.send(helloOf(c.refused)); v.Event != Opened {
				t.Errorf("after an hour: %v", v.Refusal)
			}
			if b.live != 1 || len(b.perUser) != 1 {
				t.Errorf("%d places taken, by %v", b.live, b.perUser)
			}
		})
	}
}

// TestFailedOpenTakesNoPlace: neither does a session that could not be made.
func TestFailedOpenTakesNoPlace(t *testing.T) {
	b := newBench(t, func(c *ServerConfig) { c.MaxSessions = 1 })
	good := b.config.Random
	b.config.Random = zeros{}
	if v := b.send(goodHello); v.Refusal != Failed {
		t.Fatal(v.Refusal)
	}
	b.config.Random = good
	if v := b.send(goodHello); v.Event != Opened {
		t.Error(v.Refusal)
	}
}

// TestLoginNotLookedAt: of a login that the server has not looked at, because too many wait or its time is over,
// nothing is said, not even that it is refused: the connection ends without a frame.
func TestLoginNotLookedAt(t *testing.T) {
	for name, c := range map[string]struct {
		login func(ctx context.Context) error
		why   string
	}{
		"too many":  {func(context.Context) error { return fmt.Errorf("no: %w", ErrBusy) }, ""},
		"too late":  {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "the login was not checked in time: context canceled"},
		"both":      {func(ctx context.Context) error { <-ctx.Done(); return ErrBusy }, ""},
		"otherwise": {func(ctx context.Context) error { <-ctx.Done(); return errors.New("no answer") }, "the login was not checked in time: no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(s *ServerConfig) {
				s.Login = func(ctx context.Context, _ string, _ []byte) (User, error) { return User{}, c.login(ctx) }
			})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			v := b.Answer(ctx, nil, mustParse(t, goodHello), home)
			if v.Event != Refused || v.Refusal != Overloaded || v.Refusal.Flag() || !v.Close || len(v.Reply) != 0 {
				t.Errorf("%+v", v)
			}
			if why := ""; v.Reason != nil || c.why != "" {
				if why = fmt.Sprint(v.Reason); why != c.why {
					t.Errorf("because %s, want %q", why, c.why)
				}
			}
			if b.live != 0 {
				t.Errorf("%d places taken", b.live)
			}
		})
	}
}

// TestPace: the first Burst requests are free, then one each Every; a pause fills
// the burst again, and all of them are answered.
func TestPace(t *testing.T) {
	b := newBench(t, func(c *ServerConfig) { c.Pace = Pace{Burst: 5, Every: 10 * time.Millisecond} })
	b.login()
	ask := func(sequence int, want time.Duration) {
		t.Helper()
		v := b.send(request(1, fmt.Sprint(sequence)))
		if v.Refusal != NotRefused || v.Wait != want {
			t.Errorf("request %d: %v, wait %v, want %v", sequence, v.Refusal, v.Wait, want)
		}
	}
	for sequence := 2; sequence < 6; sequence++ {
		ask(sequence, 0)
	}
	ask(6, 10*time.Millisecond)
	ask(7, 20*time.Millisecond)
	ask(7, 30*time.Millisecond) // a retransmission counts
	b.now = b.now.Add(30 * time.Millisecond)
	ask(8, 10*time.Millisecond)
	b.now = b.now.Add(time.Second)
	for sequence := 9; sequence < 13; sequence++ {
		ask(sequence, 0)
	}
	ask(13, 10*time.Millisecond)
}

// TestPaceExtremes: no pace makes a session wait for longer than it should, as far as a
// time.Duration can say that.
func TestPaceExtremes(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	bursts := []int{math.MinInt, -1, 0, 1, 2, 100, 9223372037, math.MaxInt32, math.MaxInt - 1, math.MaxInt}
	everies := []time.Duration{math.MinInt64, 0, 1, 2, time.Millisecond, time.Second, 292 * 365 * 24 * time.Hour / 4, math.MaxInt64 / 2, math.MaxInt64}
	for _, burst := range bursts {
		for _, every := range everies {
			var m meter
			for n := int64(1); n <= 5; n++ {
				// n requests at once: n*every is due, of which burst-1 are free.
				want := big.NewInt(n)
				want.Sub(want, big.NewInt(int64(max(burst, 1))))
				want.Add(want, big.NewInt(1)).Mul(want, big.NewInt(int64(max(every, 0))))
				if want.Sign() < 0 {
					want.SetInt64(0)
				}
				if most := big.NewInt(math.MaxInt64); want.Cmp(most) > 0 {
					want = most
				}
				if got := m.take(Pace{burst, every}, start); big.NewInt(int64(got)).Cmp(want) != 0 {
					t.Errorf("burst %d, every %d, request %d: waits %d, want %d", burst, int64(every), n, int64(got), want)
				}
			}
		}
	}
}
