package keys

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"strings"
)

const (
	pinPrefix = "sha256//"
	pinHint   = "a pin is sha256// and 44 characters of base64, as proto serve prints it; several are joined with ;"
)

// Pins are public keys that a client accepts, each by the SHA-256 of its SubjectPublicKeyInfo (RFC 7469 section 2.4).
type Pins [][sha256.Size]byte

// Pin returns the pin of a certificate's public key, in the form of curl's --pinnedpubkey. It stays the same when a
// certificate is renewed with the same key.
func Pin(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return pinPrefix + base64.StdEncoding.EncodeToString(sum[:])
}

// ParsePin reads one pin, or several joined with ";" as curl takes them. An error is an [*Error].
func ParsePin(s string) (Pins, error) {
	var pins Pins
	for part := range strings.SplitSeq(s, ";") {
		pin, ok := parseOnePin(part)
		if !ok {
			return nil, &Error{Message: "cannot use pin " + foreign(part) + ": it is not a SHA-256 pin", Hint: pinHint}
		}
		pins = append(pins, pin)
	}
	return pins, nil
}

func parseOnePin(s string) (pin [sha256.Size]byte, ok bool) {
	encoded, ok := strings.CutPrefix(s, pinPrefix)
	if !ok || len(encoded) != base64.StdEncoding.EncodedLen(len(pin)) {
		return pin, false
	}
	// A line break inside, which the decoder skips, shows as a sum that is too short.
	sum, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(sum) != len(pin) {
		return pin, false
	}
	return [sha256.Size]byte(sum), true
}

// Has says whether the certificate's public key is one of the pins.
func (p Pins) Has(cert *x509.Certificate) bool {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	for _, pin := range p {
		if subtle.ConstantTimeCompare(sum[:], pin[:]) == 1 {
			return true
		}
	}
	return false
}
