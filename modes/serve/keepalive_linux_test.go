package serve

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestKeepalive: a connection is asked whether its peer is there when it has been
// silent for --keepalive, and never where that is 0, whoever opened its port.
func TestKeepalive(t *testing.T) {
	for _, keepalive := range []time.Duration{7 * time.Second, 0} {
		own := listen
		activated := func(ctx context.Context, _ []string, d time.Duration) ([]net.Listener, error) {
			var config net.ListenConfig
			config.SetMultipathTCP(false)
			l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
			return keepAlive([]net.Listener{l}, d), err
		}
		for name, open := range map[string]func(context.Context, []string, time.Duration) ([]net.Listener, error){"own": own, "of systemd": activated} {
			t.Run(name+" "+keepalive.String(), func(t *testing.T) {
				listeners, err := open(t.Context(), []string{"127.0.0.1:0"}, keepalive)
				fatal(t, err)
				defer listeners[0].Close()
				if err := setUserTimeout(listeners[0], time.Second); err != nil {
					t.Errorf("user timeout: %v", err)
				}
				near, err := net.Dial("tcp", listeners[0].Addr().String())
				fatal(t, err)
				defer near.Close()
				far, err := listeners[0].Accept()
				fatal(t, err)
				defer far.Close()
				tcp, ok := far.(*net.TCPConn)
				if !ok {
					t.Fatalf("a %T", far)
				}
				raw, err := tcp.SyscallConn()
				fatal(t, err)
				fatal(t, raw.Control(func(fd uintptr) {
					on, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE)
					fatal(t, err)
					idle, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE)
					fatal(t, err)
					every, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPINTVL)
					fatal(t, err)
					times, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPCNT)
					fatal(t, err)
					if (on == 1) != (keepalive > 0) || on == 1 && (idle != int(keepalive/time.Second) || every != 3 || times != 3) {
						t.Errorf("keepalive %d, after %d s, then every %d s, %d times", on, idle, every, times)
					}
				}))
			})
		}
	}
}

// TestUserTimeoutRounded: a time below a millisecond is one, and the longest is taken.
func TestUserTimeoutRounded(t *testing.T) {
	for d, want := range map[time.Duration]int{1: 1, time.Millisecond + 1: 2, mostUserTimeout: 1<<31 - 1} {
		listeners, err := listen(t.Context(), []string{"127.0.0.1:0"}, 0)
		fatal(t, err)
		defer listeners[0].Close()
		fatal(t, setUserTimeout(listeners[0], d))
		raw, err := listeners[0].(syscall.Conn).SyscallConn()
		fatal(t, err)
		fatal(t, raw.Control(func(fd uintptr) {
			if got, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT); got != want || err != nil {
				t.Errorf("%v: %d ms, want %d, %v", d, got, want, err)
			}
		}))
	}
}
