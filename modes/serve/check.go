package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"proto/modes"
)

// tryOut looks for --check at what else a start would open. Ports stay closed: the
// server that is to be started anew may have them.
func (s *settings) tryOut(ctx context.Context) error {
	for _, address := range s.addresses() {
		if err := canListen(ctx, address); err != nil {
			return modes.Usage(listenHint(err), "cannot listen on %s: %s", address, modes.NetworkReason(err))
		}
	}
	return modes.CheckRecord(s.record)
}

// addresses are all that are listened on.
func (s *settings) addresses() []string {
	if s.admin == "" {
		return s.listen
	}
	return append(slices.Clip(s.listen), s.admin)
}

// canListen says whether this machine has an address, and lets us have the port if it
// is one of those not everybody may have. That another program has it is no error.
func canListen(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(port); err != nil || n >= 1024 {
		port = "0"
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil
	}
	if err != nil {
		return err
	}
	return l.Close()
}

// checkApart refuses two addresses of which only one could be listened on.
func (s *settings) checkApart() error {
	all := s.addresses()
	for i, a := range all {
		for _, b := range all[:i] {
			if !overlap(a, b) {
				continue
			}
			if i == len(s.listen) {
				return modes.Usage("give --admin a port of its own", "cannot listen on %s for --admin: --listen has %s", a, b)
			}
			return modes.Usage("give each --listen a port of its own", "cannot listen on %s: --listen has %s, too", a, b)
		}
	}
	return nil
}

// overlap says whether a connection could be to both addresses.
func overlap(a, b string) bool {
	hostA, portA, _ := net.SplitHostPort(a)
	hostB, portB, _ := net.SplitHostPort(b)
	if portA != portB || portA == "0" {
		return false
	}
	return strings.EqualFold(hostA, hostB) || covers(hostA, hostB) || covers(hostB, hostA)
}

// covers says whether the first host stands for all addresses of the other's kind:
// 0.0.0.0 for those of IPv4, and :: for all.
func covers(all, host string) bool {
	a, err := netip.ParseAddr(all)
	if err != nil || !a.IsUnspecified() {
		return false
	}
	h, err := netip.ParseAddr(host)
	return a.Is6() || err == nil && h.Unmap().Is4()
}

// checked tells what --check has found to be good.
func (s *settings) checked(p *modes.Process, r *prepared) error {
	if r.note != "" {
		fmt.Fprintf(p.Err, "note: %s\n", r.note)
	}
	leaf := r.identity.Certificate.Leaf
	_, err := fmt.Fprintf(p.Out, "good: the certificate is valid until %s, its pin is %s\n", leaf.NotAfter.UTC().Format("2006-01-02"), r.identity.Pin())
	return err
}
