package serve

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"

	"proto/modes"
)

// manager is systemd, where it runs us and wants to hear (sd_notify(3)). A nil
// *manager hears nothing.
type manager struct {
	watchdog time.Duration // how long it waits for a sign of life; 0: none is wanted

	mu    sync.Mutex
	stops bool // it has been told: a server that stops is not ready again
}

// newManager looks in the environment whether there is one.
func newManager() *manager {
	if told, err := daemon.SdNotify(false, "STATUS=starting"); !told || err != nil {
		return nil
	}
	m := &manager{}
	if d, err := daemon.SdWatchdogEnabled(false); err == nil {
		m.watchdog = d
	}
	return m
}

// tell says something. A manager that does not hear is no reason to stop.
func (m *manager) tell(state string) {
	if m != nil {
		_, _ = daemon.SdNotify(false, state)
	}
}

func (m *manager) ready() { m.change(daemon.SdNotifyReady+"\nSTATUS=serving", false) }

func (m *manager) reloading() {
	m.change(daemon.SdNotifyReloading+"\n"+daemon.SdNotifyMonotonicUsec(), false)
}

func (m *manager) stopping() { m.change(daemon.SdNotifyStopping+"\nSTATUS=draining", true) }

// change tells of a new state, of which stopping is the last.
func (m *manager) change(state string, stops bool) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.stops {
		m.stops = stops
		m.tell(state)
	}
}

// signOfLife tells the manager's watchdog that the server is alive, as long as
// it is: whoever holds one of its locks for ever keeps the sign from being given.
func (s *server) signOfLife(ctx context.Context) {
	if s.manager == nil || s.manager.watchdog == 0 {
		return
	}
	ticker := time.NewTicker(s.manager.watchdog / 2)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.connections()
			s.waiting()
			s.core.Sessions()
			s.manager.tell(daemon.SdNotifyWatchdog)
		case <-ctx.Done():
			return
		}
	}
}

// activated are the sockets that systemd has opened for us, in place of --listen.
func activated() (listeners []net.Listener, err error) {
	found, err := activation.Listeners()
	if err != nil {
		return nil, modes.Usage("", "cannot use the sockets of systemd: %v", err)
	}
	for _, l := range found {
		if _, ok := l.(*net.TCPListener); ok {
			listeners = append(listeners, l)
			continue
		}
		for _, l := range found {
			if l != nil {
				l.Close()
			}
		}
		return nil, modes.Usage("the socket unit needs ListenStream= with a port, and Accept=no",
			"cannot use the sockets of systemd: one of them does not listen for TCP")
	}
	return listeners, nil
}
