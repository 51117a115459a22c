//go:build unix

package serve

import (
	"net"
	"syscall"
)

// broken is why a connection can carry no answer any more: most often its peer has
// reset it. What was received before that can still be read, and would be: a request
// that nobody waits for, which the client has sent again on another connection. If
// others were answered there since, it would be answered afresh (wire package
// comment, "Flow"), and the cipher run on by an answer that the client never gets.
// So whoever has not read for a while asks first, and whoever finds that the session was used
// elsewhere.
func broken(nc net.Conn) error {
	socket, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var code int
	if failed := raw.Control(func(fd uintptr) {
		code, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR)
	}); failed != nil {
		return failed
	}
	if err == nil && code != 0 {
		err = syscall.Errno(code)
	}
	return err
}
