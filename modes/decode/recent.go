package decode

// recent remembers a number, not 0, for each of the hashes that were used last: maxRecent and
// up to twice as many. For a session it takes a tenth of what a map does.
type recent struct {
	young, old []remembered
	used       int // of young
}

type remembered struct{ hash, n uint64 }

const (
	maxRecent   = 2048
	recentSlots = 2 * maxRecent // always with free ones, which end a search
)

// get is what is remembered; 0 for nothing.
func (r *recent) get(hash uint64) uint64 {
	if r.young == nil {
		return 0
	}
	if s := slotOf(r.young, hash); s.n != 0 {
		return s.n
	}
	if r.old == nil {
		return 0
	}
	n := slotOf(r.old, hash).n
	if n != 0 {
		r.put(hash, n)
	}
	return n
}

func (r *recent) put(hash, n uint64) {
	if r.used == maxRecent {
		r.young, r.old, r.used = r.old, r.young, 0
		clear(r.young)
	}
	if r.young == nil {
		r.young = make([]remembered, recentSlots)
	}
	s := slotOf(r.young, hash)
	if s.n == 0 {
		r.used++
	}
	*s = remembered{hash, n}
}

// slotOf is where a hash is, or has room.
func slotOf(slots []remembered, hash uint64) *remembered {
	for i := hash % recentSlots; ; i = (i + 1) % recentSlots {
		if s := &slots[i]; s.n == 0 || s.hash == hash {
			return s
		}
	}
}
