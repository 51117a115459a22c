package keys

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/subtle"
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/crypto/chacha20"
)

// keyCipher is what a private key is encrypted with.
type keyCipher struct {
	block     func(key []byte) (cipher.Block, error) // nil for ChaCha20
	keySize   int
	blockSize int
	mode      string // as in the names of OpenSSL
}

// namedCipher finds a cipher by the name that OpenSSL has for it: AES-128-CBC.
func namedCipher(name string) (c keyCipher, ok bool) {
	if name == "CHACHA20" {
		return keyCipher{keySize: chacha20.KeySize, blockSize: 16, mode: name}, true
	}
	dash := max(strings.LastIndexByte(name, '-'), 0)
	family, mode := name[:dash], strings.TrimPrefix(name[dash:], "-")
	c, ok = map[string]keyCipher{
		"AES-128":      {aes.NewCipher, 16, aes.BlockSize, mode},
		"AES-192":      {aes.NewCipher, 24, aes.BlockSize, mode},
		"AES-256":      {aes.NewCipher, 32, aes.BlockSize, mode},
		"CAMELLIA-128": {newCamellia, 16, aes.BlockSize, mode},
		"CAMELLIA-192": {newCamellia, 24, aes.BlockSize, mode},
		"CAMELLIA-256": {newCamellia, 32, aes.BlockSize, mode},
		"ARIA-128":     {newARIA, 16, aes.BlockSize, mode},
		"ARIA-192":     {newARIA, 24, aes.BlockSize, mode},
		"ARIA-256":     {newARIA, 32, aes.BlockSize, mode},
		"SM4":          {newSM4, 16, aes.BlockSize, mode},
		"DES":          {des.NewCipher, 8, des.BlockSize, mode},
		"DES-EDE":      {newTwoKeyDES, 16, des.BlockSize, mode},
		"DES-EDE3":     {des.NewTripleDESCipher, 24, des.BlockSize, mode},
	}[family]
	return c, ok && slices.Contains([]string{"CBC", "CFB", "CFB1", "CFB8", "CTR", "ECB", "OFB"}, mode)
}

// cipherName is the name of a cipher that PBES2 gives by its object identifier; "" for one not known. OpenSSL's
// CFB1 and CFB8 have none of their own here: it then uses CFB.
func cipherName(oid string) string {
	return map[string]string{
		"2.16.840.1.101.3.4.1.1":    "AES-128-ECB",
		"2.16.840.1.101.3.4.1.2":    "AES-128-CBC",
		"2.16.840.1.101.3.4.1.3":    "AES-128-OFB",
		"2.16.840.1.101.3.4.1.4":    "AES-128-CFB",
		"2.16.840.1.101.3.4.1.21":   "AES-192-ECB",
		"2.16.840.1.101.3.4.1.22":   "AES-192-CBC",
		"2.16.840.1.101.3.4.1.23":   "AES-192-OFB",
		"2.16.840.1.101.3.4.1.24":   "AES-192-CFB",
		"2.16.840.1.101.3.4.1.41":   "AES-256-ECB",
		"2.16.840.1.101.3.4.1.42":   "AES-256-CBC",
		"2.16.840.1.101.3.4.1.43":   "AES-256-OFB",
		"2.16.840.1.101.3.4.1.44":   "AES-256-CFB",
		"1.2.392.200011.61.1.1.1.2": "CAMELLIA-128-CBC",
		"0.3.4401.5.3.1.9.1":        "CAMELLIA-128-ECB",
		"0.3.4401.5.3.1.9.3":        "CAMELLIA-128-OFB",
		"0.3.4401.5.3.1.9.4":        "CAMELLIA-128-CFB",
		"0.3.4401.5.3.1.9.9":        "CAMELLIA-128-CTR",
		"1.2.392.200011.61.1.1.1.3": "CAMELLIA-192-CBC",
		"0.3.4401.5.3.1.9.21":       "CAMELLIA-192-ECB",
		"0.3.4401.5.3.1.9.23":       "CAMELLIA-192-OFB",
		"0.3.4401.5.3.1.9.24":       "CAMELLIA-192-CFB",
		"0.3.4401.5.3.1.9.29":       "CAMELLIA-192-CTR",
		"1.2.392.200011.61.1.1.1.4": "CAMELLIA-256-CBC",
		"0.3.4401.5.3.1.9.41":       "CAMELLIA-256-ECB",
		"0.3.4401.5.3.1.9.43":       "CAMELLIA-256-OFB",
		"0.3.4401.5.3.1.9.44":       "CAMELLIA-256-CFB",
		"0.3.4401.5.3.1.9.49":       "CAMELLIA-256-CTR",
		"1.2.410.200046.1.1.1":      "ARIA-128-ECB",
		"1.2.410.200046.1.1.2":      "ARIA-128-CBC",
		"1.2.410.200046.1.1.3":      "ARIA-128-CFB",
		"1.2.410.200046.1.1.4":      "ARIA-128-OFB",
		"1.2.410.200046.1.1.5":      "ARIA-128-CTR",
		"1.2.410.200046.1.1.6":      "ARIA-192-ECB",
		"1.2.410.200046.1.1.7":      "ARIA-192-CBC",
		"1.2.410.200046.1.1.8":      "ARIA-192-CFB",
		"1.2.410.200046.1.1.9":      "ARIA-192-OFB",
		"1.2.410.200046.1.1.10":     "ARIA-192-CTR",
		"1.2.410.200046.1.1.11":     "ARIA-256-ECB",
		"1.2.410.200046.1.1.12":     "ARIA-256-CBC",
		"1.2.410.200046.1.1.13":     "ARIA-256-CFB",
		"1.2.410.200046.1.1.14":     "ARIA-256-OFB",
		"1.2.410.200046.1.1.15":     "ARIA-256-CTR",
		"1.2.156.10197.1.104.1":     "SM4-ECB",
		"1.2.156.10197.1.104.2":     "SM4-CBC",
		"1.2.156.10197.1.104.3":     "SM4-OFB",
		"1.2.156.10197.1.104.4":     "SM4-CFB",
		"1.2.156.10197.1.104.7":     "SM4-CTR",
		"1.3.14.3.2.6":              "DES-ECB",
		"1.3.14.3.2.7":              "DES-CBC",
		"1.3.14.3.2.8":              "DES-OFB",
		"1.3.14.3.2.9":              "DES-CFB",
		"1.3.14.3.2.17":             "DES-EDE-ECB",
		"1.2.840.113549.3.7":        "DES-EDE3-CBC",
	}[oid]
}

