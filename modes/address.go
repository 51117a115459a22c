package modes

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// DefaultPort is the protocol's.
const DefaultPort = "5000"

// DefaultAddress is where a server listens and a client connects when nothing
// else is said.
const DefaultAddress = "127.0.0.1:" + DefaultPort

// ListenNetwork is what an address that ParseAddress has read is to be listened on with:
// for 0.0.0.0 "tcp" would take all of IPv6, too.
func ListenNetwork(address string) string {
	if at, err := netip.ParseAddrPort(address); err == nil && at.Addr().Is4() {
		return "tcp4"
	}
	return "tcp"
}

// ParseAddress reads HOST:PORT or HOST, of which the port is then 5000. An IPv6
// address may stand without brackets if it has no port. Addresses and ports are given in
// their shortest form.
func ParseAddress(s string) (host, port string, err error) {
	const hint = "an address is HOST or HOST:PORT, as localhost, 192.0.2.1:5000 or [::1]:5000"
	bad := func(why string) error { return Usage(hint, "cannot use address %s: %s", quote(s), why) }
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	if ip, err := netip.ParseAddr(bare); err == nil {
		return ip.Unmap().String(), DefaultPort, nil
	}
	host, port = s, DefaultPort
	if strings.Contains(s, ":") {
		if host, port, err = net.SplitHostPort(s); err != nil {
			return "", "", bad("it is neither a host nor a host with a port")
		}
	}
	n, err := strconv.Atoi(port)
	if err != nil || n > 65535 || port[0] == '+' || port[0] == '-' {
		return "", "", bad("the port is not a number from 0 to 65535")
	}
	if host == "" || host[0] == '-' || strings.ContainsAny(host, " /\\@?#[]") || !printable(host) {
		return "", "", bad("it names no host")
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.Unmap().String()
	}
	return host, strconv.Itoa(n), nil
}

// IsLoopback says whether a host to listen on can be reached from this machine
// only. A name is: localhost, and no other.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return strings.EqualFold(host, "localhost")
	}
	return ip.Unmap().IsLoopback()
}

// OwnMAC is the address of the first network card that has one; without any,
// one of the range set aside for documentation (RFC 7042, 2.1.2).
func OwnMAC() string {
	cards, err := net.Interfaces()
	if err == nil {
		for _, card := range cards {
			if card.Flags&net.FlagLoopback == 0 && len(card.HardwareAddr) == 6 {
				return card.HardwareAddr.String()
			}
		}
	}
	return "00:00:5e:00:53:00"
}
