package keys

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"hash"

	"golang.org/x/crypto/scrypt"
)

// PBES2 of RFC 8018: a cipher of its own choice, with PBKDF2 or scrypt (RFC 7914).

// Bounds on scrypt's memory in bytes (OpenSSL refuses more than 32 MiB) and passes over it.
const (
	maxScryptMemory = 64 << 20
	maxScryptPasses = 16
)

func parsePBES2(parameters, data []byte) (*lockedKey, error) {
	var pbes2 struct { // RFC 8018 appendix A.4
		KDF    pkix.AlgorithmIdentifier
		Cipher asn1.RawValue
	}
	if _, err := asn1.Unmarshal(parameters, &pbes2); err != nil {
		return nil, damagedEnvelope(err)
	}
	// The IV is looked at only for a cipher that is known: what OpenSSL writes there for AES key wrap is no DER.
	var oid asn1.ObjectIdentifier
	ivDER, err := asn1.Unmarshal(pbes2.Cipher.Bytes, &oid)
	if err != nil {
		return nil, damagedEnvelope(err)
	}
	c, ok := namedCipher(cipherName(oid.String()))
	if !ok {
		return nil, unsupported("a cipher that is not supported (" + oid.String() + ")")
	}
	var iv []byte // empty for ECB
	_, err = asn1.Unmarshal(ivDER, &iv)
	if err != nil || len(iv) != c.ivSize() || !c.fits(data) {
		return nil, damagedEnvelope(err)
	}
	kdf, err := parseKDF(pbes2.KDF, c.keySize)
	if err != nil {
		return nil, err
	}
	derive := func(phrase []byte) ([]byte, []byte, error) {
		key, err := kdf(phrase)
		return key, iv, err
	}
	return &lockedKey{derive: derive, cipher: c, data: data}, nil
}

// keyDerivation turns a pass phrase into a key.
type keyDerivation func(phrase []byte) ([]byte, error)

func parseKDF(alg pkix.AlgorithmIdentifier, keySize int) (keyDerivation, error) {
	switch oid := alg.Algorithm.String(); oid {
	case "1.2.840.113549.1.5.12":
		return parsePBKDF2(alg.Parameters.FullBytes, keySize)
	case "1.3.6.1.4.1.11591.4.11":
		return parseScrypt(alg.Parameters.FullBytes, keySize)
	default:
		return nil, unsupported("a key derivation that is not supported (" + oid + ")")
	}
}

func parsePBKDF2(der []byte, keySize int) (keyDerivation, error) {
	var kdf struct { // RFC 8018 appendix A.2
		Salt       []byte
		Iterations int
		KeyLength  int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &kdf); err != nil {
		return nil, damagedEnvelope(err)
	}
	prf := pseudoRandom(kdf.PRF.Algorithm)
	if prf == nil {
		return nil, unsupported("a hash function that is not supported (" + kdf.PRF.Algorithm.String() + ")")
	}
	if kdf.KeyLength != 0 && kdf.KeyLength != keySize {
		return nil, damagedEnvelope(nil)
	}
	if t := checkIterations(kdf.Iterations); t != nil {
		return nil, t
	}
	return func(phrase []byte) ([]byte, error) {
		return pbkdf2.Key(prf, string(phrase), kdf.Salt, kdf.Iterations, keySize)
	}, nil
}

// pseudoRandom is the hash of an HMAC identifier (RFC 8018 appendix B.1); SHA-1 is the default where none stands. MD5
// is not in the RFC, but OpenSSL writes it when told to.
func pseudoRandom(oid asn1.ObjectIdentifier) func() hash.Hash {
	if oid == nil {
		return sha1.New
	}
	switch oid.String() {
	case "1.2.840.113549.2.6":
		return md5.New
	case "1.2.840.113549.2.7":
		return sha1.New
	case "1.2.840.113549.2.8":
		return sha256.New224
	case "1.2.840.113549.2.9":
		return sha256.New
	case "1.2.840.113549.2.10":
		return sha512.New384
	case "1.2.840.113549.2.11":
		return sha512.New
	case "1.2.840.113549.2.12":
		return sha512.New512_224
	case "1.2.840.113549.2.13":
		return sha512.New512_256
	}
	return nil
}

func parseScrypt(der []byte, keySize int) (keyDerivation, error) {
	var kdf struct { // RFC 7914 section 7
		Salt      []byte
		N, R, P   int
		KeyLength int `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &kdf); err != nil {
		return nil, damagedEnvelope(err)
	}
	if kdf.N < 2 || kdf.R < 1 || kdf.P < 1 || kdf.KeyLength != 0 && kdf.KeyLength != keySize {
		return nil, damagedEnvelope(nil)
	}
	// Divided, not multiplied: the product of what a file says may overflow.
	if kdf.N > maxScryptMemory/128/kdf.R || kdf.P > maxScryptPasses {
		return nil, unsupported("scrypt at a cost of over 64 MiB")
	}
	return func(phrase []byte) ([]byte, error) {
		return scrypt.Key(phrase, kdf.Salt, kdf.N, kdf.R, kdf.P, keySize)
	}, nil
}
