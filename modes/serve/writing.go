package serve

import (
	"errors"
	"os"
	"time"

	"proto/modes"
	"proto/wire"
)

func (c *connection) write(frame []byte) bool { return c.writeAt(frame, time.Time{}) }

// writeAt writes a frame for which there is a time already, or none.
func (c *connection) writeAt(frame []byte, now time.Time) bool {
	if c.server.trace != nil {
		var f wire.Frame
		if _, err := wire.Parse(frame, wire.Limits{}, &f); err == nil {
			c.show("Sending", &f)
		}
	}
	c.tape.Record(modes.ToClient, frame) // first: what the client says next comes after it
	if err := c.writeInTime(frame, now); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = errors.New("the client does not read")
		}
		c.lost(err)
		return false
	}
	return true
}

func (c *connection) writeInTime(frame []byte, now time.Time) error {
	if now.IsZero() {
		now = time.Now()
	}
	if err := c.raw.allow(now); err != nil {
		return err
	}
	c.raw.by.seenTo = true
	err := c.wire.WriteOn(frame)
	c.raw.by.seenTo = false
	return err
}

// until is the time after d; never, where d is 0.
func until(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}

func (c *connection) show(word string, f *wire.Frame) {
	if c.server.trace != nil {
		c.server.trace(c.raw.RemoteAddr().String(), word, f)
	}
}
