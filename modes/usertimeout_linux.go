package modes

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// setUserTimeout bounds how long what was sent may stay without an
// acknowledgement (TCP_USER_TIMEOUT, RFC 5482) before the connection is given up.
func setUserTimeout(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		// A system that does not know it finds out later, by itself.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(halfOpen.Milliseconds()))
	})
}
