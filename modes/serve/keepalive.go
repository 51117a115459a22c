package serve

import (
	"math"
	"net"
	"time"

	"proto/modes"
)

// keepaliveConfig has a silent connection asked after d whether its peer is there,
// and then three times more, each after a third of it.
func keepaliveConfig(d time.Duration) net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: d > 0, Idle: d, Interval: max(time.Second, d/3), Count: 3}
}

// keepAlive has listeners that systemd has opened do it too.
func keepAlive(listeners []net.Listener, d time.Duration) []net.Listener {
	for i, l := range listeners {
		if tcp, ok := l.(*net.TCPListener); ok {
			listeners[i] = keptAlive{tcp, keepaliveConfig(d)}
		}
	}
	return listeners
}

// keptAlive is a listener whose connections do not have it from its socket.
type keptAlive struct {
	*net.TCPListener
	config net.KeepAliveConfig
}

func (l keptAlive) Accept() (net.Conn, error) {
	tcp, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	_ = tcp.SetKeepAliveConfig(l.config) // fails where the peer has gone: the handshake finds that out
	return tcp, nil
}

// What Linux takes at most: of a user timeout and of a time without a word (tcp(7)).
const (
	mostUserTimeout = math.MaxInt32 * time.Millisecond
	mostKeepalive   = math.MaxInt16 * time.Second
)

// checkUserTimeout refuses to promise what only Linux does, and what it does not.
func checkUserTimeout(system string, given bool, d time.Duration) error {
	switch {
	case d == 0:
		return nil
	case system != "linux" && given:
		return modes.Usage("leave it out: --keepalive and --write-timeout find a peer that has gone", "--user-timeout does not work on %s: only Linux has it", system)
	case system == "linux" && d > mostUserTimeout:
		return modes.Usage("0 switches it off", "--user-timeout cannot be %v: it is over %v", d, mostUserTimeout)
	}
	return nil
}

func checkKeepalive(system string, d time.Duration) error {
	if system != "linux" || d <= mostKeepalive {
		return nil
	}
	return modes.Usage("0 switches it off", "--keepalive cannot be %v: it is over %v", d, mostKeepalive)
}
