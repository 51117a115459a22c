//go:build unix

package serve

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"regexp"
	"syscall"
	"testing"

	"proto/wire"
)

// TestBroken: a connection that was reset is known to be, also while there is
// something to read from it; one that is open, or ended by its peer, is not broken.
func TestBroken(t *testing.T) {
	l := listenLoopback(t)
	near, err := net.Dial("tcp", l.Addr().String())
	fatal(t, err)
	far, err := l.Accept()
	fatal(t, err)
	defer far.Close()
	if err := broken(far); err != nil {
		t.Errorf("open: %v", err)
	}
	_, err = io.WriteString(near, "request")
	fatal(t, err)
	_, err = far.Read(make([]byte, 1))
	fatal(t, err)
	fatal(t, near.(*net.TCPConn).SetLinger(0))
	near.Close()
	if err := broken(far); !errors.Is(err, syscall.ECONNRESET) { // loopback delivers at once
		t.Errorf("reset: %v", err)
	}
	near, err = net.Dial("tcp", l.Addr().String())
	fatal(t, err)
	ended, err := l.Accept()
	fatal(t, err)
	defer ended.Close()
	near.Close()
	if err := broken(ended); err != nil {
		t.Errorf("ended: %v", err)
	}
	if err := broken(&pipeEnd{}); err != nil {
		t.Errorf("no socket: %v", err)
	}
}

// TestLateRequest: a request that lies unread on a connection whose session asks too
// fast, and that is sent again on another connection, is not answered afresh when
// the first one, by then reset, has its turn: the next answer can be read.
func TestLateRequest(t *testing.T) {
	p := started(t, nil, "--listen", "127.0.0.1:0", "--burst", "1", "--rate", "8")
	var c wire.Client
	dial := func() (*tls.Conn, func() wire.Answer) {
		conn, err := tls.Dial("tcp", p.address, &tls.Config{InsecureSkipVerify: true})
		fatal(t, err)
		t.Cleanup(func() { conn.Close() })
		reader := wire.NewReader(conn, wire.Limits{})
		return conn, func() wire.Answer {
			f, err := reader.Next()
			fatal(t, err)
			a, err := c.Receive(f)
			fatal(t, err)
			return a
		}
	}
	send := func(conn *tls.Conn, frame []byte, err error) {
		fatal(t, err)
		_, err = conn.Write(frame)
		fatal(t, err)
	}
	write := func(conn *tls.Conn, next func([]byte) ([]byte, error)) {
		frame, err := next(nil)
		send(conn, frame, err)
	}
	first, answer := dial()
	hello, err := c.Hello(nil, wire.Hello{MAC: "02:fc:00:00:00:01", User: "test", Password: "test"})
	send(first, hello, err)
	answer()
	write(first, c.Request)
	answer()
	write(first, c.Request) // it waits now
	fatal(t, first.NetConn().(*net.TCPConn).SetLinger(0))
	first.NetConn().Close()
	other, answer := dial()
	write(other, c.Again)
	answer()
	other.Close()
	other, answer = dial()
	write(other, c.Request)
	answer()
	p.logged(`msg="connection lost" peer=` + regexp.QuoteMeta(first.LocalAddr().String()))
	other, answer = dial()
	write(other, c.Request)
	if a := answer(); a.Kind != wire.Data || a.Unreadable != nil {
		t.Errorf("%+v", a)
	}
}
