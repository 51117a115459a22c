package connect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"proto/modes"
	"proto/wire"
)

// session is a client from its first HELLO to its CLOSE. It may be several
// sessions of the protocol, one after the other where one is gone, over
// connections of which any may be lost. One goroutine runs it.
type session struct {
	s     *settings
	login modes.Login
	dial  dialer
	watch watcher
	wait  backoff

	client  wire.Client
	id      int64     // of the session, also when it is gone
	link    *link     // nil: there is none
	retryAt time.Time // not before this is the next connection made
	why     *lostError
	renewed bool // HELLO was said anew, and no request answered since
	buf     []byte
	count   int  // answers so far
	unwell  bool // an answer could not be read
}

func newSession(s *settings, login modes.Login, dial dialer, watch watcher) *session {
	return &session{s: s, login: login, dial: dial, watch: watch, wait: s.wait}
}

// run connects, logs in, asks for data, and says CLOSE at the end or when ctx is
// cancelled, by a signal.
func (c *session) run(ctx context.Context) error {
	if err := c.open(ctx); err != nil {
		return err
	}
	var end time.Time
	if c.s.duration > 0 {
		end = time.Now().Add(c.s.duration)
	}
	return c.finish(c.ask(ctx, end))
}

// ask asks for data until the session is to end. Requests keep their rhythm; one
// that is late is not made up for.
func (c *session) ask(ctx context.Context, end time.Time) error {
	next := time.Now()
	for {
		if !end.IsZero() && !next.Before(end) {
			return c.pause(ctx, end, end)
		}
		if err := c.pause(ctx, next, end); err != nil {
			return err
		}
		if err := c.exchange(ctx, end); err != nil {
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

// pause waits until a time. What comes meanwhile is a loss or an end, unless it is
// an answer once more. A connection that is lost now is made again when there is a
// request to send: a server gives one that says nothing no more than some seconds.
func (c *session) pause(ctx context.Context, until, end time.Time) error {
	for time.Now().Before(until) {
		wake := until
		if again := c.watch.waiting(waiting{next: until, end: end, lost: c.link == nil}); !again.IsZero() && again.Before(until) {
			wake = again
		}
		if c.link == nil {
			if err := sleep(ctx, wake); err != nil {
				return err
			}
			continue
		}
		if err := c.listen(ctx, wake); err != nil {
			if err = c.lose(err); err != nil {
				return err
			}
		}
	}
	return context.Cause(ctx)
}

// listen waits for what nobody asked for.
func (c *session) listen(ctx context.Context, until time.Time) error {
	a, err := c.read(ctx, until)
	switch {
	case errors.Is(err, errLate):
		return nil
	case err != nil:
		return err
	case a.Kind == wire.Closed:
		return c.closed(a)
	case a.Kind != wire.Repeated:
		return &endError{notProtocol, "the server sent a frame that nobody asked for"}
	}
	return nil
}

func sleep(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// errLate says that nothing has come until a deadline.
var errLate = errors.New("nothing came in time")

// read reads a frame and says what it means. The answer's text lives in the client.
func (c *session) read(ctx context.Context, deadline time.Time) (wire.Answer, error) {
	f, err := c.link.conn.Read(deadline)
	switch {
	case err != nil && ctx.Err() != nil:
		return wire.Answer{}, context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return wire.Answer{}, errLate
	case err != nil:
		c.link.tape.Record(modes.ToClient, c.link.conn.Rest())
		return wire.Answer{}, readError(err)
	}
	c.link.tape.Record(modes.ToClient, f.Raw())
	c.watch.received(f)
	a, err := c.client.Receive(f)
	if err != nil {
		return a, protocolError(err)
	}
	return a, nil
}

// await is read for a frame that must come, until --timeout after it was asked for.
func (c *session) await(ctx context.Context, asked time.Time) (wire.Answer, error) {
	a, err := c.read(ctx, asked.Add(c.s.timeout))
	if errors.Is(err, errLate) {
		err = &lostError{noAnswer, fmt.Sprintf("no answer in %v", c.s.timeout)}
	}
	return a, err
}

// send writes a frame.
func (c *session) send(frame []byte, timeout time.Duration) error {
	c.buf = frame
	c.link.tape.Record(modes.ToServer, frame)
	c.watch.sent(frame)
	if err := c.link.conn.Write(frame, time.Now().Add(timeout)); err != nil {
		return &lostError{connectionLost, modes.NetworkReason(err)}
	}
	return nil
}

// finish says CLOSE unless the session is lost, and gives the end of it all.
func (c *session) finish(err error) error {
	var ended *endError
	if errors.As(err, &ended) {
		c.drop()
		return &modes.Error{Code: modes.ExitNotWell, Message: fmt.Sprintf("session %d lost after %s: %s", c.id, plural(c.count, "answer"), ended.reason), Err: err}
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

// closeTimeout is how long a CLOSE may take to be written: nobody waits for it.
const closeTimeout = time.Second

// close says CLOSE. If it does not arrive, or there is no connection, the session
// ends by its idle time.
func (c *session) close() {
	if c.link == nil {
		return
	}
	if c.client.Open() {
		if frame, err := c.client.Close(c.buf[:0]); err == nil {
			_ = c.send(frame, min(closeTimeout, c.s.timeout))
		}
	}
	c.link.close()
	c.link = nil
}

// drop leaves a connection that is lost.
func (c *session) drop() {
	if c.link != nil {
		c.link.abandon()
		c.link = nil
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
