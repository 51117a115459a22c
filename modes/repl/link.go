package repl

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"proto/modes"
	"proto/wire"
)

// link is one named connection: what goes out is written by the command at hand,
// what comes in is queued by a reader of its own. It stays when the connection
// ends, and the next hello opens it again.
type link struct {
	name    string
	bench   *bench
	address string
	options *linkOptions // of the connect that opened it; nil: those of the command line

	reader sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed when something below has changed
	tls     *tls.Conn     // nil before the first connection
	tape    *modes.Tape   // of it
	ended   *ending       // nil while it is open
	queue   []*arrival
	queued  int // bytes in queue
	dropped int
	pending []sent // frames no answer has come for, the oldest first
	vars    linkVars
	session *followed // the one that a HELLO_ACK opened last
}

// linkOptions are those of a connect command.
type linkOptions struct {
	from     net.Addr
	ca, pin  string
	insecure bool
}

// ending is how a connection ended.
type ending struct {
	event  string // "closed", "reset", or "" where we ended it
	reason string // in words
}

// arrival is a frame that came, or bytes that are none.
type arrival struct {
	frame  *wire.Frame
	broken error // in place of a frame
	opened opened
	entry  *entry
}

// sent is a frame that waits for its answer.
type sent struct {
	sequence string
	at       time.Time
}

const (
	maxQueue     = 100_000  // frames
	maxQueueSize = 64 << 20 // bytes
	maxPending   = 100_000
)

// limits are generous: a server under test may send anything.
func limits() wire.Limits { return wire.Limits{Bytes: 1 << 20, Levels: 1000} }

func newLink(b *bench, name, address string) *link {
	return &link{name: name, bench: b, address: address, changed: make(chan struct{})}
}

// change tells all that wait. l.mu is held.
func (l *link) change() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// open makes a fresh connection, and variables with it.
func (l *link) open(ctx context.Context, by time.Time, again bool) error {
	l.shut()
	tc, err := l.dial(ctx, by, again)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.tls, l.ended, l.session = tc, nil, nil
	tape := l.bench.world.record.Tape(tc.RemoteAddr().String())
	l.tape = tape
	l.queue, l.queued, l.dropped, l.pending = nil, 0, 0, nil
	l.vars.restart(tc.ConnectionState())
	l.change()
	l.mu.Unlock()
	l.bench.world.reached.Store(l.address, true)
	l.reader.Go(func() { l.read(tc, tape) })
	return nil
}

// dialPause is between two tries to connect.
const dialPause = 50 * time.Millisecond

// dial connects until by. A refused connection is tried again if again is set: a
// server that is just starting refuses.
func (l *link) dial(ctx context.Context, by time.Time, again bool) (*tls.Conn, error) {
	ctx, cancel := context.WithDeadline(ctx, by)
	defer cancel()
	config, err := l.bench.world.clientTLS(l.address, l.options)
	if err != nil {
		return nil, err
	}
	var from net.Addr
	if l.options != nil {
		from = l.options.from
	}
	var refused error // of the first try
	for {
		tc, err := modes.DialTLS(ctx, from, l.address, config)
		if err == nil {
			return tc, nil
		}
		if refused != nil && ctx.Err() != nil {
			return nil, refused // that the time ended in a later one tells less
		}
		if !again || !isGone(err) || time.Until(by) < dialPause {
			return nil, err
		}
		if refused == nil {
			refused = err
			l.bench.note(err.Error() + "; trying again")
		}
		timer := time.NewTimer(dialPause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		}
	}
}

// isGone says whether nobody was there to connect to, or went at once: a server
// that is being started.
func isGone(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// writable says why nothing can be sent, if so.
func (l *link) writable() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.tls == nil:
		return &hinted{"connection " + l.name + " is not open", "hello or connect opens it"}
	case l.ended != nil:
		return &hinted{"connection " + l.name + " is closed: " + l.ended.reason, "hello or connect opens it again"}
	}
	return nil
}

// write writes bytes in one Write: over TLS, in one record up to 16 KiB.
func (l *link) write(b []byte, by time.Time) error {
	if err := l.writable(); err != nil {
		return err
	}
	l.mu.Lock()
	tc, tape := l.tls, l.tape
	l.mu.Unlock()
	tape.Record(modes.ToServer, b) // first: its answer may be here before Write returns
	err := tc.SetWriteDeadline(by)
	if err == nil {
		_, err = tc.Write(b)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errorText("the server does not read: nothing could be sent within " + l.bench.timeout.String())
	}
	if l.endedMeanwhile(tc) {
		return nil // what the server said before it closed is there to be expected
	}
	return errorText("cannot send: " + endingOf(err).reason)
}

// endedMeanwhile says whether the server ended the connection while something was
// written: it counts as sent. The reader may be about to notice.
func (l *link) endedMeanwhile(tc *tls.Conn) bool {
	timer := time.NewTimer(closingWait)
	defer timer.Stop()
	for {
		l.mu.Lock()
		ended, changed, same := l.ended, l.changed, l.tls == tc
		l.mu.Unlock()
		if !same || ended != nil {
			return same && ended.event != ""
		}
		select {
		case <-changed:
		case <-timer.C:
			return false
		}
	}
}

// next takes the next arrival out of the queue. Without one it gives how the
// connection ended, or neither if the time is over.
func (l *link) next(ctx context.Context, by time.Time) (*arrival, *ending, error) {
	timer := time.NewTimer(time.Until(by))
	defer timer.Stop()
	for {
		l.mu.Lock()
		if len(l.queue) > 0 {
			a := l.queue[0]
			if l.queue = l.queue[1:]; a.frame != nil {
				l.queued -= len(a.frame.Raw())
			}
			l.mu.Unlock()
			return a, nil, nil
		}
		ended, changed, never := l.ended, l.changed, l.tls == nil
		l.mu.Unlock()
		switch {
		case never:
			return nil, nil, &hinted{"connection " + l.name + " is not open", "hello or connect opens it"}
		case ended != nil:
			return nil, ended, nil
		}
		select {
		case <-changed:
		case <-timer.C:
			return nil, nil, nil
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// unread is how many frames wait in the queue.
func (l *link) unread() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}

// isOpen says whether it is connected.
func (l *link) isOpen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tls != nil && l.ended == nil
}

type errorText string

func (e errorText) Error() string { return string(e) }
