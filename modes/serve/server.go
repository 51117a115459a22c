package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/modes/serve/admission"
	"proto/wire"
)

// timeouts are the absolute deadlines of a connection. 0 is none.
type timeouts struct {
	handshake time.Duration // from the accept to the end of the TLS handshake
	hello     time.Duration // from then to the first frame that is good
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
	reload   reloader
	manager  *manager
	admin    *admin
	tls      *tls.Config
	log      *slog.Logger
	limits   wire.Limits
	door     *admission.Door // nil: all are let in
	slots    slots
	yielder  *yielder     // nil: none
	logLost  func() int64 // how many lines of the log; nil: nobody counts
	away     *turnAway
	proxies  []netip.Prefix // trusted to say for whom they connect
	metrics  *figures
	timeouts timeouts
	frames   wire.Pool                              // the memory of connections that have a frame
	replies  sync.Pool                              // of *[]byte, for the answer being made
	trace    func(peer, word string, f *wire.Frame) // nil: none
	recorder *modes.Recorder                        // nil: none

	pauses *pauses      // of this process; nil: nobody looks
	alone  bool         // in its process, whose memory and threads it sees to
	moved  atomic.Int64 // connections that have come or gone

	drain  chan struct{} // closed: say CLOSE to all
	active sync.WaitGroup

	mu    sync.Mutex
	conns map[*connection]struct{}
}

func newServer(core *wire.Server, id *keys.Identity, log *slog.Logger) *server {
	s := &server{
		core: core, log: log, timeouts: defaultTimeouts(),
		drain: make(chan struct{}), conns: make(map[*connection]struct{}), away: newTurnAway(heldMost),
	}
	s.identity.Store(id)
	s.tls = &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			s.yielder.poll() // between key exchange and signature
			return &s.identity.Load().Certificate, nil
		},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			s.slots.take(hello)
			s.yielder.poll()
			stretch(0)
			return nil, nil
		},
	}
	return s
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
			s.welcome(ctx, nc)
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

// welcome lets a connection in or turns it away.
func (s *server) welcome(ctx context.Context, nc net.Conn) {
	s.metrics.accept()
	c := s.newConnection(nc)
	if !s.enter(c) {
		return
	}
	s.add(c)
	if s.fromProxy(c.peer) {
		s.active.Go(func() { s.handleProxied(ctx, c) })
	} else {
		s.active.Go(func() { s.handle(ctx, c) })
	}
}

func (s *server) newConnection(nc net.Conn) *connection {
	raw := &link{Conn: nc, slots: s.slots}
	tc := tls.Server(raw, s.tls)
	c := &connection{server: s, raw: raw, tls: tc, wire: wire.NewConn(tc, s.limits), peer: addrOf(nc.RemoteAddr())}
	c.wire.Borrow(&s.frames)
	return c
}

// enter asks the door, which closes a connection that it does not let in. Who is behind a
// proxy is not known yet.
func (s *server) enter(c *connection) bool {
	if s.door == nil {
		return true
	}
	var reason admission.Reason
	if s.fromProxy(c.peer) {
		c.guest, reason = s.door.EnterUnnamed(c.expel)
	} else {
		c.guest, reason = s.door.Enter(c.peer, c.expel)
	}
	if reason != "" {
		s.refuse(c.raw, reason)
	}
	return reason == ""
}

// borrowReply lends the memory for an answer, which is put back when it is written.
func (s *server) borrowReply() *[]byte {
	if b, ok := s.replies.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, wire.MaxFrame)
	return &b
}

// takeReply takes the memory back, with what was written, and forgets that: it may
// hold a key.
func (s *server) takeReply(b *[]byte, written []byte) {
	clear(written)
	if cap(written) > 0 {
		*b = written
	}
	s.replies.Put(b)
}

// sweep ends sessions whose time has run out.
func (s *server) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.expire()
		case <-ctx.Done():
			return
		}
	}
}

func (s *server) expire() {
	for _, session := range s.core.Expire() {
		s.logExpired(session)
	}
}

func (s *server) logExpired(session *wire.Session) {
	s.log.Info("session expired", "session", session.ID, "user", session.User.Name, "answers", session.Answered(), "age", time.Since(session.Start).Round(time.Second))
}

// add and remove keep the list of connections, for draining.
func (s *server) add(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	s.moved.Add(1)
	if s.draining() {
		c.interrupt()
	}
}

// remove sees a connection off.
func (s *server) remove(c *connection) {
	c.raw.Close()
	c.raw.wipe()
	c.wire.GiveBack()
	c.guest.Leave()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.moved.Add(1)
}

func (s *server) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// waiting is how many connections have not logged in.
func (s *server) waiting() int {
	if s.door == nil {
		return 0
	}
	return s.door.Waiting()
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
