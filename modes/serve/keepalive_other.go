//go:build !linux

package serve

import (
	"net"
	"time"
)

// heldAlive has the listener's connections asked whether their peers are there.
func heldAlive(l net.Listener, d time.Duration) net.Listener {
	tcp, ok := l.(*net.TCPListener)
	if !ok || d <= 0 {
		return l
	}
	return keptAlive{tcp, keepaliveConfig(d)}
}

// setUserTimeout does nothing: only Linux has one. Keepalive finds a peer that has
// gone while nothing is sent, the write deadline while something is.
func setUserTimeout(net.Listener, time.Duration) error { return nil }
