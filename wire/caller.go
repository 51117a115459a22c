package wire

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

// A Caller is a [Client] on a connection, for a program that asks and waits. What
// it has no method for (requests ahead of their answers, going on over another
// connection) is done with a Client and a [Conn]. One goroutine at a time.
type Caller struct {
	client  Client
	conn    *Conn
	timeout time.Duration
	calm    func() bool  // ends the watch for Login's ctx
	ended   func() error // its cause, once it has ended
	buf     []byte
}

// A ClosedError says that the server said CLOSE in place of an answer.
type ClosedError struct {
	Refused bool // with the flag: user name and password are wrong, or the session is unknown
}

func (e *ClosedError) Error() string {
	if e.Refused {
		return "the server refused: it does not know the login or the session"
	}
	return "the server said CLOSE"
}

// Login says HELLO on a connection, which should be a tls.Conn, and waits for
// HELLO_ACK. timeout bounds that, and each Ask and Close; 0 is no bound. When ctx
// ends, so does whatever waits, now or later. On an error the connection is closed.
//
// Errors are *[ClosedError] (Refused: wrong user name or password), *[SizeError],
// those of [Client.Receive] and [Reader.Next] where the other side does not speak
// the protocol, and the network's; after ctx has ended, its cause.
func Login(ctx context.Context, c net.Conn, h Hello, timeout time.Duration) (*Caller, error) {
	if err := handshake(ctx, c, timeout); err != nil {
		c.Close()
		return nil, err
	}
	caller := &Caller{conn: NewConn(c, Limits{}), timeout: timeout, ended: func() error { return context.Cause(ctx) }}
	caller.calm = context.AfterFunc(ctx, caller.conn.Interrupt)
	frame, err := caller.client.Hello(nil, h)
	if err == nil {
		_, err = caller.exchange(frame, Accepted)
	}
	if err != nil {
		_ = caller.leave()
		return nil, err
	}
	return caller, nil
}

// Ask sends the next DATA_REQUEST and gives the text of its answer. The protocol
// asks every 30 seconds. Errors are those of Login, and [ErrPadding] for an answer
// that cannot be read: after that one the next may be asked for, after all others
// there is only Close.
func (c *Caller) Ask() (text string, err error) {
	frame, err := c.client.Request(c.buf[:0])
	if err != nil {
		return "", err
	}
	a, err := c.exchange(frame, Data)
	if err == nil {
		err = a.Unreadable
	}
	return string(a.Text), err
}

// Close says CLOSE, which ends the session, and closes the connection. Nothing
// waits for an answer: there is none.
func (c *Caller) Close() error {
	frame, err := c.client.Close(c.buf[:0])
	if err == nil {
		err = c.conn.Write(frame, after(c.timeout))
	}
	if e := c.leave(); err == nil {
		err = e
	}
	return err
}

func (c *Caller) leave() error {
	c.calm()
	return c.conn.Close()
}

// exchange sends a frame and reads the answer to it.
func (c *Caller) exchange(frame []byte, want AnswerKind) (Answer, error) {
	c.buf = frame
	deadline := after(c.timeout)
	if err := c.conn.Write(frame, deadline); err != nil {
		return Answer{}, err
	}
	for {
		f, err := c.conn.Read(deadline)
		if ended := c.ended(); err != nil && ended != nil {
			return Answer{}, ended
		} else if err != nil {
			return Answer{}, err
		}
		a, err := c.client.Receive(f)
		switch {
		case err != nil || a.Kind == want:
			return a, err
		case a.Kind == Closed:
			return a, &ClosedError{Refused: a.Refused}
		case a.Kind != Repeated: // the last answer once more is read over
			return a, &FieldError{"data.message-type", "is " + shownType(f) + ", which nobody asked for"}
		}
	}
}

// shownType is a frame's type for an error: fit for a terminal, and short.
func shownType(f *Frame) string {
	text, ok := f.Type().Text()
	if !ok {
		return f.Type().kind.String()
	}
	return quoteShort(AppendASCII(nil, text))
}

// handshake has a connection that knows TLS shake hands, in timeout at most. It
// would do so at the first frame, but then its writing has no bound on reading.
func handshake(ctx context.Context, c net.Conn, timeout time.Duration) error {
	shaker, ok := c.(interface{ HandshakeContext(context.Context) error })
	if !ok {
		return nil
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no TLS handshake in %v: %w", timeout, os.ErrDeadlineExceeded))
		defer cancel()
	}
	err := shaker.HandshakeContext(ctx)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// after is the time after d; none, where d is 0.
func after(d time.Duration) time.Time {
	if d <= 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}
