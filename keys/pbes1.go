package keys

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"encoding/asn1"
	"encoding/binary"
	"hash"
	"unicode/utf16"
	"unicode/utf8"
)

// The older forms of encryption, where one identifier stands for the cipher and for how key and IV are derived: PBES1
// of RFC 8018 and that of PKCS #12 (RFC 7292 appendix C). Those with RC2 and RC4 are not read: OpenSSL itself no longer
// does unless told to.

func parsePBES1(oid string, parameters, data []byte) (*lockedKey, error) {
	var name string
	var derive func(phrase, salt []byte, iterations int, c keyCipher) (key, iv []byte)
	switch oid {
	case "1.2.840.113549.1.5.3":
		name, derive = "DES-CBC", pbkdf1(md5.New)
	case "1.2.840.113549.1.5.10":
		name, derive = "DES-CBC", pbkdf1(sha1.New)
	case "1.2.840.113549.1.12.1.3":
		name, derive = "DES-EDE3-CBC", pkcs12
	case "1.2.840.113549.1.12.1.4":
		name, derive = "DES-EDE-CBC", pkcs12
	default:
		return nil, &trouble{what: "it is encrypted in an old form (PBES1) that is not supported", hint: reencryptHint}
	}
	var kdf struct { // RFC 8018 appendix A.3
		Salt       []byte
		Iterations int
	}
	c, _ := namedCipher(name)
	if _, err := asn1.Unmarshal(parameters, &kdf); err != nil || !c.fits(data) {
		return nil, damagedEnvelope(err)
	}
	if t := checkIterations(kdf.Iterations); t != nil {
		return nil, t
	}
	return &lockedKey{cipher: c, data: data, derive: func(phrase []byte) ([]byte, []byte, error) {
		key, iv := derive(phrase, kdf.Salt, kdf.Iterations, c)
		return key, iv, nil
	}}, nil
}

// pbkdf1 is RFC 8018 section 5.1: one digest is both key and IV.
func pbkdf1(newHash func() hash.Hash) func(phrase, salt []byte, iterations int, c keyCipher) (key, iv []byte) {
	return func(phrase, salt []byte, iterations int, c keyCipher) (key, iv []byte) {
		digest := repeatedHash(newHash(), iterations, phrase, salt)
		return digest[:c.keySize], digest[c.keySize : c.keySize+c.ivSize()]
	}
}

func pkcs12(phrase, salt []byte, iterations int, c keyCipher) (key, iv []byte) {
	text := bmpString(phrase)
	return pkcs12Bytes(1, text, salt, iterations, c.keySize), pkcs12Bytes(2, text, salt, iterations, c.ivSize())
}

// pkcs12Bytes is RFC 7292 appendix B.2 with SHA-1; the names are those of the RFC. id is 1 for a key, 2 for an IV.
func pkcs12Bytes(id byte, phrase, salt []byte, iterations, n int) []byte {
	const v = sha1.BlockSize
	d := bytes.Repeat([]byte{id}, v)
	i := append(filledUp(salt, v), filledUp(phrase, v)...)
	var out []byte
	for {
		a := repeatedHash(sha1.New(), iterations, d, i)
		if out = append(out, a...); len(out) >= n {
			return out[:n]
		}
		b := bytes.Repeat(a, v/len(a)+1)[:v]
		for at := 0; at < len(i); at += v {
			addOneMore(i[at:at+v], b)
		}
	}
}

// filledUp repeats data until its length is a multiple of size.
func filledUp(data []byte, size int) []byte {
	if len(data) == 0 {
		return nil
	}
	n := (len(data) + size - 1) / size * size
	return bytes.Repeat(data, n/len(data)+1)[:n]
}

// addOneMore adds b and 1 to a, both big-endian numbers of the same length, and drops the carry.
func addOneMore(a, b []byte) {
	carry := 1
	for i := len(a) - 1; i >= 0; i-- {
		carry += int(a[i]) + int(b[i])
		a[i] = byte(carry)
		carry >>= 8
	}
}

func repeatedHash(h hash.Hash, iterations int, parts ...[]byte) []byte {
	for _, part := range parts {
		h.Write(part)
	}
	digest := h.Sum(nil)
	for range iterations - 1 {
		h.Reset()
		h.Write(digest)
		digest = h.Sum(digest[:0])
	}
	return digest
}

// bmpString is the pass phrase in UTF-16 with a zero at its end. Like OpenSSL it takes for Latin-1 what is not UTF-8.
func bmpString(phrase []byte) []byte {
	var units []uint16
	if utf8.Valid(phrase) {
		units = utf16.Encode([]rune(string(phrase)))
	} else {
		for _, b := range phrase {
			units = append(units, uint16(b))
		}
	}
	var text []byte
	for _, unit := range append(units, 0) {
		text = binary.BigEndian.AppendUint16(text, unit)
	}
	return text
}
