package decode

import "testing"

// TestRecent: what was used last is remembered, and that is bounded.
func TestRecent(t *testing.T) {
	var r recent
	hash := func(n int) uint64 { return uint64(n) * 0x1000 } // many have one slot
	if r.get(hash(1)) != 0 {
		t.Error("something is remembered of nothing")
	}
	for i := range 5 * maxRecent {
		r.put(hash(i), uint64(i)+1)
		if r.get(hash(0)) != 1 {
			t.Fatalf("%d: what is used again and again is forgotten", i)
		}
		for _, before := range []int{i, max(0, i-maxRecent/4)} {
			if got := r.get(hash(before)); got != uint64(before)+1 {
				t.Fatalf("%d: of %d there is %d", i, before, got)
			}
		}
	}
	r.put(hash(0), 7)
	if r.get(hash(0)) != 7 || r.get(hash(1)) != 0 || len(r.young)+len(r.old) != 2*recentSlots {
		t.Errorf("%d, %d, %d slots", r.get(hash(0)), r.get(hash(1)), len(r.young)+len(r.old))
	}
}
