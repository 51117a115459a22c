package connect

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"proto/modes"
	"proto/wire"
)

// lostError ends a session: connection lost, CLOSE from the server, no answer,
// or answers that are not of the protocol.
type lostError struct{ reason string }

func (e *lostError) Error() string { return e.reason }

func closedError(a wire.Answer) error {
	if a.Refused {
		return &lostError{"the server said CLOSE: it does not know the session"}
	}
	return &lostError{"the server said CLOSE"}
}

// signalled ends a session because a signal came.
type signalled struct{ signal os.Signal }

func (e *signalled) Error() string { return e.signal.String() }

// send shows a frame and writes it.
func (c *session) send(frame []byte, timeout time.Duration) error {
	c.buf = frame
	if c.s.verbose {
		c.screen.Note(modes.TraceBytes("Sending", frame, c.s.secrets))
	}
	return c.conn.Write(frame, time.Now().Add(timeout))
}

// await waits for the next frame, until --timeout after the request.
func (c *session) await(asked time.Time) (wire.Answer, error) {
	timer := time.NewTimer(time.Until(asked.Add(c.s.timeout)))
	defer timer.Stop()
	select {
	case r := <-c.frames:
		return c.take(r)
	case <-timer.C:
		return wire.Answer{}, &lostError{fmt.Sprintf("no answer in %v", c.s.timeout)}
	case sig := <-c.p.Signals:
		return wire.Answer{}, &signalled{sig}
	}
}

// take says what a frame means. The answer's text lives in the client.
func (c *session) take(r reading) (wire.Answer, error) {
	if r.err != nil {
		return wire.Answer{}, &lostError{readReason(r.err)}
	}
	if c.s.verbose {
		c.screen.Note(modes.Trace("Received", r.frame, c.s.secrets))
	}
	a, err := c.client.Receive(r.frame)
	c.resume <- struct{}{}
	if err != nil {
		return a, &lostError{"the server does not keep to the protocol: " + err.Error()}
	}
	return a, nil
}

// readReason is what ended the stream, in a few words.
func readReason(err error) string {
	var syntax *wire.SyntaxError
	var limit *wire.LimitError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection"
	case errors.As(err, &syntax), errors.As(err, &limit):
		return "the server does not keep to the protocol: " + err.Error()
	}
	return modes.NetworkReason(err)
}

// pause waits until a time, the status line ticking. What comes meanwhile ends
// the session, unless it is an answer once more.
func (c *session) pause(until, end time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		c.status(until, end)
		select {
		case <-timer.C:
			return nil
		case <-ticker.C:
		case sig := <-c.p.Signals:
			return &signalled{sig}
		case r := <-c.frames:
			a, err := c.take(r)
			switch {
			case err != nil:
				return err
			case a.Kind == wire.Closed:
				return closedError(a)
			case a.Kind != wire.Repeated:
				return &lostError{"the server sent a frame that nobody asked for"}
			}
		}
	}
}
