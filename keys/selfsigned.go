package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"os"
	"strings"
	"time"
)

const (
	// validity is 825 days: Apple's platforms refuse server certificates that live longer, even ones their user
	// trusts, since macOS 10.15 (support.apple.com/103769).
	validity = 825 * 24 * time.Hour
	// backdated is how long before now a certificate begins, for clients whose clock is behind.
	backdated = 24 * time.Hour
	// renewBefore is how long before its end a certificate is renewed at the next start.
	renewBefore = 30 * 24 * time.Hour
)

// Memory makes an identity that lives as long as the process: for a machine where nothing can be kept. Its pin is
// another at every start.
func Memory(now func() time.Time) (*Identity, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	cert, err := selfSigned(key, now())
	if err != nil {
		return nil, err
	}
	return newIdentity([]*x509.Certificate{cert}, key, ""), nil
}

// newKey makes an ECDSA key on P-256: every TLS client takes it, and a handshake costs a quarter of RSA-2048's.
func newKey() (crypto.Signer, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// selfSigned makes a server certificate that is no authority: whoever gets hold of a client's trust file and this key
// can pose as this server, and as no other. OpenSSL, and so the reference client, trusts such a certificate when it is
// in the trust file itself.
func selfSigned(key crypto.Signer, now time.Time) (*x509.Certificate, error) {
	notBefore := now.UTC().Add(-backdated).Truncate(time.Second)
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "proto"},
		NotBefore:             notBefore,
		NotAfter:              notBefore.Add(validity),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  false,
		DNSNames:              hostNames(os.Hostname()),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// hostNames are localhost and the name of the machine, where that is one a certificate can bear.
func hostNames(host string, err error) []string {
	names := []string{"localhost"}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	}
	if err != nil || host == "" || len(host) > 253 || host == "localhost" || strings.ContainsFunc(host, odd) {
		return names
	}
	return append(names, host)
}
