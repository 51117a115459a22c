package serve

import (
	"net"
	"sync"
)

// atMost is a listener of so many connections; further ones are closed.
type atMost struct {
	net.Listener
	places chan struct{} // one of each connection
}

func newAtMost(l net.Listener, most int) *atMost {
	return &atMost{l, make(chan struct{}, most)}
}

func (l *atMost) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.places <- struct{}{}:
			return &placed{Conn: nc, leave: sync.OnceFunc(func() { <-l.places })}, nil
		default:
			nc.Close()
		}
	}
}

// placed is one of them.
type placed struct {
	net.Conn
	leave func()
}

func (p *placed) Close() error {
	defer p.leave()
	return p.Conn.Close()
}
