package connect

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	const ms = time.Millisecond
	want := []time.Duration{200 * ms, 400 * ms, 800 * ms, 1600 * ms, 3200 * ms, 6400 * ms, 12800 * ms, 25600 * ms, 30000 * ms, 30000 * ms}
	for _, random := range []float64{0, 0.5, 1} {
		b := backoff{first: firstWait, longest: longestWait, random: func() float64 { return random }}
		for range 2 {
			for i, d := range want {
				if got := b.next(); got != d-time.Duration(random*float64(d/2)) {
					t.Errorf("try %d, random %v: %v of %v", i, random, got, d)
				}
			}
			b.tries = 1 << 40
			if got := b.next(); got > longestWait {
				t.Errorf("%v", got)
			}
			b.reset()
		}
	}
	b, seen := usualWait(), make(map[time.Duration]bool)
	for range 100 {
		d := b.next()
		if b.reset(); d < firstWait/2 || d > firstWait {
			t.Errorf("%v", d)
		}
		seen[d] = true
	}
	if len(seen) < 50 {
		t.Errorf("%d waits of 100 differ", len(seen))
	}
}
