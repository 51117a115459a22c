package wire

import (
	"net"
	"os"
	"sync"
	"time"
)

// A Conn is a framed connection: frames over any net.Conn, with an absolute
// deadline for each. One goroutine may read while another writes; Interrupt and
// Close may be called from anywhere. What a client and a server do on one is in
// [Caller] and [Server.ServeConn].
type Conn struct {
	net    net.Conn
	reader *Reader

	mu          sync.Mutex
	interrupted bool
}

// NewConn makes a framed connection that reads with these limits.
func NewConn(c net.Conn, limits Limits) *Conn {
	return &Conn{net: c, reader: NewReader(c, limits)}
}

// Borrow makes the connection take the memory for frames read from p: see
// [Reader.Borrow]. To be called before the first Read.
func (c *Conn) Borrow(p *Pool) { c.reader.Borrow(p) }

// Keep is [Reader.Keep]. It is for the goroutine that reads.
func (c *Conn) Keep(keep bool) { c.reader.Keep(keep) }

// GiveBack gives borrowed memory back at the end, when nobody reads any more and the
// last frame is not needed.
func (c *Conn) GiveBack() { c.reader.giveBack() }

// Read reads the next frame, which is valid until the next Read. A deadline of
// zero is none. After a deadline has passed (os.ErrDeadlineExceeded) it may be
// called again and loses nothing; other errors are those of [Reader.Next].
func (c *Conn) Read(deadline time.Time) (*Frame, error) {
	if err := c.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	return c.reader.Next()
}

// ReadOn is Read under the deadline that was set last.
func (c *Conn) ReadOn() (*Frame, error) { return c.reader.Next() }

// Rest is [Reader.Rest].
func (c *Conn) Rest() []byte { return c.reader.Rest() }

// SetReadDeadline is for what is read before the first frame, below this Conn: that
// too is ended by Interrupt.
func (c *Conn) SetReadDeadline(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupted {
		return os.ErrDeadlineExceeded
	}
	return c.net.SetReadDeadline(deadline)
}

// Interrupt ends a Read that waits, and every later one, with
// os.ErrDeadlineExceeded. Writing goes on.
func (c *Conn) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interrupted = true
	_ = c.net.SetReadDeadline(time.Unix(1, 0)) // fails on a closed connection, where nothing waits
}

// Write writes one frame in one Write: over TLS, one record. A deadline of zero is
// none.
func (c *Conn) Write(frame []byte, deadline time.Time) error {
	if err := c.net.SetWriteDeadline(deadline); err != nil {
		return err
	}
	return c.WriteOn(frame)
}

// WriteOn is Write under the deadline that was set last.
func (c *Conn) WriteOn(frame []byte) error {
	_, err := c.net.Write(frame)
	return err
}

// Close closes the connection.
func (c *Conn) Close() error { return c.net.Close() }
