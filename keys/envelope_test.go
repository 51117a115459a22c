package keys

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
	"testing"

	"github.com/youmark/pkcs8"
)

// TestDamagedEnvelope cuts and flips every byte of encrypted keys: each is an error or, where the byte does not
// matter, a key, and none is a panic.
func TestDamagedEnvelope(t *testing.T) {
	ders := [][]byte{sealed(t, ecKey(t), pkcs8.AES256CBC, pbkdf2SHA256(2048))}
	for _, cipher := range []asn1.ObjectIdentifier{oidAES256(1), oidAES256(3), oidAES256(4)} {
		ders = append(ders, recast(t, ders[0], cipher, make([]byte, 16), make([]byte, 48)))
	}
	for _, text := range pbes1Keys() {
		block, _ := pem.Decode([]byte(text))
		ders = append(ders, block.Bytes)
	}
	open := func(der []byte) {
		if locked, err := parseEnvelope(der); err == nil {
			_, _ = locked.open([]byte(secret))
		}
	}
	for _, der := range ders {
		for i := range der {
			open(der[:i])
			for _, flip := range []byte{0x01, 0x80} {
				bad := bytes.Clone(der)
				bad[i] ^= flip
				// The iteration count is left alone: up to 10,000,000 take too long here.
				if bytes.Contains(bad, []byte{2, 2, 8, 0}) {
					open(bad)
				}
			}
		}
	}
}

// oidAES256 is AES-256 in a mode: 1 is ECB, 2 CBC, 3 OFB, 4 CFB.
func oidAES256(mode int) asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 40 + mode}
}

func TestDamagedPBES2(t *testing.T) {
	der := sealed(t, ecKey(t), pkcs8.AES256CBC, pbkdf2SHA256(1))
	for _, test := range []struct {
		name             string
		mode, iv, length int
		want             string
	}{
		{"ECB_with_IV", 1, 16, 48, "is damaged"},
		{"ECB_cut", 1, 0, 47, "is damaged"},
		{"ECB_wrong", 1, 0, 48, "wrong pass phrase"},
		{"CBC_without_IV", 2, 0, 48, "is damaged"},
		{"CBC_short_IV", 2, 15, 48, "is damaged"},
		{"CBC_cut", 2, 16, 47, "is damaged"},
		{"OFB_short_IV", 3, 8, 48, "is damaged"},
		{"OFB_long_IV", 3, 17, 48, "is damaged"},
		{"OFB_empty", 3, 16, 0, "is damaged"},
		{"OFB_one_byte", 3, 16, 1, "wrong pass phrase"},
		{"OFB_wrong", 3, 16, 47, "wrong pass phrase"},
		{"CFB_without_IV", 4, 0, 48, "is damaged"},
		{"CFB_wrong", 4, 16, 47, "wrong pass phrase"},
	} {
		t.Run(test.name, func(t *testing.T) {
			bad := recast(t, der, oidAES256(test.mode), make([]byte, test.iv), make([]byte, test.length))
			_, err := parsePEM("key.pem", []byte(pemOf("ENCRYPTED PRIVATE KEY", bad))).privateKey(phrase(secret))
			wantError(t, err, "", "cannot read key.pem: ", "")
			wantError(t, err, "", test.want, "")
		})
	}
}

// FuzzEnvelope goes without a derivation, which would take most of the time.
func FuzzEnvelope(f *testing.F) {
	der := sealed(f, ecKey(f), pkcs8.AES256CBC, pbkdf2SHA256(1))
	f.Add(der)
	f.Add(recast(f, der, oidAES256(1), nil, make([]byte, 48)))
	f.Add(recast(f, der, oidAES256(4), make([]byte, 16), make([]byte, 47)))
	for _, text := range pbes1Keys() {
		block, _ := pem.Decode([]byte(text))
		f.Add(block.Bytes)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		locked, err := parseEnvelope(der)
		if err != nil {
			return
		}
		c := locked.cipher
		plain, err := c.decrypt(make([]byte, c.keySize), make([]byte, c.ivSize()), locked.data)
		if err != nil || len(plain) != len(locked.data) {
			t.Errorf("%s of %d bytes: %d, %v", c.mode, len(locked.data), len(plain), err)
		}
	})
}
