package keys

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/pem"
	"strings"
)

// parseDEKInfo reads the form with Proc-Type and DEK-Info headers (RFC 1421), which openssl genrsa -traditional and
// openssl ec write. The form has no integrity check and is deprecated for it; it is still what the certificates of
// many installations come with. Crypto/x509 knows only its CBC, of AES and DES.
func parseDEKInfo(block *pem.Block) (*lockedKey, error) {
	name, ivText, _ := strings.Cut(block.Headers["DEK-Info"], ",")
	c, ok := namedCipher(strings.ToUpper(strings.TrimSpace(name)))
	if !ok || c.ivSize() == 0 { // the salt is in the IV
		return nil, unsupported("a cipher that is not supported (" + foreign(name) + ")")
	}
	iv, err := hex.DecodeString(strings.TrimSpace(ivText))
	if err != nil || len(iv) != c.ivSize() || !c.fits(block.Bytes) {
		return nil, damagedEnvelope(err)
	}
	derive := func(phrase []byte) ([]byte, []byte, error) {
		return bytesToKey(phrase, iv[:8], c.keySize), iv, nil
	}
	return &lockedKey{derive: derive, cipher: c, data: block.Bytes}, nil
}

// bytesToKey is EVP_BytesToKey of OpenSSL with MD5 and one iteration.
func bytesToKey(phrase, salt []byte, size int) []byte {
	var key, digest []byte
	for len(key) < size {
		hash := md5.New()
		hash.Write(digest)
		hash.Write(phrase)
		hash.Write(salt)
		digest = hash.Sum(nil)
		key = append(key, digest...)
	}
	return key[:size]
}
