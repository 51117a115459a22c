package admission

import (
	"net/netip"
	"time"
)

// knownFor is how long an address is known after a login from it, as a session lasts
// half an hour; knownMost is how many are; and knownAtOnce how many without login one
// of them may have at once before it takes its chance as a stranger does: one login
// must not open the door to a crowd.
const (
	knownFor    = time.Hour
	knownMost   = 65536
	knownAtOnce = 4
)

// suspectFor is how long an address is suspect after it has done something wrong:
// that is not held against it unless there are too many, and then it comes last. A
// login ends it.
const suspectFor = 10 * time.Minute

// known are addresses, and when something was last heard of them.
type known map[netip.Prefix]time.Time

func (k known) has(addr netip.Prefix, now time.Time, most time.Duration) bool {
	at, ok := k[addr]
	if ok && now.Sub(at) >= most {
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
