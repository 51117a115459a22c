package admission

import (
	"net/netip"
	"time"
)

// knownFor is how long an address is known after a login from it, and knownMost
// how many are: a session lasts half an hour.
const (
	knownFor  = time.Hour
	knownMost = 65536
)

// known are addresses from which somebody has logged in, and when.
type known map[netip.Prefix]time.Time

func (k known) has(addr netip.Prefix, now time.Time) bool {
	at, ok := k[addr]
	if ok && now.Sub(at) >= knownFor {
		delete(k, addr)
		return false
	}
	return ok
}

// add remembers an address, and forgets any other if there are too many.
func (k known) add(addr netip.Prefix, now time.Time) {
	if !addr.IsValid() {
		return
	}
	k[addr] = now
	for other := range k {
		if len(k) <= knownMost {
			return
		}
		if other != addr {
			delete(k, other)
		}
	}
}
