package serve

import (
	"testing"
	"time"
)

// TestSessionEndsElsewhere: a connection whose session was ended over another one goes, too,
// however long sessions may be silent.
func TestSessionEndsElsewhere(t *testing.T) {
	bubble(t, options{idle: -1, life: -1}, func(t *testing.T, r *rig) {
		first := r.login(peerOne)
		other := first.move(peerOne)
		frame, err := other.Close(nil)
		fatal(t, err)
		other.send(string(frame))
		other.pipe.Close()
		time.Sleep(lookEvery + time.Minute)
		if n := r.connections(); n != 0 {
			t.Errorf("%d connections", n)
		}
	})
}

// TestSessionWithoutEnd: one that may be silent for ever is.
func TestSessionWithoutEnd(t *testing.T) {
	bubble(t, options{idle: -1, life: -1}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		time.Sleep(7 * 24 * time.Hour)
		c.ask()
	})
}
