package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"time"

	"proto/modes"
	"proto/wire"
)

// connection is one client's connection; one goroutine runs it.
type connection struct {
	server   *server
	raw      net.Conn
	tls      *tls.Conn
	wire     *wire.Conn
	peer     netip.Addr
	log      *slog.Logger
	tape     *modes.Tape
	sessions []*wire.Session // used on this connection, the last one last
	reply    []byte
}

// handle runs a connection from accept to close.
func (s *server) handle(ctx context.Context, nc net.Conn) {
	tc := tls.Server(nc, s.tls)
	c := &connection{
		server: s, raw: nc, tls: tc, peer: peerAddr(nc),
		wire: wire.NewConn(tc, s.limits),
		log:  s.log.With("peer", nc.RemoteAddr().String()),
	}
	s.add(nc, c)
	defer s.remove(nc)
	defer nc.Close()
	if !c.handshake(ctx) {
		return
	}
	c.tape = s.recorder.Tape(nc.RemoteAddr().String())
	c.run(ctx)
}

func peerAddr(nc net.Conn) netip.Addr {
	a, err := netip.ParseAddrPort(nc.RemoteAddr().String())
	if err != nil {
		return netip.Addr{} // not TCP: in tests
	}
	return a.Addr()
}

// interrupt makes the connection say CLOSE when it has answered what it is at.
func (c *connection) interrupt() { c.wire.Interrupt() }

func (c *connection) handshake(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, c.server.timeouts.handshake)
	defer cancel()
	err := c.tls.HandshakeContext(ctx)
	if err == nil {
		return true
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("TLS handshake not done in " + c.server.timeouts.handshake.String())
	}
	if c.server.draining() {
		return false
	}
	c.log.Warn("handshake failed", "reason", modes.NetworkReason(err))
	return false
}

// run reads frames and answers them until the connection ends.
func (c *connection) run(ctx context.Context) {
	var helloBy time.Time
	if d := c.server.timeouts.hello; d > 0 {
		helloBy = time.Now().Add(d)
	}
	for {
		f, err := c.wire.Read(c.deadline(helloBy))
		if err != nil {
			if c.stopped(err, helloBy) {
				return
			}
			continue
		}
		c.tape.Record(modes.ToServer, f.Raw())
		c.show("Received", f)
		if !c.answer(ctx, f, helloBy) {
			return
		}
	}
}

// answer answers a frame and says whether to go on. Before there is a session it
// must be answered by HELLO's deadline: so a login does not wait for ever, behind
// others whose passwords are being checked.
func (c *connection) answer(ctx context.Context, f *wire.Frame, helloBy time.Time) bool {
	if len(c.sessions) == 0 && !helloBy.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, helloBy)
		defer cancel()
	}
	return c.carryOut(c.server.core.Answer(ctx, c.reply[:0], f, c.peer))
}

// deadline is until when the next frame must come: HELLO's, and once a session
// is in use on this connection, when the last of its sessions ends.
func (c *connection) deadline(helloBy time.Time) time.Time {
	if len(c.sessions) == 0 {
		return helloBy
	}
	var last time.Time
	for _, session := range c.sessions {
		if d, ok := c.server.core.Deadline(session); ok && d.After(last) {
			last = d
		}
	}
	if last.IsZero() {
		return time.Unix(1, 0) // all have ended: at once
	}
	return last
}

// stopped ends a connection of which a read failed. It says whether it has
// ended: a deadline that another connection's request has moved is none.
func (c *connection) stopped(err error, helloBy time.Time) bool {
	var syntax *wire.SyntaxError
	var limit *wire.LimitError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		if !c.server.draining() && len(c.sessions) > 0 && time.Now().Before(c.deadline(helloBy)) {
			return false
		}
		c.closeUnasked()
	case errors.As(err, &syntax), errors.As(err, &limit):
		c.tape.Record(modes.ToServer, c.wire.Rest())
		c.carryOut(c.server.core.Malformed(c.reply[:0], err))
	case errors.Is(err, io.EOF):
		c.log.Info("connection closed by the client", c.about()...)
		_ = c.tls.SetWriteDeadline(time.Now().Add(c.server.timeouts.linger))
		_ = c.tls.CloseWrite() // its close_notify is answered, if it still listens
	default:
		c.log.Info("connection lost", append(c.about(), "reason", modes.NetworkReason(err))...)
	}
	return true
}

