package serve

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	proxyproto "github.com/pires/go-proxyproto"

	"proto/wire"
)

const proxyPeer = "10.0.0.1:7000"

var trusting10 = func(s *server) { s.proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} }

// header is a PROXY header of this version for a client.
func header(t *testing.T, version byte, client string) []byte {
	t.Helper()
	source := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(client))
	h := proxyproto.HeaderProxyFromAddrs(version, source, &net.TCPAddr{IP: net.ParseIP("10.0.0.9").To16(), Port: 5000})
	if source.IP.To4() == nil {
		h.DestinationAddr = &net.TCPAddr{IP: net.ParseIP("2001:db8::9"), Port: 5000}
		h.TransportProtocol = proxyproto.TCPv6
	}
	b, err := h.Format()
	fatal(t, err)
	return b
}

func (c *client) write(b []byte) *client {
	c.t.Helper()
	_, err := c.pipe.Write(b)
	fatal(c.t, err)
	return c
}

// TestProxyHeader: a session is that of the client's address, by which it is also
// counted and penalised; behind one proxy there are many.
func TestProxyHeader(t *testing.T) {
	for _, version := range []byte{1, 2} {
		for _, peer := range []string{"192.0.2.1:1000", "[2001:db8::7]:1000"} {
			bubble(t, options{flags: usual, change: trusting10}, func(t *testing.T, r *rig) {
				c := r.connect(proxyPeer).write(header(t, version, peer)).handshake()
				c.hello()
				c.ask()
				c.move(peer).ask() // also without the proxy
				if events := r.out.events(t, "session opened"); len(events) != 1 || events[0]["peer"] != peer {
					t.Errorf("log %v", events)
				}
			})
		}
	}
	bubble(t, options{flags: usual, change: trusting10}, func(t *testing.T, r *rig) {
		for range 20 {
			r.connect(proxyPeer).write(header(t, 2, peerOne))
		}
		c := r.connect(proxyPeer).write(header(t, 2, peerOne))
		if _, err := c.pipe.Read(make([]byte, 1)); err != io.EOF {
			t.Error(err)
		}
		r.connect(proxyPeer).write(header(t, 2, "192.0.2.2:1")).handshake()
	})
}

// TestProxyHeaderInPieces and with the client's first bytes behind it, in one of them.
func TestProxyHeaderInPieces(t *testing.T) {
	longest := "PROXY UNKNOWN " + strings.Repeat("f", 107-len("PROXY UNKNOWN \r\n")) + "\r\n"
	for name, head := range map[string][]byte{
		"1": header(t, 1, peerOne), "1, IPv6": header(t, 1, "[2001:db8::7]:1000"), "1, longest": []byte(longest), "2": header(t, 2, peerOne),
	} {
		for _, cuts := range [][]int{{1}, {5, 20, len(head) - 1}, {len(head)}, {3, len(head) + 20}} {
			t.Run(fmt.Sprint(name, cuts), func(t *testing.T) {
				bubble(t, options{change: trusting10}, func(t *testing.T, r *rig) {
					all := append(head[:len(head):len(head)], clientHello(t)...)
					c, from := r.connect(proxyPeer), 0
					for _, cut := range append(cuts, len(all)) {
						c.write(all[from:cut])
						time.Sleep(time.Second)
						from = cut
					}
					if c.pipe.mu.Lock(); len(c.pipe.buf) == 0 {
						t.Error("no answer to the ClientHello")
					}
					c.pipe.mu.Unlock()
				})
			})
		}
	}
}

// TestProxyHeaderRefused: mandatory from a trusted proxy, within the handshake's
// deadline, and refused from anybody else.
func TestProxyHeaderRefused(t *testing.T) {
	unix := &proxyproto.Header{
		Version: 2, Command: proxyproto.PROXY, TransportProtocol: proxyproto.UnixStream,
		SourceAddr: &net.UnixAddr{Net: "unix", Name: "a"}, DestinationAddr: &net.UnixAddr{Net: "unix", Name: "b"},
	}
	byUnix, err := unix.Format()
	fatal(t, err)
	// Version 2 for no family: a proxy says LOCAL of connections of its own.
	unspecified := append(bytes.Clone(proxyproto.SIGV2), 0x21, 0, 0, 0)
	for name, c := range map[string]struct {
		peer   string
		bytes  []byte
		after  time.Duration
		events string
	}{
		"none":       {proxyPeer, clientHello(t), 0, "refused"},
		"another":    {proxyPeer, []byte("POST / HTTP/1.1\r\n\r\n"), 0, "refused"},
		"silence":    {proxyPeer, nil, 5 * time.Second, "refused"},
		"a part":     {proxyPeer, []byte("PROXY TCP4 1.2"), 5 * time.Second, "refused"},
		"too long":   {proxyPeer, bytes.Repeat([]byte("PROXY "), 18), 0, "refused"},
		"for nobody": {proxyPeer, unspecified, 0, "refused"},
		"broken":     {proxyPeer, []byte("PROXY TCP4 1.2.3.4\r\n"), 0, "refused"},
		"a file":     {proxyPeer, byUnix, 0, "refused"},
		"no trust 1": {peerOne, header(t, 1, "192.0.2.9:1"), 0, "handshake failed"},
		"no trust 2": {peerOne, header(t, 2, "192.0.2.9:1"), 0, "handshake failed"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{change: trusting10}, func(t *testing.T, r *rig) {
				conn := r.connect(c.peer)
				_, _ = conn.pipe.Write(c.bytes) // it may be closed before the last of them
				start := time.Now()
				_, _ = io.Copy(io.Discard, conn.pipe)
				if took := time.Since(start); took != c.after {
					t.Errorf("closed after %v, want %v", took, c.after)
				}
				synctest.Wait()
				if events := r.out.events(t, c.events); len(events) != 1 {
					t.Errorf("log %s", r.out)
				}
			})
		})
	}
}

