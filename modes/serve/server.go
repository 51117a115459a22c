package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"proto/keys"
	"proto/wire"
)

// timeouts are the absolute deadlines of a connection.
type timeouts struct {
	handshake time.Duration // from the accept to the end of the TLS handshake
	hello     time.Duration // from then to the first frame that is good; 0: none
	write     time.Duration // of one answer
	linger    time.Duration // for the peer to read our CLOSE
}

// defaultTimeouts: a client on the worst of networks has its handshake done in
// 5 s and its HELLO in 10 s; nobody else is worth a connection.
func defaultTimeouts() timeouts {
	return timeouts{handshake: 5 * time.Second, hello: 10 * time.Second, write: 10 * time.Second, linger: time.Second}
}

// sweepEvery is how often sessions are looked for whose time has run out while
// no connection waited for them.
const sweepEvery = 5 * time.Second

// server is the sockets around a wire.Server.
type server struct {
	core     *wire.Server
	tls      *tls.Config
	log      *slog.Logger
	limits   wire.Limits
	timeouts timeouts
	trace    func(peer, word string, f *wire.Frame) // nil: none

	drain  chan struct{} // closed: say CLOSE to all
	active sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]*connection
}

func newServer(core *wire.Server, id *keys.Identity, log *slog.Logger) *server {
	return &server{
		core: core, log: log, timeouts: defaultTimeouts(),
		tls:   &tls.Config{Certificates: []tls.Certificate{id.Certificate}, MinVersion: tls.VersionTLS12},
		drain: make(chan struct{}), conns: make(map[net.Conn]*connection),
	}
}

// serveUntil serves until a signal comes and then drains: no new connections,
// what is being answered is finished, CLOSE to all. After the time for it, or a
// second signal, connections are cut.
func (s *server) serveUntil(listeners []net.Listener, signals <-chan os.Signal, drain time.Duration) error {
	ctx, cut := context.WithCancel(context.Background())
	defer cut()
	var accepting, sweeping sync.WaitGroup
	for _, l := range listeners {
		accepting.Go(func() { s.accept(ctx, l) })
	}
	sweeping.Go(func() { s.sweep(ctx) })

	sig := <-signals
	s.log.Info("stopping", "signal", sig, "sessions", s.core.Sessions(), "drain", drain)
	for _, l := range listeners {
		l.Close()
	}
	close(s.drain)
	s.interruptAll()
	idle := make(chan struct{})
	go func() {
		accepting.Wait() // the last connection may just have come
		s.active.Wait()
		close(idle)
	}()
	timer := time.NewTimer(drain)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
		s.log.Warn("connections cut: --drain is over")
	case <-signals:
		if !isClosed(idle) {
			s.log.Warn("connections cut: a second signal")
		}
	}
	cut()
	s.cutAll()
	<-idle
	sweeping.Wait()
	s.log.Info("stopped")
	return nil
}

// accept takes connections until the listener is closed. Where the system has
// no room for one more it waits, longer each time.
func (s *server) accept(ctx context.Context, l net.Listener) {
	wait := 5 * time.Millisecond
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			wait = 5 * time.Millisecond
			s.active.Go(func() { s.handle(ctx, nc) })
			continue
		case errors.Is(err, net.ErrClosed):
			return
		}
		s.log.Error("cannot accept", "err", err, "again", wait)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.drain:
			timer.Stop()
			return
		}
		wait = min(2*wait, time.Second)
	}
}

// sweep ends sessions whose time has run out.
func (s *server) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			for _, session := range s.core.Expire() {
				s.logExpired(session)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (s *server) logExpired(session *wire.Session) {
	s.log.Info("session expired", "session", session.ID, "user", session.User.Name, "answers", session.Answered(), "age", time.Since(session.Start).Round(time.Second))
}

// add and remove keep the list of connections, for draining.
func (s *server) add(nc net.Conn, c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[nc] = c
	if s.draining() {
		c.interrupt()
	}
}

func (s *server) remove(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, nc)
}

func (s *server) draining() bool {
	return isClosed(s.drain)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (s *server) interruptAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.interrupt()
	}
}

func (s *server) cutAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for nc := range s.conns {
		nc.Close()
	}
}