// about is the session that a connection's end concerns.
func (c *connection) about() []any {
	if session := c.session(); session != nil {
		return []any{"session", session.ID}
	}
	return nil
}

// session is the one used last, nil before HELLO.
func (c *connection) session() *wire.Session {
	if len(c.sessions) == 0 {
		return nil
	}
	return c.sessions[len(c.sessions)-1]
}

// closeUnasked says CLOSE because of a deadline or because the server stops.
func (c *connection) closeUnasked() {
	session := c.session()
	switch {
	case c.server.draining():
		c.log.Info("closed: the server stops", c.about()...)
	case session == nil:
		c.log.Warn("refused", "reason", "no HELLO in "+c.server.timeouts.hello.String())
	default:
		c.log.Info("closed: the session has ended", c.about()...)
	}
	c.reply = session.AppendClose(c.reply[:0])
	if c.write(c.reply) {
		c.linger()
	}
}

// carryOut logs and does what a verdict says, and says whether to go on.
func (c *connection) carryOut(v wire.Verdict) bool {
	c.note(v)
	if v.Event == wire.Opened || v.Event == wire.Answered || v.Event == wire.Resent {
		c.use(v.Session)
	}
	c.reply = v.Reply
	if len(v.Reply) > 0 && !c.write(v.Reply) {
		return false
	}
	if v.Close {
		c.linger()
	}
	return !v.Close
}

// use puts a session last in the list of those used here.
func (c *connection) use(session *wire.Session) {
	if c.session() == session {
		return
	}
	kept := c.sessions[:0]
	for _, s := range c.sessions {
		if _, alive := c.server.core.Deadline(s); alive && s != session {
			kept = append(kept, s)
		}
	}
	if c.sessions = append(kept, session); len(c.sessions) > maxKept {
		c.sessions = append(c.sessions[:0], c.sessions[1:]...)
	}
}

// maxKept is how many sessions a connection minds. Older ones live on, but no
// longer keep it open.
const maxKept = 16

// note logs a verdict: one event for each refusal, and for the beginning and
// the end of a session.
func (c *connection) note(v wire.Verdict) {
	switch v.Event {
	case wire.Opened:
		c.log.Info("session opened", "session", v.Session.ID, "user", v.Session.User.Name, "mac", v.Session.MAC)
	case wire.Ended:
		c.log.Info("session closed", "session", v.Session.ID, "user", v.Session.User.Name, "answers", v.Session.Answered(), "age", time.Since(v.Session.Start).Round(time.Millisecond))
	case wire.Refused:
		attrs := []any{"reason", v.Refusal.String()}
		if v.Reason != nil {
			attrs = append(attrs, "detail", v.Reason)
		}
		switch {
		case v.Session != nil:
			attrs = append(attrs, "session", v.Session.ID)
		case v.Refusal == wire.NoFrame || v.Refusal == wire.BadShape: // which can name none
			attrs = append(attrs, c.about()...)
		}
		c.log.Warn("refused", attrs...)
	}
}

func (c *connection) write(frame []byte) bool {
	if c.server.trace != nil {
		var f wire.Frame
		if _, err := wire.Parse(frame, wire.Limits{}, &f); err == nil {
			c.show("Sending", &f)
		}
	}
	c.tape.Record(modes.ToClient, frame) // first: what the client says next comes after it
	if err := c.wire.Write(frame, time.Now().Add(c.server.timeouts.write)); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = errors.New("the client does not read")
		}
		c.log.Info("connection lost", append(c.about(), "reason", modes.NetworkReason(err))...)
		return false
	}
	return true
}

func (c *connection) show(word string, f *wire.Frame) {
	if c.server.trace != nil {
		c.server.trace(c.raw.RemoteAddr().String(), word, f)
	}
}

// lingerBytes is how much of what a client still sends is read and thrown away.
const lingerBytes = 1 << 20

// linger ends a connection so that the client can read our last frame: closing
// with bytes unread would reset it, and the reset overtake the frame.
func (c *connection) linger() {
	deadline := time.Now().Add(c.server.timeouts.linger)
	_ = c.tls.SetDeadline(deadline) // where these fail, so does what follows
	if err := c.tls.CloseWrite(); err != nil {
		return
	}
	if half, ok := c.raw.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = c.raw.SetReadDeadline(deadline)
	_, _ = io.CopyN(io.Discard, c.raw, lingerBytes)
}
