package serve

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"proto/modes"
	"proto/modes/serve/admission"
	"proto/wire"
)

// stopped ends a connection of which a read failed. It says whether it has
// ended: a deadline that another connection's request has moved is none.
func (c *connection) stopped(err error, helloBy time.Time) bool {
	var syntax *wire.SyntaxError
	var limit *wire.LimitError
	switch {
	case c.isExpelled():
		c.refused(sentAway, errCrowded.Error())
	case errors.Is(err, os.ErrDeadlineExceeded):
		if !c.isStopping() && len(c.sessions) > 0 && time.Now().Before(c.deadline(helloBy)) {
			c.renew = true
			return false
		}
		c.closeUnasked(helloBy)
	case errors.As(err, &syntax), errors.As(err, &limit):
		c.tape.Record(modes.ToServer, c.wire.Rest())
		v := c.server.core.Malformed(nil, err)
		written := c.carryOut(&v)
		c.server.metrics.answered(&v, time.Time{})
		if written {
			c.linger()
		}
	case c.isHealthCheck():
		return true
	case errors.Is(err, io.EOF):
		c.log(slog.LevelInfo, "connection closed by the client", c.about()...)
		if c.raw.ended {
			return true // it has closed its socket: to write to that takes as long as a login's answer
		}
		_ = c.tls.SetWriteDeadline(time.Now().Add(c.server.timeouts.linger))
		_ = c.tls.CloseWrite() // its close_notify is answered, if it still listens
	default:
		c.lost(err)
	}
	return true
}

// lost logs that the connection has gone.
func (c *connection) lost(err error) {
	c.log(slog.LevelInfo, "connection lost", append(c.about(), "reason", modes.NetworkReason(err))...)
}

// about is the session that a connection's end concerns.
func (c *connection) about() []any {
	if session := c.session(); session != nil {
		return []any{"session", session.ID}
	}
	return nil
}

// closeUnasked says CLOSE because of a deadline or because the server stops.
func (c *connection) closeUnasked(helloBy time.Time) {
	session := c.session()
	switch {
	case c.isStopping():
		c.log(slog.LevelInfo, "closed: the server stops", c.about()...)
	case session == nil:
		c.refused(noHello, "no HELLO in "+c.server.timeouts.hello.String())
		if asleep(helloBy) { // HELLO may be there unread, and CLOSE would be the answer to it
			c.linger()
			return
		}
		c.penalise(admission.Slow)
	default:
		c.log(slog.LevelInfo, "closed: the session has ended", c.about()...)
	}
	if c.write(session.AppendClose(nil)) {
		c.linger()
	}
}
