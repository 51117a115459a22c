package serve

import (
	"context"
	"log/slog"
	"net"
	"time"

	"proto/modes"
)

// listenAll opens the listeners, or takes those that systemd has opened.
func (s *settings) listenAll(ctx context.Context, log *slog.Logger) (listeners []net.Listener, err error) {
	if listeners, err = activated(); err != nil {
		return nil, err
	}
	if listeners = keepAlive(listeners, s.limits.keepalive); len(listeners) == 0 {
		if listeners, err = listen(ctx, s.listen, s.limits.keepalive); err != nil {
			return nil, err
		}
	}
	for _, l := range listeners {
		if err := setUserTimeout(l, s.limits.userTimeout); err != nil { // as on a socket of another protocol, given to us
			log.Warn("--user-timeout not set", "address", l.Addr().String(), "err", err)
		}
	}
	return listeners, nil
}

// listen opens all addresses or none.
func listen(ctx context.Context, addresses []string, keepalive time.Duration) (listeners []net.Listener, err error) {
	config := net.ListenConfig{KeepAlive: -1} // not by four calls for each connection
	config.SetMultipathTCP(false)             // which knows no user timeout, and whose sockets are slower
	for _, address := range addresses {
		l, err := config.Listen(ctx, modes.ListenNetwork(address), address)
		if err != nil {
			for _, l := range listeners {
				l.Close()
			}
			return nil, modes.Usage(listenHint(err), "cannot listen on %s: %s", address, modes.NetworkReason(err))
		}
		listeners = append(listeners, heldAlive(l, keepalive))
	}
	return listeners, nil
}