// newTwoKeyDES is triple DES whose third key is the first.
func newTwoKeyDES(key []byte) (cipher.Block, error) {
	return des.NewTripleDESCipher(slices.Concat(key, key[:min(8, len(key))]))
}

func (c keyCipher) padded() bool { return c.mode == "CBC" || c.mode == "ECB" }

func (c keyCipher) ivSize() int {
	if c.mode == "ECB" {
		return 0
	}
	return c.blockSize
}

// maxKeyData bounds what is decrypted: CFB1 takes a whole block for a bit. The keys that TLS can use are far smaller.
const maxKeyData = 64 << 10

// fits says whether data can be what the cipher made of a key.
func (c keyCipher) fits(data []byte) bool {
	return len(data) > 0 && len(data) <= maxKeyData && (!c.padded() || len(data)%c.blockSize == 0)
}

// decrypt wants an IV of the right size and data that fits; what it returns still has its padding.
func (c keyCipher) decrypt(key, iv, data []byte) ([]byte, error) {
	if c.block == nil {
		return decryptChaCha20(key, iv, data)
	}
	block, err := c.block(key)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(data))
	switch c.mode {
	case "CBC":
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	case "ECB":
		for at := 0; at < len(data); at += c.blockSize {
			block.Decrypt(plain[at:], data[at:])
		}
	case "CTR":
		cipher.NewCTR(block, iv).XORKeyStream(plain, data)
	case "OFB":
		decryptOFB(block, iv, plain, data)
	case "CFB":
		decryptCFB(block, iv, plain, data, c.blockSize)
	case "CFB8":
		decryptCFB(block, iv, plain, data, 1)
	case "CFB1":
		decryptCFB1(block, iv, plain, data)
	}
	return plain, nil
}

// decryptChaCha20 takes an IV as OpenSSL has it: 64 bits of counter, of which RFC 8439 gives the upper half to the
// nonce, and the nonce. One block at a time, because the library panics where the lower half overflows.
func decryptChaCha20(key, iv, data []byte) ([]byte, error) {
	const size = 64
	iv, plain := bytes.Clone(iv), make([]byte, len(data))
	for at := 0; at < len(data); at += size {
		stream, err := chacha20.NewUnauthenticatedCipher(key, iv[4:])
		if err != nil {
			return nil, err
		}
		stream.SetCounter(binary.LittleEndian.Uint32(iv))
		stream.XORKeyStream(plain[at:], data[at:min(at+size, len(data))])
		binary.LittleEndian.PutUint64(iv, binary.LittleEndian.Uint64(iv)+1)
	}
	return plain, nil
}

// OFB and CFB are NIST SP 800-38A sections 6.4 and 6.3. Those of crypto/cipher are deprecated.

func decryptOFB(block cipher.Block, iv, plain, data []byte) {
	stream := bytes.Clone(iv)
	for at := 0; at < len(data); at += len(stream) {
		block.Encrypt(stream, stream)
		subtle.XORBytes(plain[at:], data[at:], stream)
	}
}

// decryptCFB takes the data in segments of so many bytes.
func decryptCFB(block cipher.Block, iv, plain, data []byte, size int) {
	input, stream := bytes.Clone(iv), make([]byte, len(iv))
	for at := 0; at < len(data); at += size {
		segment := data[at:min(at+size, len(data))]
		block.Encrypt(stream, input)
		subtle.XORBytes(plain[at:], segment, stream)
		input = append(input[len(segment):], segment...)
	}
}

// decryptCFB1 takes the data bit by bit.
func decryptCFB1(block cipher.Block, iv, plain, data []byte) {
	input, stream := bytes.Clone(iv), make([]byte, len(iv))
	for i := range 8 * len(data) {
		bit := data[i/8] >> (7 - i%8) & 1
		block.Encrypt(stream, input)
		plain[i/8] |= (bit ^ stream[0]>>7) << (7 - i%8)
		for j := range input[:len(input)-1] {
			input[j] = input[j]<<1 | input[j+1]>>7
		}
		input[len(input)-1] = input[len(input)-1]<<1 | bit
	}
}
