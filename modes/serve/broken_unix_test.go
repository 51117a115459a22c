//go:build unix

package serve

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
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
