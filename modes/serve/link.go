package serve

import (
	"crypto/tls"
	"net"
	"net/netip"
)

// link is a socket below TLS: it knows who is at its other end, also behind a
// proxy, and takes part in the bound on handshakes at once.
type link struct {
	net.Conn
	peer net.Addr // in place of the socket's, which is a proxy's; else nil
	rest []byte   // what was read with the proxy's header and is the client's

	slots slots
	held  bool // a place in slots
}

// RemoteAddr is the client's address.
func (l *link) RemoteAddr() net.Addr {
	if l.peer != nil {
		return l.peer
	}
	return l.Conn.RemoteAddr()
}

// Read reads. A handshake that reads has nothing to compute just then.
func (l *link) Read(b []byte) (int, error) {
	if l.held {
		l.release()
	}
	if len(l.rest) > 0 {
		n := copy(b, l.rest)
		if l.rest = l.rest[n:]; len(l.rest) == 0 {
			l.rest = nil
		}
		return n, nil
	}
	return l.Conn.Read(b)
}

func (l *link) release() {
	if l.held {
		l.held = false
		<-l.slots
	}
}

// slots bound how many handshakes are computed at once; nil is no bound. A
// handshake has a slot from when its ClientHello is there until the server waits
// for the client's answer: a client that stalls keeps none.
type slots chan struct{}

// take is called by TLS when a ClientHello has come. It waits for a slot: those who have
// one compute, and wait for nobody.
func (s slots) take(hello *tls.ClientHelloInfo) {
	if l, ok := hello.Conn.(*link); ok && s != nil && !l.held {
		s <- struct{}{}
		l.held = true
	}
}

// addrOf is the address in a net.Addr; none if it is not TCP's.
func addrOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr()
	}
	return netip.Addr{}
}
