package wire

import (
	"net"
	"time"
)

// A Conn is a framed connection: frames over any net.Conn, with an absolute
// deadline for each. One goroutine may read while another writes; Close ends
// both.
type Conn struct {
	net    net.Conn
	reader *Reader
}

// NewConn makes a framed connection that reads with these limits.
func NewConn(c net.Conn, limits Limits) *Conn {
	return &Conn{net: c, reader: NewReader(c, limits)}
}

// Read reads the next frame, which is valid until the next Read. A deadline of
// zero is none. After a deadline has passed (os.ErrDeadlineExceeded) it may be
// called again and loses nothing; other errors are those of Reader.Next.
func (c *Conn) Read(deadline time.Time) (*Frame, error) {
	if err := c.net.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	return c.reader.Next()
}

// Write writes one frame in one Write: over TLS, one record.
func (c *Conn) Write(frame []byte, deadline time.Time) error {
	if err := c.net.SetWriteDeadline(deadline); err != nil {
		return err
	}
	_, err := c.net.Write(frame)
	return err
}

// Waiting says whether bytes have come of which Read made no frame yet.
func (c *Conn) Waiting() bool { return c.reader.Waiting() }

// Close closes the connection.
func (c *Conn) Close() error { return c.net.Close() }
