package connect

import (
	"time"

	"proto/wire"
)

// watcher is told what happens in a session, by the session's goroutine. Nothing
// is kept of what it is given.
type watcher interface {
	sent(frame []byte)
	received(f *wire.Frame)
	// connected: a connection is there, its handshake done; opened: a session.
	connected()
	opened()
	// answered: a request was answered that was made at asked. An error ends the
	// session.
	answered(a wire.Answer, session int64, asked time.Time) error
	// lost: something went wrong and is being mended; mended: it was.
	lost(kind trouble, note string)
	mended(note string)
	// waiting is called at the start of every wait, and again at the time it gives,
	// if that is not zero.
	waiting(w waiting) time.Time
}

// waiting is what a session waits for.
type waiting struct {
	next time.Time // the next request, or the next connection if that one is lost
	end  time.Time // of the session; zero: never
	lost bool
}
