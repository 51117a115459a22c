package keys

import (
	"encoding/pem"
	"testing"
)

// TestDamagedDEKInfo has headers and data that no program wrote.
func TestDamagedDEKInfo(t *testing.T) {
	const iv = "000102030405060708090A0B0C0D0E0F"
	for _, test := range []struct {
		header string
		size   int
		want   string
	}{
		{"AES-128-CBC", 16, "is damaged"},
		{"AES-128-CBC,", 16, "is damaged"},
		{"AES-128-CBC,00", 16, "is damaged"},
		{"AES-128-CBC," + iv + "00", 16, "is damaged"},
		{"AES-128-CBC," + iv[:31] + "x", 16, "is damaged"},
		{"AES-128-CBC," + iv, 0, "is damaged"},
		{"AES-128-CBC," + iv, 17, "is damaged"},
		{"AES-128-OFB," + iv, 0, "is damaged"},
		{"AES-128-CFB1," + iv, maxKeyData + 1, "is damaged"},
		{"DES-CBC," + iv, 16, "is damaged"},
		{"AES-128-ECB," + iv, 16, `a cipher that is not supported ("AES-128-ECB")`},
		{"AES-128-ECB", 16, `a cipher that is not supported ("AES-128-ECB")`},
		{",", 16, "a cipher that is not supported"},
		{"\x1b[2J,00", 16, `a cipher that is not supported ("\x1b[2J")`},
		{"AES-128-CBC," + iv, 32, "wrong pass phrase"},
		{"AES-128-CTR," + iv, 1, "wrong pass phrase"},
		{"aes-128-ctr, " + iv + " ", 33, "wrong pass phrase"},
	} {
		block := pem.Block{
			Type:    "EC PRIVATE KEY",
			Headers: map[string]string{"DEK-Info": test.header},
			Bytes:   make([]byte, test.size),
		}
		f := &pemFile{path: "key.pem", keys: []*pem.Block{&block}}
		_, err := f.privateKey(phrase(secret))
		wantError(t, err, "", test.want, "")
	}
}
