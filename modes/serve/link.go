package serve

import (
	"crypto/tls"
	"io"
	"net"
	"net/netip"
)

// link is a socket below TLS: it knows who is at its other end, also behind a
// proxy, and takes part in the bound on handshakes at once.
type link struct {
	net.Conn
	peer net.Addr // in place of the socket's, which is a proxy's; else nil
	rest []byte   // what was read with the proxy's header and is the client's
	last []byte   // the memory of TLS that was read into: a password may be in it
	by   writeBy
	told bool // a secret, which is to be wiped as soon as TLS has no more need of that memory
	// ended says that the other end writes no more, and has not said so in TLS before that.
	ended bool

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
	if l.told {
		l.wipeFree(b)
	}
	if len(l.rest) > 0 {
		n := copy(b, l.rest)
		if l.rest = l.rest[n:]; len(l.rest) == 0 {
			l.rest = nil
		}
		l.readInto(b)
		return n, nil
	}
	n, err := l.Conn.Read(b)
	if n > 0 {
		l.readInto(b)
	}
	l.ended = err == io.EOF
	return n, err
}

// readInto remembers the memory to wipe: of pieces of the same, which have the same end, the
// largest. TLS decrypts in place.
func (l *link) readInto(b []byte) {
	b = b[:cap(b)]
	if len(l.last) < len(b) || !sameEnd(l.last, b) {
		l.last = b
	}
}

// forget has what has been read until now wiped when TLS reads on.
func (l *link) forget() { l.told = true }

// wipeFree clears memory that TLS reads into next. It has taken what was there, and begins
// anew where none of it is left: then all is free. While it holds a part of a record that
// stays, with what stands before it; where that needs more room, the memory before is free.
func (l *link) wipeFree(b []byte) {
	clear(b)
	if !sameEnd(b, l.last) {
		clear(l.last)
	}
	l.told = sameEnd(b, l.last) && len(b) < len(l.last)
}

// sameEnd says whether two pieces are of the same memory, up to its end.
func sameEnd(a, b []byte) bool {
	a, b = a[:cap(a)], b[:cap(b)]
	return len(a) > 0 && len(b) > 0 && &a[len(a)-1] == &b[len(b)-1]
}

// wipe clears what was read last: nobody may read any more. Else a password that was refused
// stayed in memory until others need that.
func (l *link) wipe() {
	clear(l.last)
	l.last = nil
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
