package connect

import (
	"math/rand/v2"
	"time"
)

// backoff is how long to wait before the next connection: first, doubled with each
// try in a row up to longest, less a random part of up to half, so that clients that
// were cut off together do not come back together.
type backoff struct {
	first, longest time.Duration
	random         func() float64 // in [0, 1)
	tries          int
}

const (
	firstWait   = 200 * time.Millisecond
	longestWait = 30 * time.Second
)

func usualWait() backoff {
	return backoff{first: firstWait, longest: longestWait, random: rand.Float64}
}

func (b *backoff) next() time.Duration {
	d := b.first
	for range b.tries {
		if d *= 2; d >= b.longest {
			d = b.longest
			break
		}
	}
	b.tries++
	return d - time.Duration(b.random()*float64(d/2))
}

// reset begins anew: after an answered request, for a connection alone proves
// little.
func (b *backoff) reset() { b.tries = 0 }
