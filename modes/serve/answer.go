package serve

import (
	"context"
	"time"

	"proto/keys"
	"proto/modes/serve/admission"
	"proto/wire"
)

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
	c.raw.forget() // the password
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
	if v.Refusal == wire.NoSession && c.timeIsUp() {
		c.server.takeReply(reply, v.Reply)
		c.closeUnasked(time.Time{})
		return false, 0
	}
	c.wire.Keep(!v.At.IsZero() && v.At.Sub(c.asked) < soon)
	c.asked = v.At
	written := c.carryOut(&v)
	c.server.takeReply(reply, v.Reply)
	c.server.metrics.answered(&v, start)
	if written && v.Close {
		c.linger() // last, as it takes its time
	}
	return written && !v.Close, v.Wait
}

// timeIsUp says whether this connection is due to be closed unasked: the time of all
// sessions used on it is over, and the frame at hand came before that was noticed.
func (c *connection) timeIsUp() bool {
	for _, session := range c.sessions {
		if !c.server.core.TimeIsUp(session) {
			return false
		}
	}
	return len(c.sessions) > 0
}

// carryOut logs and does what a verdict says. It is false where the connection is lost.
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
		if v.Event == wire.Answered {
			c.answers++
		}
	case v.Refusal == wire.WrongLogin:
		c.penalise(admission.FailedLogin)
	case v.Refusal == wire.NoFrame && len(c.sessions) == 0:
		c.penalise(admission.Garbage)
	}
	return len(v.Reply) == 0 || c.writeAt(v.Reply, v.At)
}

// use puts a session last in the list of those used here.
func (c *connection) use(session *wire.Session) {
	if c.session() == session {
		return
	}
	c.renew, c.answers = true, 0 // others may have had some: see stale
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
