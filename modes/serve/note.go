package serve

import (
	"log/slog"
	"time"

	"proto/wire"
)

// note logs a verdict: one event for each refusal, and for the beginning and
// the end of a session.
func (c *connection) note(v *wire.Verdict) {
	switch v.Event {
	case wire.Opened:
		c.log(slog.LevelInfo, "session opened", "session", v.Session.ID, "user", v.Session.User.Name, "mac", v.Session.MAC)
	case wire.Ended:
		c.log(slog.LevelInfo, "session closed", "session", v.Session.ID, "user", v.Session.User.Name, "answers", v.Session.Answered(), "age", time.Since(v.Session.Start).Round(time.Millisecond))
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
		c.log(slog.LevelWarn, "refused", attrs...)
	}
}

// refused logs and counts a connection that ends before it has a session, for one of the
// reasons that are counted; told is what the log says of it.
func (c *connection) refused(counted, told string) {
	c.server.metrics.refuse(counted)
	c.log(slog.LevelWarn, "refused", "reason", told)
}
