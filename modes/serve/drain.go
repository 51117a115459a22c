package serve

import (
	"context"
	"net"
	"os"
	"sync"
	"time"
)

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
	keeping.Go(func() { s.pauses.watch(ctx, s.expire) })
	keeping.Go(func() { s.keepFresh(ctx) })
	keeping.Go(func() { s.signOfLife(ctx) })
	keeping.Go(func() { s.admin.run(ctx, s) })
	s.manager.ready()
	keeping.Go(func() { s.away.run(ctx) })
	keeping.Go(func() { s.tidy(ctx) })
	keeping.Go(func() { s.countProcessors(ctx) })

	sig := <-signals
	s.manager.stopping()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.shutDown(ctx, listeners, &accepting, sig, drain)
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
func (s *server) shutDown(ctx context.Context, listeners []net.Listener, accepting *sync.WaitGroup, sig os.Signal, drain time.Duration) {
	for _, l := range listeners {
		l.Close()
	}
	close(s.drain)
	s.log.Info("stopping", "signal", sig, "sessions", s.core.Sessions(), "drain", drain)
	accepting.Wait() // the last connection may just have come
	s.interruptAll(ctx, drain)
	s.active.Wait()
	s.log.Info("stopped")
}

// drainShare is the part of --drain over which CLOSE is spread: so that not all
// clients come to another server in the same moment, and time is left for the last.
const drainShare = 3

// interruptAll says CLOSE to all, evenly over the first third of the time there
// is. Whoever has no session does not have to wait.
func (s *server) interruptAll(ctx context.Context, drain time.Duration) {
	var later []*connection
	s.mu.Lock()
	for c := range s.conns {
		if c.hasSession() {
			later = append(later, c)
		} else {
			c.interrupt()
		}
	}
	s.mu.Unlock()
	start, step := time.Now(), drain/drainShare/time.Duration(max(1, len(later)))
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i, c := range later {
		timer.Reset(time.Until(start.Add(time.Duration(i) * step)))
		select {
		case <-timer.C:
			c.interrupt()
		case <-ctx.Done():
			return
		}
	}
}

func (s *server) cutAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.raw.Close()
	}
}
