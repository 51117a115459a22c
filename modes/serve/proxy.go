package serve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	proxyproto "github.com/pires/go-proxyproto"

	"proto/modes"
)

// fromProxy says whether a connection comes from a proxy that is trusted to say
// for whom. Everybody else is taken for who he is, and a PROXY header of his for
// a handshake, which it is not.
func (s *server) fromProxy(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	for _, p := range s.proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// handleProxied reads the header that a proxy sends first, and then goes on as if
// the client were connected.
func (s *server) handleProxied(ctx context.Context, c *connection) {
	if err := c.readProxyHeader(); err != nil {
		counted := proxyHeader
		if c.isExpelled() {
			err, counted = errCrowded, sentAway
		}
		if !c.isStopping() {
			s.metrics.refuse(counted)
			c.log(slog.LevelWarn, "refused", "reason", "no good PROXY header from a trusted proxy", "detail", err)
		}
		s.remove(c)
		return
	}
	name := c.guest.Name
	if c.raw.peer == nil { // it has named nobody
		name = c.guest.NameNobody
	}
	if reason := name(c.peer); reason != "" {
		s.refuse(c.raw, reason)
		s.remove(c)
		return
	}
	s.handle(ctx, c)
}

// header is how long a proxy may take for its header. That has an end also where a
// handshake has none: the proxy has it ready, and is near.
func (t timeouts) header() time.Duration {
	if t.handshake == 0 {
		return defaultTimeouts().handshake
	}
	return t.handshake
}

// proxyBuffer is what a header is read into, and proxyLine the most that version 1 takes.
const (
	proxyBuffer = 512
	proxyLine   = 107
)

func (c *connection) readProxyHeader() error {
	// An interrupt ends the reading, too.
	if err := c.wire.SetReadDeadline(until(c.server.timeouts.header())); err != nil {
		return err
	}
	in := bufio.NewReaderSize(c.raw.Conn, proxyBuffer)
	header, err := readHeader(in)
	switch {
	case errors.Is(err, proxyproto.ErrNoProxyProtocol):
		return errors.New("there is none")
	case err != nil:
		return errors.New(modes.NetworkReason(err))
	}
	if in.Buffered() > 0 {
		c.raw.rest = make([]byte, in.Buffered())
		_, _ = in.Read(c.raw.rest) // they are there
	}
	switch source, _, ok := header.TCPAddrs(); {
	case header.Command == proxyproto.LOCAL:
		// The proxy itself, as when it looks whether we live, or one that may not say for
		// whom: PROXY UNKNOWN of version 1.
	case !ok:
		return fmt.Errorf("it names a client by %v, not by TCP", header.TransportProtocol)
	default:
		c.raw.peer, c.peer = source, addrOf(source)
	}
	return c.wire.SetReadDeadline(time.Time{})
}

// readHeader waits for the whole line of version 1, which the network may have cut: the
// library refuses it unless one read has all of it.
func readHeader(in *bufio.Reader) (*proxyproto.Header, error) {
	for n := 1; n <= proxyLine; n++ {
		b, err := in.Peek(n)
		if err != nil {
			return nil, err
		}
		begins := bytes.HasPrefix(proxyproto.SIGV1, b[:min(n, len(proxyproto.SIGV1))])
		if !begins || b[n-1] == '\n' {
			break
		}
	}
	return proxyproto.Read(in)
}

// isHealthCheck says whether this is a proxy by itself, which looks whether we live: of that
// nothing is told.
func (c *connection) isHealthCheck() bool {
	return len(c.sessions) == 0 && c.server.fromProxy(c.peer) && c.peer == addrOf(c.raw.Conn.RemoteAddr())
}
