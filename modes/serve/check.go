package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	addresses := s.addresses()
	found := make([]string, len(addresses)) // with the names looked up
	for i, address := range addresses {
		ip, err := canListen(ctx, address)
		if err != nil {
			return modes.Usage(listenHint(err), "cannot listen on %s: %s", address, modes.NetworkReason(err))
		}
		_, port, _ := net.SplitHostPort(address)
		found[i] = net.JoinHostPort(ip, port)
	}
	if err := s.apart(found); err != nil {
		return err
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
// is one of those not everybody may have. That another program has it is no error. The
// IP address is that of a host with a name.
func canListen(ctx context.Context, address string) (ip string, err error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	if n, err := strconv.Atoi(port); err != nil || n >= 1024 {
		port = "0"
	}
	network := modes.ListenNetwork(address)
	l, err := new(net.ListenConfig).Listen(ctx, network, net.JoinHostPort(host, port))
	if errors.Is(err, syscall.EADDRINUSE) {
		l, err = new(net.ListenConfig).Listen(ctx, network, net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return "", err
	}
	ip, _, _ = net.SplitHostPort(l.Addr().String())
	return ip, l.Close()
}

// apart refuses two addresses of which only one could be listened on. found are those
// that [settings.addresses] gives, with or without their names looked up.
func (s *settings) apart(found []string) error {
	all := s.addresses()
	for i := range found {
		for j := range i {
			if !overlap(found[i], found[j]) {
				continue
			}
			if i == len(s.listen) {
				return modes.Usage("give --admin a port of its own", "cannot listen on %s for --admin: --listen has %s", all[i], all[j])
			}
			return modes.Usage("give each --listen a port of its own", "cannot listen on %s: --listen has %s, too", all[i], all[j])
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
	ipA, errA := netip.ParseAddr(hostA)
	ipB, errB := netip.ParseAddr(hostB)
	if errA != nil || errB != nil {
		return strings.EqualFold(hostA, hostB) || errA == nil && allOf(ipA) || errB == nil && allOf(ipB)
	}
	return covers(ipA, ipB) || covers(ipB, ipA)
}

// covers says whether the first address is the second, or stands for it: 0.0.0.0 for all
// of IPv4, :: for all, and one without a zone for that of any.
func covers(a, b netip.Addr) bool {
	return a == b || allOf(a) || a.IsUnspecified() && b.Is4() || a.Zone() == "" && a == b.WithZone("")
}

// allOf says whether an address stands for all there are.
func allOf(a netip.Addr) bool { return a.IsUnspecified() && a.Is6() }

// checked tells what --check has found to be good.
func (s *settings) checked(p *modes.Process, notes io.Writer, r *prepared) error {
	if r.note != "" {
		fmt.Fprintf(notes, "note: %s\n", r.note)
	}
	leaf := r.identity.Certificate.Leaf
	_, err := modes.Interruptible(p, func() (int, error) { // nobody may read it
		return fmt.Fprintf(p.Out, "good: the certificate is valid until %s, its pin is %s\n", leaf.NotAfter.UTC().Format("2006-01-02"), r.identity.Pin())
	})
	return err
}