// TestProxyNamesNobody: what is done wrong by somebody of whom a proxy does not say who it is
// is not held against the proxy; the limits are kept.
func TestProxyNamesNobody(t *testing.T) {
	local, err := (&proxyproto.Header{Version: 2, Command: proxyproto.LOCAL, TransportProtocol: proxyproto.UNSPEC}).Format()
	fatal(t, err)
	for name, header := range map[string][]byte{"UNKNOWN": []byte("PROXY UNKNOWN\r\n"), "LOCAL": local} {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{flags: usual, change: trusting10}, func(t *testing.T, r *rig) {
				for range 10 {
					c := r.connect(proxyPeer).write(header).handshake()
					hello, err := c.Hello(nil, wire.Hello{MAC: "m", User: goodUser, Password: "wrong"})
					fatal(t, err)
					c.send(string(hello))
					_ = c.mustNext()
					c.pipe.Close()
				}
				r.connect(proxyPeer).write(header).handshake().hello()
				for range 20 {
					r.connect(proxyPeer).write(header)
				}
				synctest.Wait()
				c := r.connect(proxyPeer).write(header)
				if _, err := c.pipe.Read(make([]byte, 1)); err != io.EOF {
					t.Errorf("more than there may be of one address: %v", err)
				}
				if n := len(r.out.events(t, "address refused")); n != 0 {
					t.Errorf("refused %d times", n)
				}
			})
		})
	}
}

// TestProxyLooks: a proxy that looks whether the server lives is served as itself,
// and does not fill the log.
func TestProxyLooks(t *testing.T) {
	local := &proxyproto.Header{Version: 2, Command: proxyproto.LOCAL, TransportProtocol: proxyproto.UNSPEC}
	b, err := local.Format()
	fatal(t, err)
	bubble(t, options{flags: usual, change: trusting10}, func(t *testing.T, r *rig) {
		r.connect(proxyPeer).write(b).pipe.Close()
		r.connect(proxyPeer).write(b).handshake().pipe.Close()
		fatal(t, r.connect(proxyPeer).write(b).handshake().tls.Close())
		r.connect(proxyPeer).write(b).handshake().hello()
		r.connect(proxyPeer).write([]byte("PROXY UNKNOWN\r\n")).handshake().hello()
		synctest.Wait()
		for _, event := range []string{"handshake failed", "connection lost", "connection closed by the client"} {
			if events := r.out.events(t, event); len(events) != 0 {
				t.Errorf("log %v", events)
			}
		}
		if events := r.out.events(t, "session opened"); len(events) != 2 || events[0]["peer"] != proxyPeer {
			t.Errorf("log %v", events)
		}
	})
}

// TestProxyNamesOneOfItsOwn: what a client does wrong is told and counted also where its address
// is one of those that proxies may have.
func TestProxyNamesOneOfItsOwn(t *testing.T) {
	bubble(t, options{flags: usual, change: trusting10}, func(t *testing.T, r *rig) {
		c := r.connect(proxyPeer).write(header(t, 2, "10.9.9.9:1"))
		_, _ = c.pipe.Write([]byte("this is no TLS"))
		_, _ = io.Copy(io.Discard, c.pipe)
		synctest.Wait()
		if n := len(r.out.events(t, "handshake failed")); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// TestProxyWaits: connections of which the header has not come count in all, for as long
// as it may take also where a handshake may take for ever, and once when it has come.
func TestProxyWaits(t *testing.T) {
	for _, flags := range [][]string{{}, {"--tls-timeout", "0"}} {
		flags = append(flags, "--max-connections", "2")
		bubble(t, options{flags: flags, change: trusting10}, func(t *testing.T, r *rig) {
			r.connect(proxyPeer)
			r.connect("10.0.0.2:7000")
			r.refusedAtOnce(peerOne, 0)
			r.refusedAtOnce(proxyPeer, 0)
			time.Sleep(5*time.Second - time.Nanosecond)
			r.refusedAtOnce(peerOne, 0)
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			for _, peer := range []string{"192.0.2.7:1", "192.0.2.8:1"} {
				r.connect(proxyPeer).write(header(t, 2, peer)).handshake().hello()
			}
			r.refusedAtOnce(peerOne, 0)
		})
	}
}

// TestProxyWaitsWithoutLogin: they count as those without login do, and make room as they
// do; nothing is held against the proxy.
func TestProxyWaitsWithoutLogin(t *testing.T) {
	flags := []string{"--max-startups", "10:0:20", "--max-per-address", "0"}
	bubble(t, options{flags: flags, change: trusting10}, func(t *testing.T, r *rig) {
		for range 20 {
			r.connect(proxyPeer)
		}
		r.refusedAtOnce(peerOne, heldBriefly)
		r.refusedAtOnce(proxyPeer, heldBriefly)
		time.Sleep(2 * time.Second)
		r.connect(proxyPeer).write(header(t, 2, "192.0.2.7:1")).handshake().hello()
		synctest.Wait()
		if n := r.server.waiting(); n != 9 {
			t.Errorf("%d wait", n)
		}
		if log := r.out.String(); strings.Count(log, "its place was needed") != 11 || strings.Contains(log, "address refused") {
			t.Errorf("log %s", log)
		}
	})
}

// TestProxyDrains: a connection of which the header has not come keeps nobody.
func TestProxyDrains(t *testing.T) {
	bubble(t, options{change: trusting10}, func(t *testing.T, r *rig) {
		r.connect(proxyPeer)
		synctest.Wait()
		start := time.Now()
		r.cut()
		r.wantEnd(start, 0)
	})
}
