package keys

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// handshake connects a client that trusts as told to a server with the given chain, over real TLS.
func handshake(t *testing.T, trust Trust, name string, chain ...*issued) error {
	t.Helper()
	if trust.Now == nil {
		trust.Now = at(clock)
	}
	config, err := trust.Config(name)
	if err != nil {
		t.Fatal(err)
	}
	_, err = connect(t, config, serverConfig(chain...))
	return err
}

func serverConfig(chain ...*issued) *tls.Config {
	var certs []*x509.Certificate
	for _, c := range chain {
		certs = append(certs, c.cert)
	}
	return &tls.Config{Certificates: []tls.Certificate{newIdentity(certs, chain[0].key, "").Certificate}}
}

// connect does one handshake over the loopback, and reads one byte so that a session ticket comes along. (A net.Pipe
// would block for ever: the client sends its alert while the server is still writing.)
func connect(t *testing.T, client, server *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { serveOnce(listener, server) })
	raw, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	conn := tls.Client(raw, client)
	if err := conn.Handshake(); err != nil {
		return tls.ConnectionState{}, err
	}
	_, err = conn.Read(make([]byte, 1))
	return conn.ConnectionState(), err
}

func serveOnce(listener net.Listener, config *tls.Config) {
	raw, err := listener.Accept()
	if err != nil {
		return
	}
	defer raw.Close()
	conn := tls.Server(raw, config)
	if conn.Handshake() == nil {
		_, _ = conn.Write([]byte("!"))
		_, _ = conn.Read(make([]byte, 1)) // until the client is gone
	}
}

func named(names ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		for _, name := range names {
			if ip := net.ParseIP(name); ip != nil {
				c.IPAddresses = append(c.IPAddresses, ip)
			} else {
				c.DNSNames = append(c.DNSNames, name)
			}
		}
	}
}

func expire(c *x509.Certificate) { c.NotAfter = clock.Add(-time.Second) }

