package serve

import (
	"time"

	"proto/wire"
)

// note logs a verdict: one event for each refusal, and for the beginning and
// the end of a session. Of these there may be thousands a second, and [connection.log]
// would be half of what they cost.
func (c *connection) note(v *wire.Verdict) {
	switch v.Event {
	case wire.Opened:
		c.server.log.Info("session opened", "peer", c.raw.RemoteAddr().String(), "session", v.Session.ID, "user", v.Session.User.Name, "mac", v.Session.MAC)
	case wire.Ended:
		c.server.log.Info("session closed", "peer", c.raw.RemoteAddr().String(), "session", v.Session.ID, "user", v.Session.User.Name, "answers", v.Session.Answered(), "age", time.Since(v.Session.Start).Round(time.Millisecond))
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
		c.log().Warn("refused", attrs...)
	}
}

// refused logs and counts a connection that ends before it has a session.
func (c *connection) refused(reason string) {
	c.server.metrics.refuse(noHello)
	c.log().Warn("refused", "reason", reason)
}
