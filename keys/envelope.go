package keys

import (
	"crypto/x509/pkix"
	"encoding/asn1"
)

// Encrypted private keys, in every form that OpenSSL both writes and reads back, but for AES key wrap and for what it
// keeps in its legacy provider: PKCS #8 with PBES2 (pbes2.go) or PBES1 (pbes1.go), and the older form with a DEK-Info
// header (dekinfo.go). They are read here and not by a library because the one there is (youmark/pkcs8) panics on a
// short IV or a cut file, knows few ciphers and hash functions, bounds no cost, and calls a key it cannot use a wrong
// password. The tests use it as the other side.

const reencryptHint = "encrypt it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY -out NEWKEY"

// maxIterations bounds what a file may make us compute: OpenSSL writes 2,048; ten million take some seconds.
const maxIterations = 10_000_000

// lockedKey is an encrypted key whose parameters have been found good: only the pass phrase is missing.
type lockedKey struct {
	derive func(phrase []byte) (key, iv []byte, err error)
	cipher keyCipher
	data   []byte
}

// parseEnvelope reads the DER of an ENCRYPTED PRIVATE KEY.
func parseEnvelope(der []byte) (*lockedKey, error) {
	var envelope struct { // RFC 5958 section 3
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	if _, err := asn1.Unmarshal(der, &envelope); err != nil {
		return nil, damagedEnvelope(err)
	}
	parameters := envelope.Algorithm.Parameters.FullBytes
	if oid := envelope.Algorithm.Algorithm.String(); oid != "1.2.840.113549.1.5.13" {
		return parsePBES1(oid, parameters, envelope.Data)
	}
	return parsePBES2(parameters, envelope.Data)
}

func damagedEnvelope(err error) *trouble {
	return &trouble{what: "the encrypted key in it is damaged", hint: "take a fresh copy of the file", err: err}
}

func unsupported(what string) *trouble {
	return &trouble{what: "it is encrypted with " + what, hint: reencryptHint}
}

// checkIterations is the one bound on what the key derivations of files cost.
func checkIterations(count int) *trouble {
	switch {
	case count < 1:
		return damagedEnvelope(nil)
	case count > maxIterations:
		return unsupported("more than 10,000,000 iterations")
	}
	return nil
}

func (l *lockedKey) open(phrase []byte) ([]byte, error) {
	key, iv, err := l.derive(phrase)
	if err != nil {
		return nil, damagedEnvelope(err)
	}
	plain, err := l.cipher.decrypt(key, iv, l.data)
	if err != nil {
		return nil, damagedEnvelope(err)
	}
	ok := true
	if l.cipher.padded() {
		plain, ok = unpad(plain, l.cipher.blockSize)
	}
	if !ok || !isSequence(plain) {
		return nil, wrongPassPhrase()
	}
	return plain, nil
}

// isSequence says whether data is one ASN.1 SEQUENCE from its first byte to its last, as every form of key is. It shows a
// wrong pass phrase where there is no padding, and the 1 in 256 that leaves padding that fits.
func isSequence(der []byte) bool {
	var whole asn1.RawValue
	rest, err := asn1.Unmarshal(der, &whole)
	return err == nil && len(rest) == 0 && der[0] == 0x30
}

func unpad(plain []byte, blockSize int) ([]byte, bool) {
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > blockSize {
		return nil, false
	}
	for _, b := range plain[len(plain)-padding:] {
		if int(b) != padding {
			return nil, false
		}
	}
	return plain[:len(plain)-padding], true
}
