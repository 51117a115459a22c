package serve

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// setUserTimeout sets on a listener how long its connections may go without an
// acknowledgement of what was sent. They have it from the listener (tcp(7)).
func setUserTimeout(l net.Listener, d time.Duration) error {
	socket, ok := l.(syscall.Conn)
	if !ok || d <= 0 {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	ms := (d + time.Millisecond - 1) / time.Millisecond // as 0 would be the system's own
	err = raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(ms))
	})
	if err != nil {
		return err
	}
	return failed
}
