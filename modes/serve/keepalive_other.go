//go:build !linux

package serve

import (
	"net"
	"time"
)

// setUserTimeout does nothing: only Linux has one. Keepalive finds a peer that has
// gone while nothing is sent, the write deadline while something is.
func setUserTimeout(net.Listener, time.Duration) error { return nil }
