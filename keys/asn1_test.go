package keys

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
)

func ecdhKey() (*ecdh.PrivateKey, error) { return ecdh.X25519().GenerateKey(rand.Reader) }

type envelope struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

// Algorithms of openssl pkcs8 -topk8 -v1: RFC 8018 appendix A.3 and RFC 7292 appendix C.
var (
	oidMD5DES   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 3}
	oidSHA13DES = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}
	oidSHA1RC2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}
)

// pbes1 is an encrypted key of the old form, whose data is zeros.
func pbes1(t testing.TB, oid asn1.ObjectIdentifier, parameters any, size int) []byte {
	t.Helper()
	raw := asn1.RawValue{FullBytes: marshal(t, parameters)}
	return marshal(t, envelope{pkix.AlgorithmIdentifier{Algorithm: oid, Parameters: raw}, make([]byte, size)})
}

// recast names another cipher, with another IV and other data, in an encrypted key of PBES2.
func recast(t testing.TB, der []byte, cipher asn1.ObjectIdentifier, iv, data []byte) []byte {
	t.Helper()
	var outer envelope
	unmarshal(t, der, &outer)
	var inner struct{ KDF, Cipher pkix.AlgorithmIdentifier }
	unmarshal(t, outer.Algorithm.Parameters.FullBytes, &inner)
	inner.Cipher = pkix.AlgorithmIdentifier{Algorithm: cipher, Parameters: asn1.RawValue{FullBytes: marshal(t, iv)}}
	outer.Algorithm.Parameters = asn1.RawValue{FullBytes: marshal(t, inner)}
	outer.Data = data
	return marshal(t, outer)
}

// endless turns the iteration count of an encrypted key up to what would take hours.
func endless(t testing.TB, der []byte) []byte {
	t.Helper()
	var outer envelope
	unmarshal(t, der, &outer)
	var inner struct{ KDF, Cipher pkix.AlgorithmIdentifier }
	unmarshal(t, outer.Algorithm.Parameters.FullBytes, &inner)
	var kdf struct {
		Salt       []byte
		Iterations int
		PRF        pkix.AlgorithmIdentifier
	}
	unmarshal(t, inner.KDF.Parameters.FullBytes, &kdf)
	kdf.Iterations = 1 << 31
	inner.KDF.Parameters = asn1.RawValue{FullBytes: marshal(t, kdf)}
	outer.Algorithm.Parameters = asn1.RawValue{FullBytes: marshal(t, inner)}
	return marshal(t, outer)
}

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func unmarshal(t testing.TB, der []byte, value any) {
	t.Helper()
	if _, err := asn1.Unmarshal(der, value); err != nil {
		t.Fatal(err)
	}
}
