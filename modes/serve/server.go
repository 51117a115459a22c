package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"proto/keys"
	"proto/modes"
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
	identity atomic.Pointer[keys.Identity]
	reload   func() (*keys.Identity, error) // nil: the identity stays
	tls      *tls.Config
	log      *slog.Logger
	limits   wire.Limits
	timeouts timeouts
	trace    func(peer, word string, f *wire.Frame) // nil: none
	recorder *modes.Recorder                        // nil: none

	drain  chan struct{} // closed: say CLOSE to all
	active sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]*connection
}

func newServer(core *wire.Server, id *keys.Identity, log *slog.Logger) *server {
	s := &server{
		core: core, log: log, timeouts: defaultTimeouts(),
		drain: make(chan struct{}), conns: make(map[net.Conn]*connection),
	}
	s.identity.Store(id)
	s.tls = &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &s.identity.Load().Certificate, nil
		},
	}
	return s
}

// serveUntil serves until a signal comes and then shuts down. After --drain, or a
// second signal, connections are cut, and what still hangs on after that (a log
// that nobody reads, a password being checked) is left to the end of the process.
func (s *server) serveUntil(listeners []net.Listener, signals <-chan os.Signal, drain time.Duration) error {
	ctx, cut := context.WithCancel(context.Background())
	defer cut()
	var accepting, keeping sync.WaitGroup
	for _, l := range listeners {
		accepting.Go(func() { s.accept(ctx, l) })
	}
	keeping.Go(func() { s.sweep(ctx) })
	keeping.Go(func() { s.renew(ctx) })

	sig := <-signals
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.shutDown(listeners, &accepting, sig, drain)
		cut()
		keeping.Wait()
	}()
	timer := time.NewTimer(drain)
	defer timer.Stop()
	why := "a second signal"
	select {
	case <-stopped:
		return nil
	case <-timer.C:
		why = "--drain is over"
	case <-signals:
	}
	cut()
	s.cutAll()
	logged := make(chan struct{})
	go func() {
		s.log.Warn("connections cut", "reason", why)
		close(logged)
	}()
	timer.Reset(afterCut)
	for _, done := range []chan struct{}{logged, stopped} {
		select {
		case <-done:
		case <-timer.C:
			return nil
		}
	}
	return nil
}

// afterCut is how long connections that were cut may take to notice.
const afterCut = 250 * time.Millisecond

// shutDown takes no new connections, has what is being answered finished, and
// CLOSE said to all.
func (s *server) shutDown(listeners []net.Listener, accepting *sync.WaitGroup, sig os.Signal, drain time.Duration) {
	for _, l := range listeners {
		l.Close()
	}
	close(s.drain)
	s.interruptAll()
	s.log.Info("stopping", "signal", sig, "sessions", s.core.Sessions(), "drain", drain)
	accepting.Wait() // the last connection may just have come
	s.active.Wait()
	s.log.Info("stopped")
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

// renewEvery is how often our own certificate is looked at: it is renewed days
// before its end.
const renewEvery = time.Hour

// renew keeps the certificate shown from running out.
func (s *server) renew(ctx context.Context) {
	if s.reload == nil {
		return
	}
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			id, err := s.reload()
			if err != nil {
				s.log.Error("certificate not renewed", "err", err)
			} else if old := s.identity.Swap(id); !old.Certificate.Leaf.Equal(id.Certificate.Leaf) {
				s.log.Info("certificate renewed", "until", id.Certificate.Leaf.NotAfter)
			}
		case <-ctx.Done():
			return
		}
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
