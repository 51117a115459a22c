package modes

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"proto/keys"
)

// A peer that has gone without a word is found by TCP: by probes where nothing is
// under way, by what is not acknowledged in time where something is. Both take
// halfOpen, longer than a change of networks, shorter than two requests.
const (
	halfOpen       = 30 * time.Second
	keepAliveIdle  = 15 * time.Second
	keepAliveEvery = 5 * time.Second
)

func keepAlive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: keepAliveIdle, Interval: keepAliveEvery, Count: int((halfOpen - keepAliveIdle) / keepAliveEvery)}
}

// DialTLS connects from an address, nil for any, and shakes hands. Its errors
// exit with ExitPeer.
func DialTLS(ctx context.Context, from net.Addr, address string, config *tls.Config) (*tls.Conn, error) {
	dialer := net.Dialer{LocalAddr: from, KeepAliveConfig: keepAlive(), Control: setUserTimeout}
	raw, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, &Error{Code: ExitPeer, Message: fmt.Sprintf("cannot connect to %s: %s", address, NetworkReason(err)), Hint: dialHint(err), Err: err}
	}
	tc := tls.Client(raw, config)
	if err := tc.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, handshakeError(address, err)
	}
	return tc, nil
}

func dialHint(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "no server listens there; `proto serve` starts one, `proto connect local` needs none"
	case errors.As(err, &dns):
		return "is the host name right?"
	}
	return ""
}

func handshakeError(address string, err error) error {
	e := &Error{Code: ExitPeer, Err: err}
	var untrusted *keys.Untrusted
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var system x509.SystemRootsError
	switch {
	case errors.As(err, &untrusted):
		e.Message, e.Hint = fmt.Sprintf("cannot connect to %s: %s", address, untrusted.Error()), untrusted.HintLine()
	case errors.As(err, &record):
		e.Message, e.Hint = fmt.Sprintf("cannot connect to %s: it does not speak TLS", address), "is the port right?"
	case errors.As(err, &alert):
		e.Message = fmt.Sprintf("cannot connect to %s: the server refused the TLS handshake: %s", address, alert.Error())
	case errors.As(err, &system):
		e.Message, e.Hint = "cannot read the system's certificates", "give --ca or --pin"
	default:
		e.Message = fmt.Sprintf("cannot connect to %s: TLS handshake: %s", address, NetworkReason(err))
	}
	return e
}
