//go:build unix

package serve

import (
	"crypto/tls"
	"net"
	"runtime"
	"testing"

	"proto/wire"
)

// TestStaleRequest: a request that was read from a connection which its client has given up,
// and that waits for its turn until later ones were answered on another connection, is not
// answered afresh: the next answer can be read. So it is where a server was stopped for a
// while, or has no processor.
func TestStaleRequest(t *testing.T) {
	var late string
	read, turn := make(chan struct{}), make(chan struct{})
	r := newRig(t, options{change: func(s *server) {
		s.trace = func(peer, word string, f *wire.Frame) {
			if peer == late && word == "Received" && string(f.Data.Get("sequence").Raw()) == "3" {
				close(read)
				<-turn
			}
		}
	}})
	l := listenLoopback(t)
	var c wire.Client
	dial := func() (near *tls.Conn, exchange func([]byte, error) wire.Answer) {
		nc, err := net.Dial("tcp", l.Addr().String())
		fatal(t, err)
		far, err := l.Accept()
		fatal(t, err)
		r.listener.conns <- far
		near = tls.Client(nc, &tls.Config{InsecureSkipVerify: true})
		t.Cleanup(func() { near.Close() })
		reader := wire.NewReader(near, wire.Limits{})
		return near, func(frame []byte, err error) wire.Answer {
			t.Helper()
			fatal(t, err)
			_, err = near.Write(frame)
			fatal(t, err)
			f, err := reader.Next()
			fatal(t, err)
			a, err := c.Receive(f)
			fatal(t, err)
			return a
		}
	}
	first, exchange := dial()
	exchange(c.Hello(nil, wire.Hello{MAC: "02:fc:00:00:00:01", User: goodUser, Password: goodPassword}))
	exchange(c.Request(nil))
	late = first.LocalAddr().String()
	frame, err := c.Request(nil)
	fatal(t, err)
	_, err = first.Write(frame)
	fatal(t, err)
	<-read
	fatal(t, first.NetConn().(*net.TCPConn).SetLinger(0))
	first.NetConn().Close()
	_, exchange = dial()
	exchange(c.Again(nil))
	exchange(c.Request(nil))
	close(turn)
	for r.server.connections() > 1 { // until the late one has been dealt with
		runtime.Gosched()
	}
	if a := exchange(c.Request(nil)); a.Kind != wire.Data || a.Unreadable != nil {
		t.Errorf("%+v", a)
	}
}
