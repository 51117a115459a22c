package keys

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
)

// The parsers of crypto/x509 answer every key that TLS cannot use with one vague error. What is below reads just far
// enough into the ASN.1 to say which it is; it decides nothing about keys that can be used.

// Object identifiers of keys: RFC 3279 section 2.3, RFC 5480 section 2.1.1, RFC 8410 section 3.
var (
	oidRSA     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidDSA     = asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}
	oidEC      = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidEd25519 = asn1.ObjectIdentifier{1, 3, 101, 112}
)

const newKeyHint = "make one that TLS can use: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"

// unusable says why TLS cannot use a key of this kind; nil where it can, or where there is nothing to go by.
func unusable(alg pkix.AlgorithmIdentifier) *trouble {
	switch {
	case alg.Algorithm.Equal(oidEC):
		return unusableCurve(alg.Parameters)
	case alg.Algorithm.Equal(oidDSA):
		return &trouble{what: "it is a DSA key, which TLS no longer uses", hint: newKeyHint}
	case alg.Algorithm == nil, alg.Algorithm.Equal(oidRSA), alg.Algorithm.Equal(oidEd25519):
		return nil
	}
	what := fmt.Sprintf("it is a kind of key that TLS cannot use (%s)", keyKind(alg.Algorithm))
	return &trouble{what: what, hint: newKeyHint}
}

func unusableCurve(parameters asn1.RawValue) *trouble {
	if parameters.Tag == asn1.TagSequence {
		return &trouble{
			what: "its curve is written out as explicit parameters, not named",
			hint: "name the curve: openssl ec -param_enc named_curve -in KEY -out NEWKEY, and have the certificate made again",
		}
	}
	var curve asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(parameters.FullBytes, &curve); err != nil {
		return nil
	}
	usable := []string{"1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"} // P-256, P-384, P-521
	if slices.Contains(usable, curve.String()) {
		return nil
	}
	return &trouble{what: fmt.Sprintf("TLS cannot use its curve (%s)", keyKind(curve)), hint: newKeyHint}
}

// keyKind names the kinds and curves that OpenSSL users meet.
func keyKind(oid asn1.ObjectIdentifier) string {
	switch text := oid.String(); text {
	case "1.3.132.0.10":
		return "secp256k1"
	case "1.3.132.0.33":
		return "P-224"
	case "1.2.840.113549.1.1.10":
		return "RSA-PSS"
	case "1.3.101.110":
		return "X25519"
	case "1.3.101.111":
		return "X448"
	case "1.3.101.113":
		return "Ed448"
	default:
		return text
	}
}

// keyAlgorithm reads the kind of a private key out of its DER; the zero value where it cannot.
func keyAlgorithm(blockType string, der []byte) pkix.AlgorithmIdentifier {
	switch blockType {
	case "RSA PRIVATE KEY":
		return pkix.AlgorithmIdentifier{}
	case "DSA PRIVATE KEY":
		return pkix.AlgorithmIdentifier{Algorithm: oidDSA}
	case "EC PRIVATE KEY":
		return ecKeyAlgorithm(der)
	}
	var key struct { // RFC 5958 section 2
		Version   int
		Algorithm pkix.AlgorithmIdentifier
	}
	if _, err := asn1.Unmarshal(der, &key); err != nil {
		return pkix.AlgorithmIdentifier{}
	}
	return key.Algorithm
}

func ecKeyAlgorithm(der []byte) pkix.AlgorithmIdentifier {
	var key struct { // RFC 5915 section 3
		Version    int
		PrivateKey []byte
		Parameters asn1.RawValue `asn1:"optional,explicit,tag:0"`
	}
	if _, err := asn1.Unmarshal(der, &key); err != nil {
		return pkix.AlgorithmIdentifier{}
	}
	var curve asn1.RawValue
	if _, err := asn1.Unmarshal(key.Parameters.Bytes, &curve); err != nil {
		return pkix.AlgorithmIdentifier{}
	}
	return pkix.AlgorithmIdentifier{Algorithm: oidEC, Parameters: curve}
}

// certificateAlgorithm reads the kind of a certificate's key; the zero value where it cannot.
func certificateAlgorithm(der []byte) pkix.AlgorithmIdentifier {
	var cert struct { // RFC 5280 section 4.1, as far as the key
		TBS struct {
			Version  int `asn1:"optional,explicit,default:0,tag:0"`
			Serial   asn1.RawValue
			SigAlg   asn1.RawValue
			Issuer   asn1.RawValue
			Validity asn1.RawValue
			Subject  asn1.RawValue
			Key      struct{ Algorithm pkix.AlgorithmIdentifier }
		}
	}
	if _, err := asn1.Unmarshal(der, &cert); err != nil {
		return pkix.AlgorithmIdentifier{}
	}
	return cert.TBS.Key.Algorithm
}
