package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"hash"

	"golang.org/x/crypto/scrypt"
)

// The encryption of PKCS#8 keys: PBES2 of RFC 8018, with PBKDF2 or scrypt (RFC 7914). It is read here and not by a
// library because the one there is (youmark/pkcs8) panics on a short IV or a cut file, knows SHA-384 and SHA-512 only
// through a registry shared by the whole process, bounds no cost, and calls a key it cannot use a wrong password. The
// tests use it as the other side.

const reencryptHint = "encrypt it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY -out NEWKEY"

// Bounds on what a file may make us compute: PBKDF2 iterations (OpenSSL writes 2,048; ten million take some seconds),
// and scrypt's memory in bytes (OpenSSL refuses more than 32 MiB) and passes over it.
const (
	maxIterations   = 10_000_000
	maxScryptMemory = 64 << 20
	maxScryptPasses = 16
)

// pbes2 is an encrypted key whose parameters have been found good: only the pass phrase is missing.
type pbes2 struct {
	derive func(phrase []byte) ([]byte, error)
	block  func(key []byte) (cipher.Block, error)
	iv     []byte
	data   []byte
}

func parsePBES2(der []byte) (*pbes2, error) {
	var outer struct { // RFC 5958 section 3
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, damagedEnvelope(err)
	}
	if outer.Algorithm.Algorithm.String() != "1.2.840.113549.1.5.13" {
		return nil, &trouble{what: "it is encrypted in an old form (PBES1) that is not supported", hint: reencryptHint}
	}
	var inner struct{ KDF, Cipher pkix.AlgorithmIdentifier } // RFC 8018 appendix A.4
	if _, err := asn1.Unmarshal(outer.Algorithm.Parameters.FullBytes, &inner); err != nil {
		return nil, damagedEnvelope(err)
	}
	p := &pbes2{data: outer.Data}
	keySize, err := p.setCipher(inner.Cipher)
	if err != nil {
		return nil, err
	}
	return p, p.setKDF(inner.KDF, keySize)
}

func damagedEnvelope(err error) *trouble {
	return &trouble{what: "the encrypted key in it is damaged", hint: "take a fresh copy of the file", err: err}
}

func unsupported(what string) *trouble {
	return &trouble{what: "it is encrypted with " + what, hint: reencryptHint}
}

func (p *pbes2) setCipher(alg pkix.AlgorithmIdentifier) (keySize int, err error) {
	blockSize := aes.BlockSize
	p.block = aes.NewCipher
	switch oid := alg.Algorithm.String(); oid {
	case "2.16.840.1.101.3.4.1.2":
		keySize = 16
	case "2.16.840.1.101.3.4.1.22":
		keySize = 24
	case "2.16.840.1.101.3.4.1.42":
		keySize = 32
	case "1.2.840.113549.3.7":
		keySize, blockSize, p.block = 24, des.BlockSize, des.NewTripleDESCipher
	default:
		return 0, unsupported("a cipher that is not supported (" + oid + ")")
	}
	_, err = asn1.Unmarshal(alg.Parameters.FullBytes, &p.iv)
	if err != nil || len(p.iv) != blockSize || len(p.data) == 0 || len(p.data)%blockSize != 0 {
		return 0, damagedEnvelope(err)
	}
	return keySize, nil
}

func (p *pbes2) setKDF(alg pkix.AlgorithmIdentifier, keySize int) error {
	switch oid := alg.Algorithm.String(); oid {
	case "1.2.840.113549.1.5.12":
		return p.setPBKDF2(alg.Parameters.FullBytes, keySize)
	case "1.3.6.1.4.1.11591.4.11":
		return p.setScrypt(alg.Parameters.FullBytes, keySize)
	default:
		return unsupported("a key derivation that is not supported (" + oid + ")")
	}
}

func (p *pbes2) setPBKDF2(der []byte, keySize int) error {
	var kdf struct { // RFC 8018 appendix A.2
		Salt       []byte
		Iterations int
		KeyLength  int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &kdf); err != nil {
		return damagedEnvelope(err)
	}
	prf := pseudoRandom(kdf.PRF.Algorithm)
	switch {
	case prf == nil:
		return unsupported("a hash function that is not supported (" + kdf.PRF.Algorithm.String() + ")")
	case kdf.Iterations < 1 || kdf.KeyLength != 0 && kdf.KeyLength != keySize:
		return damagedEnvelope(nil)
	case kdf.Iterations > maxIterations:
		return unsupported("more than 10,000,000 iterations")
	}
	p.derive = func(phrase []byte) ([]byte, error) {
		return pbkdf2.Key(prf, string(phrase), kdf.Salt, kdf.Iterations, keySize)
	}
	return nil
}

// pseudoRandom is the hash of an HMAC identifier (RFC 8018 appendix B.1); SHA-1 is the default where none stands.
func pseudoRandom(oid asn1.ObjectIdentifier) func() hash.Hash {
	if oid == nil {
		return sha1.New
	}
	switch oid.String() {
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
	}
	return nil
}

func (p *pbes2) setScrypt(der []byte, keySize int) error {
	var kdf struct { // RFC 7914 section 7
		Salt      []byte
		N, R, P   int
		KeyLength int `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &kdf); err != nil {
		return damagedEnvelope(err)
	}
	if kdf.N < 2 || kdf.R < 1 || kdf.P < 1 || kdf.KeyLength != 0 && kdf.KeyLength != keySize {
		return damagedEnvelope(nil)
	}
	// Divided, not multiplied: the product of what a file says may overflow.
	if kdf.N > maxScryptMemory/128/kdf.R || kdf.P > maxScryptPasses {
		return unsupported("scrypt at a cost of over 64 MiB")
	}
	p.derive = func(phrase []byte) ([]byte, error) {
		return scrypt.Key(phrase, kdf.Salt, kdf.N, kdf.R, kdf.P, keySize)
	}
	return nil
}

func (p *pbes2) open(phrase []byte) ([]byte, error) {
	key, err := p.derive(phrase)
	if err != nil {
		return nil, damagedEnvelope(err)
	}
	block, err := p.block(key)
	if err != nil {
		return nil, damagedEnvelope(err)
	}
	plain := make([]byte, len(p.data))
	cipher.NewCBCDecrypter(block, p.iv).CryptBlocks(plain, p.data)
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > block.BlockSize() {
		return nil, wrongPassPhrase()
	}
	for _, b := range plain[len(plain)-padding:] {
		if int(b) != padding {
			return nil, wrongPassPhrase()
		}
	}
	return plain[:len(plain)-padding], nil
}
