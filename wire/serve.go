package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// A RefusedError says why ServeConn ended a connection: a frame of the client was
// refused. It is for the log: the client is told nothing of it.
type RefusedError struct {
	Refusal Refusal
	Reason  error // more about it; may be nil
}

func (e *RefusedError) Error() string {
	if e.Reason == nil {
		return e.Refusal.String()
	}
	return e.Refusal.String() + ": " + e.Reason.Error()
}

func (e *RefusedError) Unwrap() error { return e.Reason }

// Serve takes the clients of a listener, which should be tls.Listen's, each with
// [Server.ServeConn], and calls Expire for each new one. When ctx ends it closes
// the listener, says CLOSE to all, waits until they have gone and returns nil. It
// does the same when the listener fails, and returns that error.
//
// It has no bound on how many clients come and how often they try a password. A
// server on the open internet needs one: see `proto serve --help`.
func (s *Server) Serve(ctx context.Context, l net.Listener, timeout time.Duration) error {
	var clients sync.WaitGroup
	defer clients.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		c, err := l.Accept()
		switch {
		case err != nil && ctx.Err() != nil:
			return nil
		case err != nil:
			l.Close()
			return err
		}
		s.Expire()
		clients.Go(func() { _ = s.ServeConn(ctx, c, timeout) })
	}
}

// ServeConn answers a client from its TLS handshake on until it has said CLOSE or
// gone, a frame is refused, the session that it used last has ended, or ctx ends;
// then it says CLOSE where that is due, and closes the connection. timeout bounds the
// time until the first session is open, and the writing of each answer; 0 is no bound.
//
// The error is why it ended: nil after CLOSE, after the client has gone, and after
// a session's time; a *[RefusedError]; that of ctx; the network's, of which a
// timeout is os.ErrDeadlineExceeded.
func (s *Server) ServeConn(ctx context.Context, c net.Conn, timeout time.Duration) error {
	defer c.Close()
	h := &host{server: s, conn: NewConn(c, Limits{}), peer: addrOf(c), timeout: timeout, helloBy: after(timeout)}
	if err := handshake(ctx, c, timeout); err != nil {
		return err
	}
	calm := context.AfterFunc(ctx, h.conn.Interrupt)
	bye, err := h.run(ctx)
	calm()
	if bye {
		linger(c, timeout)
	}
	return err
}

// host is one connection of ServeConn.
type host struct {
	server  *Server
	conn    *Conn
	peer    netip.Addr
	timeout time.Duration
	helloBy time.Time
	session *Session // used last; nil before HELLO
	buf     []byte
}

// run answers frames. bye says that the last frame was ours, and should arrive.
func (h *host) run(ctx context.Context) (bye bool, err error) {
	for {
		f, err := h.conn.Read(h.deadline())
		if err != nil {
			if again := h.stillOpen(ctx, err); again {
				continue
			}
			return h.end(ctx, err)
		}
		v := h.answer(ctx, f)
		if v.Refusal == NoSession && h.session != nil && h.server.TimeIsUp(h.session) {
			return h.end(ctx, os.ErrDeadlineExceeded)
		}
		h.buf = v.Reply
		if len(v.Reply) > 0 {
			if err := h.conn.Write(v.Reply, after(h.timeout)); err != nil {
				return false, err
			}
		}
		switch {
		case v.Event == Refused:
			return true, &RefusedError{v.Refusal, v.Reason}
		case v.Close:
			return true, nil
		}
		h.session = v.Session
		pause(ctx, v.Wait)
	}
}

// answer answers a frame; before there is a session, until helloBy.
func (h *host) answer(ctx context.Context, f *Frame) Verdict {
	if h.session == nil && !h.helloBy.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, h.helloBy)
		defer cancel()
	}
	return h.server.Answer(ctx, h.buf[:0], f, h.peer)
}

// deadline is until when the next frame must come.
func (h *host) deadline() time.Time {
	if h.session == nil {
		return h.helloBy
	}
	if d, alive := h.server.Deadline(h.session); alive {
		return d
	}
	return time.Unix(1, 0) // at once
}

// stillOpen says whether a read failed only because another connection has used
// the session since its deadline was set.
func (h *host) stillOpen(ctx context.Context, err error) bool {
	if h.session == nil || ctx.Err() != nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	_, alive := h.server.Deadline(h.session)
	return alive
}

// end says what there is to say after a read that failed.
func (h *host) end(ctx context.Context, err error) (bye bool, reason error) {
	var syntax *SyntaxError
	var limit *LimitError
	var last []byte
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		last = h.session.AppendClose(h.buf[:0])
		switch {
		case ctx.Err() != nil:
			reason = context.Cause(ctx)
		case h.session == nil:
			reason = fmt.Errorf("no HELLO in %v: %w", h.timeout, os.ErrDeadlineExceeded)
		}
	case errors.As(err, &syntax), errors.As(err, &limit):
		v := h.server.Malformed(h.buf[:0], err)
		last, reason = v.Reply, &RefusedError{v.Refusal, v.Reason}
	case errors.Is(err, io.EOF):
		return false, nil
	default:
		return false, err
	}
	if err := h.conn.Write(last, after(h.timeout)); err != nil {
		return false, err
	}
	return true, reason
}

// pause waits before the next frame is read.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

const (
	lingerTime  = time.Second
	lingerBytes = 1 << 20
)

// linger has the client read our last frame: a connection closed with bytes unread
// is reset, and the reset would overtake the frame.
func linger(c net.Conn, timeout time.Duration) {
	half, ok := c.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	if timeout <= 0 || timeout > lingerTime {
		timeout = lingerTime
	}
	_ = c.SetReadDeadline(after(timeout)) // where this fails, so does reading
	_, _ = io.CopyN(io.Discard, c, lingerBytes)
}

// addrOf is the IP address of a connection's other end; the zero Addr where it has
// none.
func addrOf(c net.Conn) netip.Addr {
	addr, _ := netip.ParseAddrPort(c.RemoteAddr().String())
	return addr.Addr()
}
