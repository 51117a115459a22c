package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/modes/serve/admission"
	"proto/wire"
)

// connection is one client's connection; one goroutine at a time runs it.
type connection struct {
	server   *server
	raw      *link
	tls      *tls.Conn
	wire     *wire.Conn
	peer     netip.Addr
	guest    *admission.Guest // nil where nothing is limited
	tape     *modes.Tape
	sessions []*wire.Session // used on this connection, the last one last
	renew    bool            // the deadline to read by must be set
	writeBy  time.Time       // the one to write by
	asked    time.Time       // when the last request was answered

	mu       sync.Mutex
	inUse    bool          // it has a session
	stopping bool          // say CLOSE when what is at hand is answered
	expelled bool          // its place was needed
	stop     chan struct{} // nil while nobody waits for stopping
}

// handle runs a connection from its handshake to its close. What comes after the
// login has a goroutine of its own: the stack of this one has grown by then, and a
// connection lives long.
func (s *server) handle(ctx context.Context, c *connection) {
	if !c.handshake(ctx) {
		s.remove(c)
		return
	}
	c.tape = s.recorder.Tape(c.raw.RemoteAddr().String())
	if !c.run(ctx, until(s.timeouts.hello)) {
		s.remove(c)
		return
	}
	s.active.Go(func() {
		c.run(ctx, time.Time{})
		s.remove(c)
	})
}

// log is the server's with the peer in each line. It is made for each event, of
// which there are few: kept, it would be the largest part of a connection.
func (c *connection) log() *slog.Logger {
	return c.server.log.With("peer", c.raw.RemoteAddr().String())
}

// interrupt makes the connection say CLOSE when it has answered what it is at.
func (c *connection) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopping = true
	if c.stop != nil {
		close(c.stop)
		c.stop = nil
	}
	c.wire.Interrupt()
}

// expel ends the connection because its place is needed.
func (c *connection) expel() {
	c.mu.Lock()
	c.expelled = true
	c.mu.Unlock()
	c.raw.Close()
}

func (c *connection) isStopping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopping
}

// hasSession says whether the connection has been of use.
func (c *connection) hasSession() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inUse
}

func (c *connection) isExpelled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.expelled
}

// pause waits before the next frame is read.
func (c *connection) pause(ctx context.Context, d time.Duration) {
	c.mu.Lock()
	if c.stopping {
		c.mu.Unlock()
		return
	}
	stop := make(chan struct{})
	c.stop = stop
	c.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		c.mu.Lock()
		c.stop = nil
		c.mu.Unlock()
	case <-stop:
	case <-ctx.Done():
	}
}

func (c *connection) handshake(ctx context.Context) bool {
	limit := c.server.timeouts.handshake
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	start := time.Now()
	err := c.tls.HandshakeContext(ctx)
	c.raw.release()
	if err == nil {
		c.server.metrics.handshake(time.Since(start))
		return true
	}
	var record tls.RecordHeaderError
	late := errors.Is(err, context.DeadlineExceeded)
	switch {
	case c.isExpelled():
		err = errCrowded
	case c.isStopping():
		return false
	case late:
		err = errors.New("TLS handshake not done in " + limit.String())
		c.penalise(admission.Slow)
	case errors.As(err, &record):
		c.penalise(admission.Garbage)
	}
	if c.server.fromProxy(c.peer) {
		return false // it has looked whether we live
	}
	c.server.metrics.refuse(handshakeFailed)
	c.log().Warn("handshake failed", "reason", modes.NetworkReason(err))
	return false
}

// errCrowded is why a connection ends that was sent away.
var errCrowded = errors.New("its place was needed: too many connections without login")

// penalise holds the peer's address responsible for something.
func (c *connection) penalise(w admission.Wrong) {
	if until, refused := c.guest.Penalise(w); refused {
		c.log().Warn("address refused", "for", time.Until(until).Round(time.Second))
	}
}

// run reads frames and answers them until the connection ends, or its first session
// begins: then it is to be run again.
func (c *connection) run(ctx context.Context, helloBy time.Time) (again bool) {
	waiting := len(c.sessions) == 0
	c.renew = true
	for {
		f, err := c.read(helloBy)
		if err != nil {
			if c.stopped(err, helloBy) {
				return false
			}
			continue
		}
		c.tape.Record(modes.ToServer, f.Raw())
		c.show("Received", f)
		more, wait := c.answer(ctx, f, helloBy)
		if !more {
			return false
		}
		if wait > 0 {
			c.pause(ctx, wait)
		}
		if waiting && len(c.sessions) > 0 {
			return true
		}
	}
}

// read reads the next frame. Its deadline is set anew only where that makes a
// difference: while the same sessions are in use it only moves away, and one that
// comes too early is found to be none.
func (c *connection) read(helloBy time.Time) (*wire.Frame, error) {
	if !c.renew {
		return c.wire.ReadOn()
	}
	c.renew = false
	return c.wire.Read(c.deadline(helloBy))
}

// answer answers a frame and says whether to go on, and after what time.
func (c *connection) answer(ctx context.Context, f *wire.Frame, helloBy time.Time) (more bool, wait time.Duration) {
	if len(c.sessions) == 0 || f.Type().Is(wire.TypeHello) {
		return c.answerLogin(ctx, f, helloBy)
	}
	return c.answerIn(ctx, f)
}

