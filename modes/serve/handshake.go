package serve

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"time"

	"proto/modes"
	"proto/modes/serve/admission"
)

// handshake is done under the deadlines of the socket, for both ways of it: a context would
// cost each login a goroutine and a timer. Interrupt ends it, too.
func (c *connection) handshake() bool {
	limit := c.server.timeouts.handshake
	start, by := time.Now(), until(limit)
	err := c.wire.SetReadDeadline(by)
	if err == nil {
		err = c.raw.SetWriteDeadline(by)
	}
	if err == nil {
		err = c.tls.Handshake()
	}
	c.raw.release()
	if c.raw.by.within = c.server.timeouts.write; err == nil && c.raw.by.within == 0 {
		err = c.raw.SetWriteDeadline(time.Time{})
	}
	c.raw.by.at = time.Time{} // it is set anew with the first answer, also where it is later than that
	if err == nil {
		c.server.metrics.handshake(time.Since(start))
		return true
	}
	var record tls.RecordHeaderError
	late := errors.Is(err, os.ErrDeadlineExceeded)
	counted := handshakeFailed
	switch {
	case c.isExpelled():
		err, counted = errCrowded, sentAway
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
	if c.isHealthCheck() {
		return false
	}
	c.server.metrics.refuse(counted)
	c.log(slog.LevelWarn, "handshake failed", "reason", modes.NetworkReason(err))
	return false
}

// stretch has the goroutine's stack grow to the 16 KiB that a handshake takes, at once and
// before it is deep in it: to grow to 4, 8 and 16 where it needs them, each time with all
// that is on it to be moved, takes 1 % of the time of a login. It is not done before
// the client has said something.
//
//go:noinline
func stretch(i int) byte {
	var room [7 << 10]byte
	return room[i]
}

// errCrowded is why a connection ends that was sent away.
var errCrowded = errors.New(sentAway + ": too many connections without login")

// penalise holds the peer's address responsible for something.
func (c *connection) penalise(w admission.Wrong) {
	if until, refused := c.guest.Penalise(w); refused {
		c.log(slog.LevelWarn, "address refused", "for", time.Until(until).Round(time.Second))
	}
}
