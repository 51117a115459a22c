package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"proto/modes"
	"proto/modes/serve/admission"
)

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
		if !asleep(start.Add(limit)) {
			c.penalise(admission.Slow)
		}
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
