package serve

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/netip"
	"sync"
	"time"

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
	asked    time.Time       // when the last request was answered
	answers  int             // that the last session has had, as far as is known here

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
	if !c.handshake() {
		s.remove(c)
		return
	}
	if s.recorder != nil {
		c.tape = s.recorder.Tape(c.raw.RemoteAddr().String())
	}
	if !c.run(ctx, until(s.timeouts.hello)) {
		s.remove(c)
		return
	}
	s.active.Go(func() {
		c.run(ctx, time.Time{})
		s.remove(c)
	})
}

// log logs a line with the peer in front. A logger that has the peer would be the largest
// part of a connection, and to make one for a line takes as long as the line.
func (c *connection) log(level slog.Level, what string, attrs ...any) {
	ctx, handler := context.Background(), c.server.log.Handler()
	if !handler.Enabled(ctx, level) {
		return
	}
	line := slog.NewRecord(time.Now(), level, what, 0) // nobody asks where in the program it was
	line.Add("peer", c.raw.RemoteAddr().String())
	line.Add(attrs...)
	_ = handler.Handle(ctx, line)
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
		if err := c.stale(); err != nil {
			c.lost(err)
			return false
		}
		more, wait := c.answer(ctx, f, helloBy)
		if !more {
			return false
		}
		if wait > 0 {
			c.pause(ctx, wait)
			if err := broken(c.raw.Conn); err != nil {
				c.lost(err)
				return false
			}
		}
		if waiting && len(c.sessions) > 0 {
			return true
		}
	}
}

// stale says that what was read is of a connection that is broken, where the session was
// used on another meanwhile: nobody waits for an answer here.
func (c *connection) stale() error {
	session := c.session()
	if session == nil {
		return nil
	}
	answers := session.Answered()
	if answers == c.answers {
		return nil
	}
	c.answers = answers
	return broken(c.raw.Conn)
}

// read reads the next frame. Its deadline is set anew only where that makes a
// difference: while the same sessions are in use it only moves away, and one that
// comes too early is found to be none.
func (c *connection) read(helloBy time.Time) (*wire.Frame, error) {
	if !c.renew {
		return c.wire.ReadOn()
	}
	c.renew = false
	by := c.deadline(helloBy)
	if look := time.Now().Add(lookEvery); len(c.sessions) > 0 && by.After(look) {
		by = look
	}
	return c.wire.Read(by)
}

// lookEvery is how often a silent connection looks whether its sessions have been ended over
// another one, where they may be silent for longer.
const lookEvery = 2 * time.Minute

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

// session is the one used last, nil before HELLO.
func (c *connection) session() *wire.Session {
	if len(c.sessions) == 0 {
		return nil
	}
	return c.sessions[len(c.sessions)-1]
}
