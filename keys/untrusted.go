package keys

import (
	"crypto/x509"
	"errors"
)

// Untrusted is the error of a handshake with a server that [Trust] does not accept. What the server chose, such as
// the names in its certificate, stands quoted in its texts.
type Untrusted struct {
	Pin         string // of the certificate: what --pin would accept
	Reason      string // signed by an unknown authority
	Hint        string
	Certificate *x509.Certificate // as the server showed it
	Err         error             // of crypto/x509; may be nil
}

func (u *Untrusted) Error() string {
	return "server certificate is not trusted: " + u.Reason + " (pin " + u.Pin + ")"
}

func (u *Untrusted) Unwrap() error { return u.Err }

// HintLine returns the line to print below the error: what would accept this server.
func (u *Untrusted) HintLine() string { return u.Hint }

func untrusted(cert *x509.Certificate, reason, hint string, err error) *Untrusted {
	return &Untrusted{Pin: Pin(cert), Reason: reason, Hint: hint, Certificate: cert, Err: err}
}

func pinHintFor(cert *x509.Certificate) string {
	return "if you know this server, accept its key with --pin " + Pin(cert)
}

func untrustedPin(cert *x509.Certificate) *Untrusted {
	hint := "somebody may stand between, or the server has a new key; if you know it has: --pin " + Pin(cert)
	return untrusted(cert, "its key is not the pinned one", hint, nil)
}

func untrustedDate(cert *x509.Certificate, late *trouble) *Untrusted {
	hint := "only --insecure would accept it; its owner has to renew it, or the clock of this machine is wrong"
	return untrusted(cert, late.what, hint, late.err)
}

func untrustedName(cert *x509.Certificate, name string, err error) *Untrusted {
	hint := "the certificate is for " + certificateNames(cert) + "; connect by such a name, or, " + pinHintFor(cert)
	return untrusted(cert, "it is not for the name "+foreign(name), hint, err)
}

func untrustedChain(cert *x509.Certificate, err error) *Untrusted {
	// The words of crypto/x509 may hold parts of the certificate.
	reason := "its chain does not hold (" + foreign(err.Error()) + ")"
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		reason = "signed by an unknown authority"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		// The dates of the server's own certificate have been found good before.
		reason = "a certificate in its chain has expired or is not valid yet"
	}
	return untrusted(cert, reason, pinHintFor(cert), err)
}

// certificateNames lists the names a server certificate is good for, quoted.
func certificateNames(cert *x509.Certificate) string {
	var names []string
	for _, name := range cert.DNSNames {
		names = append(names, foreign(name))
	}
	for _, ip := range cert.IPAddresses {
		names = append(names, foreign(ip.String()))
	}
	if len(names) == 0 {
		return "no host at all (only its common name " + foreign(cert.Subject.CommonName) + ")"
	}
	return firstOf(5, names, ", ")
}