// answerLogin answers what may be a HELLO. Before there is a session it must be
// answered by HELLO's deadline: so a login does not wait for ever, behind others
// whose passwords are being checked.
func (c *connection) answerLogin(ctx context.Context, f *wire.Frame, helloBy time.Time) (more bool, wait time.Duration) {
	if len(c.sessions) == 0 {
		c.guest.Busy(true)
		defer c.guest.Busy(false)
		if !helloBy.IsZero() {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, helloBy)
			defer cancel()
		}
	}
	ctx = keys.WithSource(ctx, keys.Source{Addr: admission.Source(c.peer), Suspect: c.guest.Suspect()})
	return c.answerIn(ctx, f)
}

// soon is the time between two requests of one for which the memory to read the
// next is kept.
const soon = time.Second

func (c *connection) answerIn(ctx context.Context, f *wire.Frame) (more bool, wait time.Duration) {
	start := c.server.metrics.now()
	reply := c.server.borrowReply()
	v := c.server.core.Answer(ctx, (*reply)[:0], f, c.peer)
	c.wire.Keep(v.At.Sub(c.asked) < soon)
	c.asked = v.At
	more = c.carryOut(&v)
	c.server.takeReply(reply, v.Reply)
	c.server.metrics.answered(&v, start)
	return more, v.Wait
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
	case c.isExpelled():
		c.refused(errCrowded.Error())
	case errors.Is(err, os.ErrDeadlineExceeded):
		if !c.isStopping() && len(c.sessions) > 0 && time.Now().Before(c.deadline(helloBy)) {
			c.renew = true
			return false
		}
		c.closeUnasked()
	case errors.As(err, &syntax), errors.As(err, &limit):
		c.tape.Record(modes.ToServer, c.wire.Rest())
		v := c.server.core.Malformed(nil, err)
		c.carryOut(&v)
		c.server.metrics.answered(&v, time.Time{})
	case errors.Is(err, io.EOF):
		c.log().Info("connection closed by the client", c.about()...)
		_ = c.tls.SetWriteDeadline(time.Now().Add(c.server.timeouts.linger))
		_ = c.tls.CloseWrite() // its close_notify is answered, if it still listens
	default:
		c.log().Info("connection lost", append(c.about(), "reason", modes.NetworkReason(err))...)
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
	case c.isStopping():
		c.log().Info("closed: the server stops", c.about()...)
	case session == nil:
		c.refused("no HELLO in " + c.server.timeouts.hello.String())
		c.penalise(admission.Slow)
	default:
		c.log().Info("closed: the session has ended", c.about()...)
	}
	if c.write(session.AppendClose(nil)) {
		c.linger()
	}
}

// carryOut logs and does what a verdict says, and says whether to go on.
func (c *connection) carryOut(v *wire.Verdict) bool {
	c.note(v)
	switch {
	case v.Event == wire.Opened, v.Event == wire.Answered, v.Event == wire.Resent:
		if len(c.sessions) == 0 {
			c.guest.LoggedIn()
			c.mu.Lock()
			c.inUse = true
			c.mu.Unlock()
		}
		c.use(v.Session)
	case v.Refusal == wire.WrongLogin:
		c.penalise(admission.FailedLogin)
	case v.Refusal == wire.NoFrame && len(c.sessions) == 0:
		c.penalise(admission.Garbage)
	}
	if len(v.Reply) > 0 && !c.writeAt(v.Reply, v.At) {
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
	c.renew = true
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

func (c *connection) write(frame []byte) bool { return c.writeAt(frame, time.Time{}) }

// writeAt writes a frame for which there is a time already, or none.
func (c *connection) writeAt(frame []byte, now time.Time) bool {
	if c.server.trace != nil {
		var f wire.Frame
		if _, err := wire.Parse(frame, wire.Limits{}, &f); err == nil {
			c.show("Sending", &f)
		}
	}
	c.tape.Record(modes.ToClient, frame) // first: what the client says next comes after it
	if err := c.writeInTime(frame, now); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = errors.New("the client does not read")
		}
		c.log().Info("connection lost", append(c.about(), "reason", modes.NetworkReason(err))...)
		return false
	}
	return true
}

// writeSlack is the part of the write deadline by which it may be late: so it is
// not set anew for each of many answers.
const writeSlack = 16

func (c *connection) writeInTime(frame []byte, now time.Time) error {
	limit := c.server.timeouts.write
	if limit == 0 {
		return c.wire.WriteOn(frame)
	}
	if now.IsZero() {
		now = time.Now()
	}
	if c.writeBy.Sub(now) >= limit {
		return c.wire.WriteOn(frame)
	}
	c.writeBy = now.Add(limit + limit/writeSlack)
	return c.wire.Write(frame, c.writeBy)
}

// until is the time after d; never, where d is 0.
func until(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}

func (c *connection) show(word string, f *wire.Frame) {
	if c.server.trace != nil {
		c.server.trace(c.raw.RemoteAddr().String(), word, f)
	}
}
