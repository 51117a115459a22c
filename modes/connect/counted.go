package connect

import (
	"context"
	"net"
)

// counted is a connection whose bytes are counted as they are written and read: TLS is
// below it, so they are those of frames, with the newlines between them, whether they
// were answered or not.
type counted struct {
	net.Conn
	shard *shard
}

// counting makes connections whose bytes are counted.
func (s *shard) counting(dial dialer) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		nc, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		return &counted{nc, s}, nil
	}
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.shard.received.Add(int64(n))
	return n, err
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.shard.sent.Add(int64(n))
	return n, err
}

// NetConn is the connection below TLS, which is reset where it is lost.
func (c *counted) NetConn() net.Conn {
	if over, ok := c.Conn.(interface{ NetConn() net.Conn }); ok {
		return over.NetConn()
	}
	return c.Conn
}
