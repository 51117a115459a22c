package keys

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
	"strings"
	"time"
)

// Trust is which servers a client accepts. The first of these that is set decides, alone:
//
//   - Insecure: every server, even with an expired certificate.
//   - Pins: a server whose public key is pinned. Its chain and names do not matter, its dates do.
//   - CAFile: a server that shows a certificate which is itself in that file (as with Pins, only its dates matter: such
//     certificates often have no usable name and no CA flag), or whose chain leads to one in it and whose name fits.
//   - otherwise a server with the public key of Own, whatever its name, and one whose chain leads to Roots and whose
//     name fits.
type Trust struct {
	CAFile   string
	Pins     Pins
	Insecure bool
	Own      *x509.Certificate // the identity of this machine, from [OwnCertificate]; may be nil
	Roots    *x509.CertPool    // nil: those of the system
	Now      func() time.Time  // nil: time.Now
}

// Config returns the TLS configuration of a client that connects to serverName: a DNS name or an IP address, which may
// stand in brackets and have a zone. A server that is not accepted fails the handshake with an [*Untrusted]; an error of
// Config itself is an [*Error] about CAFile or the name.
func (t Trust) Config(serverName string) (*tls.Config, error) {
	name := plainName(serverName)
	if name == "" {
		return nil, &Error{
			Message: "cannot connect to " + foreign(serverName) + ": no host name in it",
			Hint:    "give a name or an IP address",
		}
	}
	check := &serverCheck{Trust: t, name: name}
	if check.Now == nil {
		check.Now = time.Now
	}
	if t.CAFile != "" {
		if err := check.readCAFile(); err != nil {
			return nil, err
		}
	}
	return &tls.Config{
		ServerName: name,
		MinVersion: tls.VersionTLS12,
		// The check of crypto/tls knows no pins; ours takes its place. VerifyConnection, unlike VerifyPeerCertificate,
		// runs on resumed connections too.
		InsecureSkipVerify: true,
		VerifyConnection:   check.verify,
	}, nil
}

// plainName takes brackets and zone off an IP address, and the final dot off a name. A zone says which interface to
// use and a certificate never has one; an IPv4-mapped address is in certificates as IPv4.
func plainName(name string) string {
	bare := name
	if inner, ok := strings.CutPrefix(name, "["); ok {
		bare = strings.TrimSuffix(inner, "]")
	}
	if addr, err := netip.ParseAddr(bare); err == nil {
		return addr.Unmap().WithZone("").String()
	}
	return strings.TrimSuffix(bare, ".")
}

// serverCheck is a Trust for one server name.
type serverCheck struct {
	Trust
	name  string
	given []*x509.Certificate // those of CAFile
}

func (c *serverCheck) readCAFile() error {
	file, err := readPEM(c.CAFile)
	if err != nil {
		return err
	}
	if c.given, err = file.certificates(); err != nil {
		return err
	}
	c.Roots = x509.NewCertPool()
	for _, cert := range c.given {
		c.Roots.AddCert(cert)
	}
	return nil
}

func (c *serverCheck) verify(state tls.ConnectionState) error {
	if c.Insecure {
		return nil
	}
	if len(state.PeerCertificates) == 0 {
		return errors.New("server showed no certificate")
	}
	leaf := state.PeerCertificates[0]
	known := c.knows(leaf)
	// A key that was pinned and now is another one is worse news than an old date.
	if len(c.Pins) > 0 && !known {
		return untrustedPin(leaf)
	}
	if late := outOfDate(leaf, c.Now()); late != nil {
		return untrustedDate(leaf, late)
	}
	if known {
		return nil
	}
	return c.verifyChain(leaf, state.PeerCertificates[1:])
}

// knows says whether the certificate was given as it is, so that neither chain nor name matter.
func (c *serverCheck) knows(leaf *x509.Certificate) bool {
	switch {
	case len(c.Pins) > 0:
		return c.Pins.Has(leaf)
	case c.CAFile != "":
		for _, cert := range c.given {
			if cert.Equal(leaf) {
				return true
			}
		}
		return false
	}
	// By key, not by bytes: a server that has been up for long shows the certificate from before its renewal.
	return c.Own != nil && Pin(c.Own) == Pin(leaf)
}

// verifyChain checks the chain before the name, which x509 does the other way round: a certificate nobody vouches for
// is the first thing to hear about, whatever names it claims.
func (c *serverCheck) verifyChain(leaf *x509.Certificate, rest []*x509.Certificate) error {
	intermediates := x509.NewCertPool()
	for _, cert := range rest {
		intermediates.AddCert(cert)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots:         c.Roots,
		Intermediates: intermediates,
		CurrentTime:   c.Now(),
	})
	if err != nil {
		return untrustedChain(leaf, err)
	}
	if err := leaf.VerifyHostname(c.name); err != nil {
		return untrustedName(leaf, c.name, err)
	}
	return nil
}