func TestTrust(t *testing.T) {
	root := authority(t, nil, "root")
	stranger := authority(t, nil, "stranger")
	middle := authority(t, root, "middle")
	lateMiddle := issue(t, root, func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.BasicConstraintsValid, c.KeyUsage = "late", true, true, x509.KeyUsageCertSign
		expire(c)
	})
	site := issue(t, middle, named("a.example", "127.0.0.1", "::1"))
	self := issue(t, nil, nil)
	expired := issue(t, nil, expire)
	early := issue(t, nil, func(c *x509.Certificate) { c.NotBefore = clock.Add(time.Second) })
	lateSite := issue(t, middle, func(c *x509.Certificate) { named("a.example")(c); expire(c) })
	renewed := issueFor(t, self.key, nil, func(c *x509.Certificate) { c.SerialNumber = big.NewInt(99) })
	client := issue(t, root, func(c *x509.Certificate) {
		named("a.example")(c)
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	})
	evil := issue(t, root, named("evil\x1b[2J.example"))
	roots := x509.NewCertPool()
	roots.AddCert(root.cert)
	ca := func(certs ...*issued) Trust { return Trust{CAFile: file(t, "ca.pem", certPEM(certs...))} }
	pins := func(certs ...*issued) Trust {
		var pins []string
		for _, c := range certs {
			pins = append(pins, Pin(c.cert))
		}
		parsed, err := ParsePin(strings.Join(pins, ";"))
		if err != nil {
			t.Fatal(err)
		}
		return Trust{Pins: parsed}
	}
	system := Trust{Roots: roots}
	const pinHint, onlyInsecure = "accept its key with --pin sha256//", "only --insecure would accept it"
	for _, test := range []struct {
		name   string
		trust  Trust
		host   string
		chain  []*issued
		reason string // "" where the server is trusted
		hint   string
	}{
		{"roots", system, "a.example", []*issued{site, middle}, "", ""},
		{"roots/IPv4", system, "127.0.0.1", []*issued{site, middle}, "", ""},
		{"roots/IPv4_mapped", system, "::ffff:127.0.0.1", []*issued{site, middle}, "", ""},
		{"roots/IPv6_brackets", system, "[::1]", []*issued{site, middle}, "", ""},
		{"roots/IPv6_zone", system, "::1%lo", []*issued{site, middle}, "", ""},
		{"roots/final_dot", system, "a.example.", []*issued{site, middle}, "", ""},
		{"roots/wrong_name", system, "b.example", []*issued{site, middle}, `it is not for the name "b.example"`, `for "a.example", "127.0.0.1", "::1"`},
		{"roots/wrong_IP", system, "127.0.0.2", []*issued{site, middle}, `it is not for the name "127.0.0.2"`, pinHint},
		{"roots/no_intermediate", system, "a.example", []*issued{site}, "signed by an unknown authority", pinHint},
		{"roots/expired", system, "a.example", []*issued{lateSite, middle}, "the certificate expired on 2030-05-17 11:59 UTC", onlyInsecure},
		{"roots/expired_intermediate", system, "a.example", []*issued{issue(t, lateMiddle, named("a.example")), lateMiddle}, "a certificate in its chain has expired", pinHint},
		{"roots/self-signed", system, "foo", []*issued{self}, "signed by an unknown authority", pinHint},
		{"roots/client_certificate", system, "a.example", []*issued{client}, `its chain does not hold ("x509: certificate specifies an incompatible key usage"`, pinHint},
		{"roots/terminal_codes_in_name", system, "a.example", []*issued{evil}, "it is not for", `for "evil\x1b[2J.example";`},
		{"CA_file", ca(root), "a.example", []*issued{site, middle}, "", ""},
		{"CA_file/second_of_two", ca(stranger, root), "a.example", []*issued{site, middle}, "", ""},
		{"CA_file/intermediate_only", ca(middle), "a.example", []*issued{site}, "", ""},
		{"CA_file/wrong_name", ca(root), "b.example", []*issued{site, middle}, `it is not for the name "b.example"`, pinHint},
		{"CA_file/replaces_roots", Trust{CAFile: ca(stranger).CAFile, Roots: roots}, "a.example", []*issued{site, middle}, "signed by an unknown authority", pinHint},
		{"CA_file/replaces_own", Trust{CAFile: ca(stranger).CAFile, Own: self.cert}, "a.example", []*issued{self}, "signed by an unknown authority", pinHint},
		{"CA_file/itself_CN_only", ca(self), "anything", []*issued{self}, "", ""},
		{"CA_file/itself_CN_only_by_IP", ca(stranger, self), "127.0.0.1", []*issued{self}, "", ""},
		{"CA_file/itself_for_clients_only", ca(client), "anything", []*issued{client}, "", ""},
		{"CA_file/itself_expired", ca(expired), "foo", []*issued{expired}, "the certificate expired on", onlyInsecure},
		{"CA_file/itself_not_yet_valid", ca(early), "foo", []*issued{early}, "the certificate is not valid before 2030-05-17 12:00 UTC", onlyInsecure},
		{"CA_file/same_key_other_certificate", ca(self), "bar", []*issued{renewed}, "signed by an unknown authority", pinHint},
		{"pin", pins(self), "anything", []*issued{self}, "", ""},
		{"pin/second_of_two", pins(site, self), "anything", []*issued{self}, "", ""},
		{"pin/other", pins(site), "foo", []*issued{self}, "its key is not the pinned one", "--pin sha256//"},
		{"pin/other_though_in_roots", Trust{Pins: pins(self).Pins, Roots: roots}, "a.example", []*issued{site, middle}, "its key is not the pinned one", "--pin"},
		{"pin/expired", pins(expired), "foo", []*issued{expired}, "the certificate expired on", onlyInsecure},
		{"pin/of_the_authority_is_not_enough", pins(root), "a.example", []*issued{site, middle, root}, "its key is not the pinned one", "--pin"},
		{"own", Trust{Own: self.cert, Roots: roots}, "anything", []*issued{self}, "", ""},
		{"own/server_from_before_renewal", Trust{Own: renewed.cert, Roots: roots}, "anything", []*issued{self}, "", ""},
		{"own/expired", Trust{Own: expired.cert, Roots: roots}, "anything", []*issued{expired}, "the certificate expired on", onlyInsecure},
		{"own/beside_roots", Trust{Own: self.cert, Roots: roots}, "a.example", []*issued{site, middle}, "", ""},
		{"insecure", Trust{Insecure: true}, "anything", []*issued{self}, "", ""},
		{"insecure/expired", Trust{Insecure: true}, "anything", []*issued{expired}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := handshake(t, test.trust, test.host, test.chain...)
			if test.reason == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var u *Untrusted
			if !errors.As(err, &u) {
				t.Fatalf("error %T %v, want *Untrusted", err, err)
			}
			wantError(t, err, "", "server certificate is not trusted: "+test.reason, test.hint)
			pin := Pin(test.chain[0].cert)
			if u.Pin != pin || !strings.HasSuffix(u.Error(), "(pin "+pin+")") || !u.Certificate.Equal(test.chain[0].cert) {
				t.Errorf("not about the server's certificate: %v", u)
			}
			if strings.Contains(u.Hint, "--pin") == strings.Contains(u.Hint, "--insecure") {
				t.Errorf("hint does not name one flag: %q", u.Hint)
			}
		})
	}
}

