package serve

import (
	"io"
	"time"
)

// lingerBytes is how much of what a client still sends is read and thrown away.
const lingerBytes = 1 << 20

// linger ends a connection so that the client can read our last frame: closing
// with bytes unread would reset it, and the reset overtake the frame.
func (c *connection) linger() {
	deadline := time.Now().Add(c.server.timeouts.linger)
	_ = c.tls.SetDeadline(deadline) // where these fail, so does what follows
	err := c.tls.CloseWrite()
	c.raw.wipe() // TLS reads no more
	if err != nil {
		return
	}
	if half, ok := c.raw.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = c.raw.SetReadDeadline(deadline)
	_, _ = io.CopyN(io.Discard, c.raw.Conn, lingerBytes) // whose memory is not the link's to wipe
}
