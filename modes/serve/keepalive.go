package serve

import (
	"net"
	"time"
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

// keptAlive is a listener that was not opened with a net.ListenConfig.
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
