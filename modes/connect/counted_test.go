package connect

import (
	"context"
	"crypto/tls"
	"net"
	"testing"
)

// TestCountedIsReset: a connection whose bytes are counted is reset as any other where it is lost.
func TestCountedIsReset(t *testing.T) {
	below, other := net.Pipe()
	defer below.Close()
	defer other.Close()
	for name, nc := range map[string]net.Conn{"TLS": tls.Client(below, &tls.Config{ServerName: "s"}), "bare": below} {
		dial := new(shard).counting(func(context.Context) (net.Conn, error) { return nc, nil })
		got, err := dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if over, ok := got.(interface{ NetConn() net.Conn }); !ok || over.NetConn() != below {
			t.Errorf("%s: below is %v", name, got)
		}
	}
}
