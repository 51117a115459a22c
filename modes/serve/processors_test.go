package serve

import (
	"runtime"
	"testing"
)

// TestOneMore: there is one thread more than processors, however often they are counted, and as
// many as GOMAXPROCS says where that is set.
func TestOneMore(t *testing.T) {
	t.Setenv("GOMAXPROCS", "") // and is put back
	defer runtime.SetDefaultGOMAXPROCS()
	runtime.SetDefaultGOMAXPROCS()
	want := runtime.GOMAXPROCS(0) + 1
	for range 2 {
		if oneMore(); runtime.GOMAXPROCS(0) != want {
			t.Errorf("%d threads, want %d", runtime.GOMAXPROCS(0), want)
		}
	}
	runtime.GOMAXPROCS(7)
	t.Setenv("GOMAXPROCS", "7")
	if oneMore(); runtime.GOMAXPROCS(0) != 7 {
		t.Errorf("%d threads, want 7", runtime.GOMAXPROCS(0))
	}
}
