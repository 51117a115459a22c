package serve

import "testing"

func TestGCPercent(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 1000, 1 << 20: 1000, 4 << 20: 800, 8 << 20: 400, 16 << 20: 200, 32 << 20: 100, 64 << 20: 50, 1 << 30: 50,
	} {
		if got := gcPercent(live); got != want {
			t.Errorf("%d MiB: %d, want %d", live>>20, got, want)
		}
	}
}

// TestTidier: memory is given back once, when it has been calm for 10 s after 500
// connections have come or gone.
func TestTidier(t *testing.T) {
	var td tidier
	at := func(moved int64, times int) (given int) {
		for range times {
			if td.due(moved) {
				given++
			}
		}
		return given
	}
	if n := at(499, 100); n != 0 {
		t.Errorf("given back for little, %d times", n)
	}
	if n := at(500, 10); n != 0 {
		t.Errorf("given back after 9 s, %d times", n)
	}
	if n := at(500, 100); n != 1 {
		t.Errorf("given back %d times", n)
	}
	for moved := int64(501); moved < 3000; moved++ {
		if n := at(moved, 5); n != 0 {
			t.Fatal("given back while they come")
		}
	}
	if n := at(2999, 100); n != 1 {
		t.Errorf("given back %d times", n)
	}
}
