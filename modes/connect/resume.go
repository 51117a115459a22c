package connect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"proto/modes"
	"proto/wire"
)

// A session outlives its connection. When one is lost, or an answer does not come
// in --timeout, the client connects again and sends the request that was not
// answered once more, with its own sequence; the server answers what it answered
// before with the same bytes. So every text comes once and in order. One case is out
// of reach: a request that the network keeps back on the old connection until a later
// one was answered is answered afresh (wire package comment, "Flow"), and the
// cipher has moved on without this client.
//
// A session that is gone is another matter: its server was started anew, or has
// forgotten it. CLOSE says so, in answer to the first frame of a connection, or
// unasked, when a server stops or the session's time is over. HELLO is then said
// anew, and not a second time before a request has been answered. A connection that
// ends with HELLO unanswered is a lost one: a server with more logins than it can
// check ends it so, and all its clients come at once when it was started anew.

// exchange has one request answered, over as many connections as it takes, and
// hands on the answer. It goes on trying until the session's end, and in any case
// for --timeout.
func (c *session) exchange(ctx context.Context, end time.Time) error {
	asked := time.Now()
	last := end
	if least := asked.Add(c.s.timeout); !end.IsZero() && last.Before(least) {
		last = least
	}
	for {
		if c.link == nil {
			if err := c.holdOn(ctx, last); err != nil {
				return err
			}
		}
		a, err := c.attempt(ctx)
		if err == nil {
			return c.took(a, asked)
		}
		if err = c.lose(err); err != nil {
			return err
		}
	}
}

// attempt sends the request, for the first time or again, over a connection that
// it makes if there is none, in a session that it opens if it is gone.
func (c *session) attempt(ctx context.Context) (wire.Answer, error) {
	if err := c.reach(ctx); err != nil {
		return wire.Answer{}, err
	}
	write := c.client.Request
	if c.client.Awaiting() {
		write = c.client.Again
	}
	frame, err := write(c.buf[:0])
	if err != nil {
		return wire.Answer{}, &endError{notProtocol, err.Error()}
	}
	if err := c.send(frame, c.s.timeout); err != nil {
		return wire.Answer{}, err
	}
	sent := time.Now()
	for {
		a, err := c.await(ctx, sent)
		switch {
		case err != nil:
			return a, err
		case a.Kind == wire.Data:
			return a, nil
		case a.Kind == wire.Closed:
			return a, c.closed(a)
		case a.Kind != wire.Repeated: // that is of a server that answers twice: known already
			return a, &endError{notProtocol, "the server answered DATA_REQUEST with something else than DATA_RESPONSE or CLOSE"}
		}
	}
}

// reach sees to it that there are a connection and a session.
func (c *session) reach(ctx context.Context) error {
	if c.link == nil {
		l, err := c.reachOut(ctx)
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil:
			return &lostError{cannotConnect, err.Error()}
		}
		l.fresh = true
		c.link = l
		c.watch.connected()
	}
	if c.client.Open() {
		return nil
	}
	if err := c.hello(ctx); err != nil {
		c.client = wire.Client{}
		return err
	}
	c.renewed = true
	c.watch.mended(fmt.Sprintf("logged in anew, session %d", c.id))
	return nil
}

// took hands on an answer.
func (c *session) took(a wire.Answer, asked time.Time) error {
	if c.link.fresh && !c.renewed {
		c.watch.mended(fmt.Sprintf("connected again, session %d goes on", c.id))
	}
	c.link.fresh, c.renewed = false, false
	c.wait.reset()
	c.unwell = c.unwell || a.Unreadable != nil
	return c.watch.answered(a, c.id, asked)
}

// closed says what a CLOSE means: that the session is gone, or the end.
func (c *session) closed(a wire.Answer) error {
	if (a.Unasked || c.link.fresh) && !c.renewed {
		return &lostError{sessionGone, closeReason(a)}
	}
	return &endError{closed, closeReason(a)}
}

// lose leaves a lost connection, so that another can be made. It gives the error
// back where that cannot mend it.
func (c *session) lose(err error) error {
	var lost *lostError
	if !errors.As(err, &lost) {
		if refused := (*modes.Error)(nil); errors.As(err, &refused) {
			c.drop()
		}
		return err
	}
	if c.s.noReconnect {
		return &endError{lost.kind, lost.reason}
	}
	c.drop()
	c.retryAt, c.why = time.Now().Add(c.wait.next()), lost
	c.watch.lost(lost.kind, c.lossNote(lost))
	if lost.kind == sessionGone {
		c.client = wire.Client{}
	}
	return nil
}

// lossNote says what was lost, and what happens about it.
func (c *session) lossNote(lost *lostError) string {
	if lost.kind != sessionGone {
		return lost.reason + "; connecting again"
	}
	missing := ""
	if c.client.Awaiting() {
		missing = fmt.Sprintf(", and what it may have answered to request %d", c.client.NextSequence()-1)
	}
	return fmt.Sprintf("%s: session %d is gone%s; logging in anew", lost.reason, c.id, missing)
}

// holdOn waits until the next connection is due. From last on there is none.
func (c *session) holdOn(ctx context.Context, last time.Time) error {
	until := c.retryAt
	if !last.IsZero() && last.Before(until) {
		until = last
	}
	for time.Now().Before(until) {
		wake := until
		if again := c.watch.waiting(waiting{next: c.retryAt, end: last, lost: true}); !again.IsZero() && again.Before(until) {
			wake = again
		}
		if err := sleep(ctx, wake); err != nil {
			return err
		}
	}
	if !last.IsZero() && !time.Now().Before(last) {
		return &endError{c.why.kind, c.why.reason}
	}
	return nil
}