// TestTrustResumption checks that a resumed connection is judged anew, with both versions of TLS: crypto/tls itself
// does not look at the certificate again.
func TestTrustResumption(t *testing.T) {
	self := issue(t, nil, nil)
	for name, version := range map[string]uint16{"TLS_1.2": tls.VersionTLS12, "TLS_1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			now := clock
			trust := Trust{CAFile: file(t, "ca.pem", certPEM(self)), Now: func() time.Time { return now }}
			client, err := trust.Config("foo")
			if err != nil {
				t.Fatal(err)
			}
			client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
			client.MaxVersion = version
			server := serverConfig(self)
			for _, resumed := range []bool{false, true} {
				state, err := connect(t, client, server)
				if err != nil || state.DidResume != resumed {
					t.Fatalf("resumed %v, error %v", state.DidResume, err)
				}
			}
			now = clock.Add(2 * time.Hour)
			_, err = connect(t, client, server)
			wantError(t, err, "", "the certificate expired on", "--insecure")
		})
	}
}

func TestTrustOldTLS(t *testing.T) {
	self := issue(t, nil, nil)
	client, err := Trust{Insecure: true}.Config("foo")
	if err != nil {
		t.Fatal(err)
	}
	server := serverConfig(self)
	server.MinVersion, server.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if _, err := connect(t, client, server); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
}

func TestTrustConfigErrors(t *testing.T) {
	self := issue(t, nil, nil)
	for name, test := range map[string]struct{ text, message string }{
		"empty":          {"", "cannot read ca.pem: no certificate in it"},
		"key_only":       {keyPEM(t, self.key), "cannot read ca.pem: no certificate in it"},
		"second_damaged": {certPEM(self) + pemOf("CERTIFICATE", []byte("x")), "cannot read ca.pem: a certificate in it is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, "ca.pem", test.text)
			_, err := Trust{CAFile: path}.Config("foo")
			wantError(t, err, filepath.Dir(path), test.message, "")
		})
	}
	dir := t.TempDir()
	_, err := Trust{CAFile: filepath.Join(dir, "ca.pem")}.Config("foo")
	wantError(t, err, dir, "cannot read ca.pem: no such file", "check the path")
	_, err = Trust{}.Config("[]")
	wantError(t, err, "", `cannot connect to "[]": no host name in it`, "give a name")
}

// TestTrustSystem only has to show that without Roots the system's are asked: they do not know our server.
func TestTrustSystem(t *testing.T) {
	err := handshake(t, Trust{}, "foo", issue(t, authority(t, nil, "nobody"), named("foo")))
	wantError(t, err, "", "server certificate is not trusted: ", "--pin")
}
