package keys

import (
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// Identity is what a server shows and proves itself with.
type Identity struct {
	// Certificate has Leaf filled, and the leaf first in its chain.
	Certificate tls.Certificate
	// CertFile is the file a client can be given to trust this server by. It is empty where there is none: the
	// identity is only in memory, or the certificate shares its file with the private key and must not be given away.
	CertFile string

	locked lockedSum // of the key in its file
}

// Pin returns the pin of the certificate: see [Pin].
func (id *Identity) Pin() string { return Pin(id.Certificate.Leaf) }

// Hint returns a line about the cost of the key where that is worth a word, or "".
func (id *Identity) Hint() string {
	key, ok := id.Certificate.Leaf.PublicKey.(*rsa.PublicKey)
	if !ok {
		return ""
	}
	// Measured: full TLS 1.3 handshakes of one core.
	return fmt.Sprintf("the key is RSA of %d bits: about 1,000 full handshakes/s per core with RSA-2048, "+
		"3,650 with ECDSA P-256", key.N.BitLen())
}

// Load reads a certificate with its chain, and its private key, from PEM files. keyFile may be empty: then both are in
// certFile. Of several certificates the one that the key belongs to is shown to clients, and the others as its chain;
// of several keys the first is taken. The certificate must be valid at now.
//
// pass is called when the key is encrypted; an error of it is returned as it is. Every other error is an [*Error].
func Load(certFile, keyFile string, pass PassPhrase, now time.Time) (*Identity, error) {
	return loadIdentity(certFile, keyFile, now, func(f *pemFile) (crypto.Signer, error) { return f.privateKey(pass) })
}

// Reload is Load where nobody can be asked for the pass phrase any more. A key that is encrypted is known only as long
// as its file holds what id was loaded from, and is then that of id.
func (id *Identity) Reload(certFile, keyFile string, now time.Time) (*Identity, error) {
	return loadIdentity(certFile, keyFile, now, func(f *pemFile) (crypto.Signer, error) {
		if sum := f.lockedSum(); sum == noLock || sum != id.locked {
			return f.changedKey()
		}
		key, _ := id.Certificate.PrivateKey.(crypto.Signer) // as loadIdentity has put it there
		return key, nil
	})
}

func loadIdentity(certFile, keyFile string, now time.Time, keyOf func(*pemFile) (crypto.Signer, error)) (*Identity, error) {
	certPEM, err := readPEM(certFile)
	if err != nil {
		return nil, err
	}
	certs, err := certPEM.certificates()
	if err != nil {
		return nil, err
	}
	keyPEM := certPEM
	if keyFile != "" {
		if keyPEM, err = readPEM(keyFile); err != nil {
			return nil, err
		}
	} else if len(certPEM.keys) == 0 {
		return nil, cannot("read", certFile, &trouble{what: "no private key in it", hint: "give its private key with --key FILE"})
	}
	key, err := keyOf(keyPEM)
	if err != nil {
		return nil, err
	}
	certs, ok := leafFirst(certs, key)
	if !ok {
		return nil, cannot("use", keyPEM.path, &trouble{
			what: "it is not the key of the certificate in " + shown(certFile),
			hint: "the two commands openssl pkey -pubout -in KEY and openssl x509 -pubkey -noout -in CERT must print the same",
		})
	}
	if t := outOfDate(certs[0], now); t != nil {
		return nil, cannot("use", certFile, t)
	}
	id := newIdentity(certs, key, certFile)
	id.locked = keyPEM.lockedSum()
	if len(certPEM.keys) > 0 {
		id.CertFile = ""
	}
	return id, nil
}

func newIdentity(certs []*x509.Certificate, key crypto.Signer, certFile string) *Identity {
	id := &Identity{CertFile: certFile}
	for _, cert := range certs {
		id.Certificate.Certificate = append(id.Certificate.Certificate, cert.Raw)
	}
	id.Certificate.PrivateKey = key
	id.Certificate.Leaf = certs[0]
	return id
}

// leafFirst moves the certificate that the key belongs to before the others, which keep their order.
func leafFirst(certs []*x509.Certificate, key crypto.Signer) ([]*x509.Certificate, bool) {
	for i, cert := range certs {
		if belongs(cert, key) {
			ordered := []*x509.Certificate{cert}
			ordered = append(ordered, certs[:i]...)
			return append(ordered, certs[i+1:]...), true
		}
	}
	return nil, false
}

func belongs(cert *x509.Certificate, key crypto.Signer) bool {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(cert.PublicKey)
}

// errOutOfDate marks the trouble that only a new certificate (or a corrected clock) mends.
var errOutOfDate = errors.New("certificate out of date")

// outOfDate says that a certificate is not valid at now; nil where it is.
func outOfDate(cert *x509.Certificate, now time.Time) *trouble {
	const layout = "2006-01-02 15:04 UTC"
	switch {
	case now.After(cert.NotAfter):
		return &trouble{
			what: "the certificate expired on " + cert.NotAfter.UTC().Format(layout),
			hint: "have a new one made, or check the clock of this machine",
			err:  errOutOfDate,
		}
	case now.Before(cert.NotBefore):
		return &trouble{
			what: "the certificate is not valid before " + cert.NotBefore.UTC().Format(layout),
			hint: "wait, or check the clock of this machine",
			err:  errOutOfDate,
		}
	}
	return nil
}
