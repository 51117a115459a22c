package keys

import (
	"context"
	"time"
)

// The password of a suspect is checked at a quarter of the speed: guessing slows nobody else down. But those who wait for
// the place are not kept waiting for that, and it costs a suspect no more than suspectMost: it may be the next of a
// client's own logins, after one wrong password, where a check of high cost takes most of the time that the client has.
const (
	suspectRounds = 20 // of 0.05 ms or so
	suspectPause  = 3 * time.Millisecond
	suspectMost   = time.Second
)

// yieldOf is what is called between the rounds of a computation for the source of a login.
func (u *Users) yieldOf(ctx context.Context) func() {
	if u.yield == nil || !SourceOf(ctx).Suspect {
		return u.yield
	}
	rounds, paused := 0, time.Duration(0)
	return func() {
		u.yield()
		if rounds++; rounds%suspectRounds != 0 || paused >= suspectMost || u.queue.wanted() {
			return
		}
		paused += suspectPause
		pause(ctx, suspectPause)
	}
}

// pause waits for a while, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
