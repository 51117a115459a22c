package serve

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A server holds much that lives long and makes little that does not: with the
// runtime's usual headroom of as much again, a third of its memory would lie idle.
// With too little, handshakes would have the collector run all the time, and under
// attack who has logged in would wait for it. So the headroom is a part of what is
// alive, but never less than garbageFloor: with half of that, 2,000 logins would take 6 %
// longer.
const (
	garbageFloor = 32 << 20
	garbagePart  = 2
	garbageMax   = 1000 // percent
)

// tidyEvery is how often that is looked at, calm how long no connection may have
// come or gone before memory is given back to the system, and worthIt how many
// must have since the last time.
const (
	tidyEvery = time.Second
	calm      = 10 // times tidyEvery
	worthIt   = 500
)

// gcPercent is the collector's setting for so many bytes alive.
func gcPercent(live uint64) int {
	if live == 0 {
		return garbageMax
	}
	headroom := max(garbageFloor, live/garbagePart)
	return int(min(garbageMax, 100*headroom/live))
}

// tidier decides when memory is given back.
type tidier struct {
	given, last int64 // connections that had come and gone, then and a moment ago
	quiet       int
}

// due says whether to give back, from how many connections have come or gone.
func (t *tidier) due(moved int64) bool {
	if moved != t.last {
		t.last, t.quiet = moved, 0
		return false
	}
	t.quiet++
	if t.quiet < calm || moved-t.given < worthIt {
		return false
	}
	t.given = moved
	return true
}

// tidy keeps the memory small until ctx ends. Who sets GOGC decides for himself.
func (s *server) tidy(ctx context.Context) {
	if !s.alone || os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(garbageMax)
	defer debug.SetGCPercent(usual)
	ticker := time.NewTicker(tidyEvery)
	defer ticker.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	set := garbageMax
	var t tidier
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		metrics.Read(live)
		// To set it stops the world: not for a trifle.
		if p := gcPercent(live[0].Value.Uint64()); p > set+set/8 || p < set-set/8 {
			set = p
			debug.SetGCPercent(p)
		}
		if t.due(s.moved.Load()) {
			debug.FreeOSMemory()
		}
	}
}
