package connect

import (
	"context"
	"net"
	"time"

	"proto/modes"
	"proto/wire"
)

// link is one connection.
type link struct {
	nc   net.Conn
	conn *wire.Conn
	calm func() bool // ends the watch for a signal
	tape *modes.Tape

	// fresh: it took the place of a lost one, and nothing has been answered on it.
	fresh bool
}

// limits are generous: what the server sends is bounded all the same.
func limits() wire.Limits { return wire.Limits{Bytes: 64 << 10} }

// dialer makes a connection, the TLS handshake done.
type dialer func(context.Context) (net.Conn, error)

// reachOut makes a link, and begins its record.
func (c *session) reachOut(ctx context.Context) (*link, error) {
	l, err := connect(ctx, c.dial, c.s.timeout)
	if err == nil {
		l.tape = c.s.recorder.Tape(l.nc.RemoteAddr().String())
	}
	return l, err
}

// connect makes a link, in timeout at most. A signal ends the reads on it, and
// leaves writing as it is, for CLOSE.
func connect(ctx context.Context, dial dialer, timeout time.Duration) (*link, error) {
	type dialled struct {
		nc  net.Conn
		err error
	}
	short, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan dialled, 1)
	go func() { // the stack that a handshake grows goes with this goroutine
		nc, err := dial(short)
		done <- dialled{nc, err}
	}()
	d := <-done
	switch {
	case ctx.Err() != nil:
		if d.nc != nil {
			d.nc.Close()
		}
		return nil, context.Cause(ctx)
	case d.err != nil:
		return nil, d.err
	}
	conn := wire.NewConn(d.nc, limits())
	return &link{nc: d.nc, conn: conn, calm: context.AfterFunc(ctx, conn.Interrupt)}, nil
}

// close ends a connection that is no longer needed.
func (l *link) close() {
	l.calm()
	l.conn.Close()
}

// abandon ends a connection that is lost, by a reset: what of our request the
// system still holds is then never sent. It could reach the server after the
// same request, and others, were answered over another connection; the server
// would answer it afresh, and the cipher run on by an answer that nobody gets.
// TLS has nothing to say any more either, and must not wait to say it.
func (l *link) abandon() {
	l.calm()
	nc := l.nc
	if over, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = over.NetConn()
	}
	if tcp, ok := nc.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0) // fails on a connection that has ended
	}
	nc.Close()
}
