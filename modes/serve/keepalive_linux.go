package serve

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// heldAlive has the listener's connections asked whether their peers are there. They have
// it from its socket (tcp(7)).
func heldAlive(l net.Listener, d time.Duration) net.Listener {
	tcp, ok := l.(*net.TCPListener)
	if !ok || d <= 0 {
		return l
	}
	config := keepaliveConfig(d)
	if onSocket(tcp, func(fd int) error { return keepSocketAlive(fd, config) }) != nil {
		return keptAlive{tcp, config}
	}
	return l
}

func keepSocketAlive(fd int, config net.KeepAliveConfig) error {
	for option, value := range map[int]int{
		unix.TCP_KEEPIDLE: seconds(config.Idle), unix.TCP_KEEPINTVL: seconds(config.Interval), unix.TCP_KEEPCNT: config.Count,
	} {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, option, value); err != nil {
			return err
		}
	}
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
}

// seconds is a time rounded up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// setUserTimeout sets on a listener how long its connections may go without an
// acknowledgement of what was sent. They have it from the listener (tcp(7)).
func setUserTimeout(l net.Listener, d time.Duration) error {
	socket, ok := l.(syscall.Conn)
	if !ok || d <= 0 {
		return nil
	}
	ms := (d + time.Millisecond - 1) / time.Millisecond // as 0 would be the system's own
	return onSocket(socket, func(fd int) error {
		return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(ms))
	})
}

// onSocket does something with a socket.
func onSocket(socket syscall.Conn, do func(fd int) error) error {
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = do(int(fd)) }); err != nil {
		return err
	}
	return failed
}
