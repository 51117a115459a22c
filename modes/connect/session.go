package connect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"proto/modes"
	"proto/wire"
)

// session is one session from HELLO to CLOSE. One goroutine runs it, a second
// one reads.
type session struct {
	p      *modes.Process
	s      *settings
	login  modes.Login
	dial   func(context.Context) (net.Conn, error)
	client wire.Client
	conn   *wire.Conn
	screen *modes.Screen

	frames chan reading  // from the reader, one at a time
	resume chan struct{} // tells it that the frame is no longer needed
	buf    []byte
	count  int  // answers so far
	unwell bool // an answer could not be read
}

// reading is what the reader got.
type reading struct {
	frame *wire.Frame
	err   error
}

// limits are generous: what the server sends is bounded all the same.
func limits() wire.Limits { return wire.Limits{Bytes: 64 << 10} }

func newSession(p *modes.Process, s *settings, login modes.Login, dial func(context.Context) (net.Conn, error)) *session {
	return &session{p: p, s: s, login: login, dial: dial, screen: modes.NewScreen(p), frames: make(chan reading), resume: make(chan struct{})}
}

// run connects, logs in, asks for data, and says CLOSE at the end or when a
// signal comes.
func (c *session) run(ctx context.Context) error {
	nc, err := c.connect(ctx)
	if err != nil {
		return err
	}
	c.conn = wire.NewConn(nc, limits())
	ctx, cancel := context.WithCancel(ctx)
	var reader sync.WaitGroup
	reader.Go(func() { c.read(ctx) })
	defer reader.Wait()
	defer c.conn.Close()
	defer cancel()
	defer c.screen.Clear()

	if err := c.hello(); err != nil {
		return err
	}
	err = c.ask()
	var lost *lostError
	if errors.As(err, &lost) {
		return c.lost(lost)
	}
	c.close()
	if sig := (*signalled)(nil); errors.As(err, &sig) {
		return modes.SignalError(sig.signal)
	}
	if err == nil && c.unwell {
		return &modes.Error{Code: modes.ExitNotWell, Message: "not every answer could be read"}
	}
	return err
}

// connect dials, until --timeout or a signal.
func (c *session) connect(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.s.timeout)
	defer cancel()
	type dialled struct {
		nc  net.Conn
		err error
	}
	done := make(chan dialled, 1)
	go func() {
		nc, err := c.dial(ctx)
		done <- dialled{nc, err}
	}()
	select {
	case d := <-done:
		return d.nc, d.err
	case sig := <-c.p.Signals:
		cancel()
		if d := <-done; d.nc != nil {
			d.nc.Close()
		}
		return nil, modes.SignalError(sig)
	}
}

// read is the reader: it hands over a frame and waits until it has been used.
func (c *session) read(ctx context.Context) {
	for {
		f, err := c.conn.Read(time.Time{})
		select {
		case c.frames <- reading{f, err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
		select {
		case <-c.resume:
		case <-ctx.Done():
			return
		}
	}
}

// hello logs in. Before there is a session everything that goes wrong is the
// first connection's failure, but for a login refused.
func (c *session) hello() error {
	frame, err := c.client.Hello(c.buf[:0], wire.Hello{MAC: c.s.mac, User: c.login.User, Password: c.login.Password})
	if err != nil {
		return modes.Usage("", "cannot log in: %v", err)
	}
	if err := c.send(frame, c.s.timeout); err != nil {
		return &modes.Error{Code: modes.ExitPeer, Message: "cannot log in: " + modes.NetworkReason(err), Err: err}
	}
	a, err := c.await(time.Now())
	var sig *signalled
	switch {
	case errors.As(err, &sig):
		return modes.SignalError(sig.signal)
	case err != nil:
		return &modes.Error{Code: modes.ExitPeer, Message: "cannot log in: " + err.Error(), Err: err}
	case a.Kind == wire.Closed && !a.Refused:
		return &modes.Error{Code: modes.ExitPeer, Message: "cannot log in: the server said CLOSE, not that the login is wrong", Hint: "it may be stopping or full; its log says why"}
	case a.Kind == wire.Closed:
		return &modes.Error{Code: modes.ExitLogin, Message: fmt.Sprintf("login refused for user %s", modes.Show(c.login.User)), Hint: "check the user name and the password"}
	case a.Kind != wire.Accepted:
		return &modes.Error{Code: modes.ExitPeer, Message: "cannot log in: the server answered HELLO with something else than HELLO_ACK or CLOSE"}
	}
	return nil
}

// ask asks for data until the session is to end. Requests keep their rhythm; one
// that is late is not made up for.
func (c *session) ask() error {
	next := time.Now()
	var end time.Time
	if c.s.duration > 0 {
		end = next.Add(c.s.duration)
	}
	for {
		if !end.IsZero() && !next.Before(end) {
			return c.pause(end, end)
		}
		if err := c.pause(next, end); err != nil {
			return err
		}
		if err := c.exchange(); err != nil {
			return err
		}
		if c.count++; c.s.count > 0 && c.count == c.s.count {
			return nil
		}
		next = next.Add(c.s.interval)
		if now := time.Now(); next.Before(now) {
			next = now
		}
	}
}

// exchange sends one DATA_REQUEST and prints its answer.
func (c *session) exchange() error {
	frame, err := c.client.Request(c.buf[:0])
	if err != nil {
		return &lostError{err.Error()}
	}
	asked := time.Now()
	if err := c.send(frame, c.s.timeout); err != nil {
		return &lostError{modes.NetworkReason(err)}
	}
	for {
		a, err := c.await(asked)
		if err != nil {
			return err
		}
		switch a.Kind {
		case wire.Data:
			return c.print(a, asked)
		case wire.Closed:
			return closedError(a)
		case wire.Repeated: // of a server that answers twice: known already
		default:
			return &lostError{"the server answered DATA_REQUEST with something else than DATA_RESPONSE or CLOSE"}
		}
	}
}

// print writes the line of an answer.
func (c *session) print(a wire.Answer, asked time.Time) error {
	now := time.Now()
	if a.Unreadable != nil {
		c.unwell = true
		c.screen.Note(fmt.Sprintf("answer %d cannot be read: %v", a.Sequence, a.Unreadable))
	}
	line := answerLine
	if c.s.json {
		line = answerJSON
	}
	return c.screen.Line(line(a, c.client.Session(), now, now.Sub(asked)))
}

// closeTimeout is how long a CLOSE may take to be written: nobody waits for it.
const closeTimeout = time.Second

// close says CLOSE. If it does not arrive, the session ends by its idle time.
func (c *session) close() {
	frame, err := c.client.Close(c.buf[:0])
	if err == nil {
		_ = c.send(frame, min(closeTimeout, c.s.timeout))
	}
}

// lost reports a session that ended before its time.
func (c *session) lost(err *lostError) error {
	return &modes.Error{Code: modes.ExitNotWell, Message: fmt.Sprintf("session %d lost after %s: %s", c.client.Session(), plural(c.count, "answer"), err.reason), Err: err}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
