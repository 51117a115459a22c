package modes

import (
	"context"
	"crypto/tls"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"proto/keys"
)

// TestDialTLSFindsHalfOpen: the system was told to look for peers that have gone.
func TestDialTLSFindsHalfOpen(t *testing.T) {
	id, err := keys.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{id.Certificate}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ended := make(chan error, 1)
	go func() {
		nc, err := l.Accept()
		if err == nil {
			err = nc.(*tls.Conn).Handshake()
			defer nc.Close()
		}
		ended <- err
	}()
	config, err := keys.Trust{Own: id.Certificate.Leaf}.Config("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	tc, err := DialTLS(context.Background(), nil, l.Addr().String(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer tc.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	raw, err := tc.NetConn().(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []struct {
		name                string
		level, option, want int
	}{
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15},
		{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 5},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
		{"TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 30_000},
	} {
		var got int
		var failed error
		if err := raw.Control(func(fd uintptr) { got, failed = unix.GetsockoptInt(int(fd), o.level, o.option) }); err != nil || failed != nil || got != o.want {
			t.Errorf("%s is %d, want %d: %v %v", o.name, got, o.want, err, failed)
		}
	}
}
