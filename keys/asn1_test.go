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

// pbes1 is an encrypted key of openssl pkcs8 -topk8 -v1 PBE-MD5-DES, as far as its header.
func pbes1(t testing.TB) []byte {
	t.Helper()
	return marshal(t, envelope{
		Algorithm: pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 3}},
		Data:      make([]byte, 64),
	})
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
