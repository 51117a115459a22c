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
