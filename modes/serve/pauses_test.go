package serve

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestPauses: a pause is what is longer than pauseFrom, whoever notices it first, and is told
// of once; the last one is known.
func TestPauses(t *testing.T) {
	var p pauses
	start := time.Now()
	for i, step := range []struct {
		at       time.Duration // milliseconds, as all here
		from, to time.Duration
	}{
		{0, 0, 0}, {200, 0, 0}, {600, 0, 0}, // late, but there
		{1001, 600, 1001}, {1000, 600, 1001}, {1200, 600, 1001}, // whoever looked at the clock before
		{61200, 1200, 61200}, {61300, 1200, 61200},
	} {
		from, to := p.last(start.Add(step.at * time.Millisecond))
		if step.to == 0 && from.IsZero() && to.IsZero() {
			continue
		}
		if from.Sub(start) != step.from*time.Millisecond || to.Sub(start) != step.to*time.Millisecond {
			t.Errorf("%d: from %v to %v", i, from.Sub(start), to.Sub(start))
		}
	}
}

// TestPausesWatched: there is none while the clock is looked at.
func TestPausesWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pauses
		told := 0
		go p.watch(t.Context(), func() { told++ })
		time.Sleep(time.Hour)
		synctest.Wait()
		if told != 0 {
			t.Errorf("told of %d", told)
		}
		p.mu.Lock()
		p.seen = p.seen.Add(-time.Minute) // as if it had not run
		p.mu.Unlock()
		time.Sleep(time.Second)
		synctest.Wait()
		if _, to := p.last(time.Now()); told != 1 || time.Since(to) > time.Second {
			t.Errorf("told of %d, the last %v ago", told, time.Since(to))
		}
	})
}
