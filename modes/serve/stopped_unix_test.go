//go:build unix

package serve

import (
	"crypto/tls"
	"net"
	"syscall"
	"testing"
	"time"

	"proto/wire"
)

// TestStopped: a server that was stopped for longer than --idle answers what has come
// meanwhile, in the same session, on the connection or on another.
func TestStopped(t *testing.T) {
	p := started(t, nil, "--listen", "127.0.0.1:0", "--idle", "1s")
	dial := func() net.Conn {
		t.Helper()
		conn, err := net.Dial("tcp", p.address)
		fatal(t, err)
		t.Cleanup(func() { conn.Close() })
		fatal(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		return conn
	}
	var c wire.Client
	receive := func(conn net.Conn, want wire.AnswerKind) {
		t.Helper()
		f, err := wire.NewReader(conn, wire.Limits{}).Next()
		fatal(t, err)
		if a, err := c.Receive(f); err != nil || a.Kind != want {
			t.Errorf("%+v %v", a, err)
		}
	}
	insecure := &tls.Config{InsecureSkipVerify: true}
	first := tls.Client(dial(), insecure)
	hello, err := c.Hello(nil, wire.Hello{MAC: "m", User: "test", Password: "test"})
	fatal(t, err)
	_, err = first.Write(hello)
	fatal(t, err)
	receive(first, wire.Accepted)
	request, err := c.Request(nil)
	fatal(t, err)

	fatal(t, p.cmd.Process.Signal(syscall.SIGSTOP))
	_, err = first.Write(request)
	fatal(t, err)
	second := dial() // the system takes it in our place
	time.Sleep(1500 * time.Millisecond)
	fatal(t, p.cmd.Process.Signal(syscall.SIGCONT))
	receive(first, wire.Data)
	other := tls.Client(second, insecure)
	request, err = c.Request(nil)
	fatal(t, err)
	_, err = other.Write(request)
	fatal(t, err)
	receive(other, wire.Data)
	p.stop()
}
