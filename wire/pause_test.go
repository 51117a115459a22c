package wire

import (
	"testing"
	"time"
)

// TestPaused: what a client asked while nobody was answered is not too late, and idle time
// begins anew then; not so for sessions that had ended before, nor for their whole life.
func TestPaused(t *testing.T) {
	const s = time.Second
	type span struct{ from, to time.Duration } // after HELLO
	for name, c := range map[string]struct {
		pauses []span
		asks   time.Duration
		lives  bool
	}{
		"none":                       {nil, 90 * s, false},
		"in time":                    {[]span{{89 * s, 600 * s}}, 600 * s, true},
		"with its idle time":         {[]span{{89 * s, 600 * s}}, 690*s - 1, true},
		"not in time":                {[]span{{89 * s, 600 * s}}, 690 * s, false},
		"ended before":               {[]span{{90 * s, 600 * s}}, 600 * s, false},
		"near its end":               {[]span{{10 * s, 80 * s}}, 170*s - 1, true},
		"not earlier":                {[]span{{-200 * s, -100 * s}}, 90*s - 1, true},
		"earlier":                    {[]span{{-200 * s, -100 * s}}, 90 * s, false},
		"two":                        {[]span{{10 * s, 70 * s}, {120 * s, 600 * s}}, 690*s - 1, true},
		"two, too late":              {[]span{{10 * s, 70 * s}, {120 * s, 600 * s}}, 690 * s, false},
		"two, ended before the last": {[]span{{10 * s, 70 * s}, {160 * s, 600 * s}}, 600 * s, false},
		"the end of its life":        {[]span{{80 * s, 2099 * s}}, 2100*s - 1, true},
		"over its life":              {[]span{{80 * s, 2099 * s}}, 2100 * s, false},
	} {
		t.Run(name, func(t *testing.T) {
			var from, to time.Time
			b := newBench(t, func(c *ServerConfig) {
				c.Paused = func(time.Time) (time.Time, time.Time) { return from, to }
			})
			start := b.now
			b.login()
			for _, p := range c.pauses {
				from, to, b.now = start.Add(p.from), start.Add(p.to), start.Add(max(0, p.to))
				if len(c.pauses) > 1 {
					b.Expire()
				}
			}
			b.now = start.Add(c.asks)
			if v := b.send(request(1, "2")); (v.Event == Answered) != c.lives {
				t.Errorf("%v %v", v.Event, v.Refusal)
			}
			if c.lives { // from now on it counts as ever
				b.now = b.now.Add(90*s - 1)
				want := Answered
				if b.now.Sub(start) >= 2100*s {
					want = Refused
				}
				if v := b.send(request(1, "3")); v.Event != want {
					t.Errorf("later: %v %v", v.Event, v.Refusal)
				}
			}
		})
	}
}
