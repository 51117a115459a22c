package connect

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"syscall"

	"proto/keys"
	"proto/modes"
)

// dialTLS connects and shakes hands. Its errors exit with 3.
func dialTLS(ctx context.Context, address string, config *tls.Config) (net.Conn, error) {
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, &modes.Error{Code: modes.ExitPeer, Message: fmt.Sprintf("cannot connect to %s: %s", address, modes.NetworkReason(err)), Hint: dialHint(err), Err: err}
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
	e := &modes.Error{Code: modes.ExitPeer, Err: err}
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
		e.Message = fmt.Sprintf("cannot connect to %s: TLS handshake: %s", address, modes.NetworkReason(err))
	}
	return e
}
