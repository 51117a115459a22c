package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha1"
	"encoding/asn1"
	"strings"
	"testing"
)

// pbes1Phrase has characters of one, two and three bytes, and one outside the BMP.
const pbes1Phrase = "öffne Σ 😀"

const pbes1Plain = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIMCChsspdBJV9FmfbdsE/2GDV6Q2dMaiSYtetT2KBuz+oAoGCCqGSM49
AwEHoUQDQgAEjuGOlsiT7uX9G/ij+KC0O2sdzwBlsB4gGhmL0gIIorPjezSCR+pP
Kw7PH6zc9ITqYPR1c11Mbl3Q8cHhSjff0w==
-----END EC PRIVATE KEY-----
`

// pbes1Keys returns the key of pbes1Plain, encrypted with each algorithm by
//
//	openssl pkcs8 -topk8 -provider legacy -provider default -v1 ALGORITHM
func pbes1Keys() map[string]string {
	return map[string]string{
		"PBE-SHA1-3DES": `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGxMBwGCiqGSIb3DQEMAQMwDgQI6DeyzQ2pOyQCAggABIGQ7Z3rmqxMNkZjcM1W
v3zICny7E3vdTEdvOceLKj7T8P8gZTa6xCHmMKAprDu8zwjy/nISBrZU1nCR4a01
X4TYbJP7EJ11DxOXlkObclL9ubPSoBe3TInxcprZamig/3PV0ENtwFO9IPv0KD+s
IKShApTd+A8/aBj+A5ZF6+Z6J7Jpt1XqW2iqCTJPCpcOx2SL
-----END ENCRYPTED PRIVATE KEY-----
`,
		"PBE-SHA1-2DES": `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGxMBwGCiqGSIb3DQEMAQQwDgQIIWlbx3Xn2bQCAggABIGQqbBMFRhUDbC3h3Sn
7CvA1vi3sdpb4UhTW0kXfpUZapaswP01CZM+24D8djCh76dcvmWH0b1pysfHpj6h
j62ZKwEl9IC5LZ4DAgAtd2K5fMt1P0ccoiaD70LNCPZn6O4cKRYlA3YmW0+tc1GM
3Z6/tQRINn4sWXit/3WEC7gWQ4cyhZ+mUFfJy4dpqu2AgcQm
-----END ENCRYPTED PRIVATE KEY-----
`,
		"PBE-MD5-DES": `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGwMBsGCSqGSIb3DQEFAzAOBAj6WbiS3LIn0QICCAAEgZDvxM7/9WOSTuSnSeDI
Y/7GWz8FIczuH9HG+3RkbUFANqutE5XEOvUlHy9cZn96duP86OLCzcodcZWBVk0Y
5R9fdyTi5x2gMY77C6wJyE1XrHJ5MoYro2ydVXuMslvYki95pCUrGpNo3q6sJIdV
tvbFp5vAF9l14jmXFEwZ4E0f2nUFdxafN+guPzfLFHyP85g=
-----END ENCRYPTED PRIVATE KEY-----
`,
		"PBE-SHA1-DES": `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGwMBsGCSqGSIb3DQEFCjAOBAjGgWCGjzEivAICCAAEgZDHzYhYF9FmXV+UI0/g
hkpc5K6fsONfdN87lmrSg+qGqYdRyO2g+avJ14KB8VAReUWY/h3kue1l8dy2ku4e
7CLXhYF+TkcCRfaY2ITGqJyC2R9pKpCcc9lXlqHLlSQnjWwl6faspGCnwpWTxevU
FYgdvAgVLj9qbRy8h1mBgNl4pi+nTn0m2BPjdm+HCc0Py1c=
-----END ENCRYPTED PRIVATE KEY-----
`,
	}
}

// pbes1Latin1 is encrypted with PBE-SHA1-3DES and the pass phrase caf\xe9, which is not UTF-8.
const pbes1Latin1 = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGxMBwGCiqGSIb3DQEMAQMwDgQIpppWWKSVjLMCAggABIGQtiUz46Ukyqaht18K
HR/k2/TcHmIE3cEW2B05Yf0wfRLgs2TWzZiWUPBUcVQ5a3e4JY7XIG8rGnR10vEA
SUNsUsvO8P2q2hl9GkxvbazDxWXdrzM0hrDZq2qgTnG1cvJMRKxel/+3dQVYIPSK
QC0mwXYpR7lPd+iRrwu5X79uI0BNTlVY1oHUmOVOz6VH4eM2
-----END ENCRYPTED PRIVATE KEY-----
`

func TestPBES1(t *testing.T) {
	want, err := parsePEM("plain.pem", []byte(pbes1Plain)).privateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, text, pass string) {
		f := parsePEM("key.pem", []byte(text))
		got, err := f.privateKey(phrase(pass))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !want.(*ecdsa.PrivateKey).Equal(got) {
			t.Errorf("%s: another key", name)
		}
		for _, wrong := range []string{"", "wrong", pass + " "} {
			_, err = f.privateKey(phrase(wrong))
			wantError(t, err, "", "cannot read key.pem: wrong pass phrase", "openssl pkey")
		}
	}
	for name, text := range pbes1Keys() {
		check(name, text, pbes1Phrase)
	}
	check("Latin-1", pbes1Latin1, "caf\xe9")
}

func TestDamagedPBES1(t *testing.T) {
	type parameters struct {
		Salt       []byte
		Iterations int
	}
	good := parameters{make([]byte, 8), 1}
	for _, test := range []struct {
		name       string
		oid        asn1.ObjectIdentifier
		parameters any
		size       int
		want       string
	}{
		{"no_parameters", oidMD5DES, asn1.NullRawValue, 64, "is damaged"},
		{"no_iterations", oidSHA13DES, parameters{nil, 0}, 64, "is damaged"},
		{"negative_iterations", oidSHA13DES, parameters{nil, -1}, 64, "is damaged"},
		{"iterations_without_end", oidSHA13DES, parameters{nil, 10_000_001}, 64, "more than 10,000,000 iterations"},
		{"no_data", oidMD5DES, good, 0, "is damaged"},
		{"cut", oidSHA13DES, good, 63, "is damaged"},
		{"not_a_key", oidMD5DES, good, 64, "wrong pass phrase"},
		{"no_salt", oidSHA13DES, parameters{nil, 1}, 64, "wrong pass phrase"},
		{"RC2", oidSHA1RC2, good, 64, "it is encrypted in an old form (PBES1) that is not supported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			der := pbes1(t, test.oid, test.parameters, test.size)
			f := parsePEM("key.pem", []byte(pemOf("ENCRYPTED PRIVATE KEY", der)))
			_, err := f.privateKey(phrase(secret))
			wantError(t, err, "", test.want, "")
		})
	}
}

// TestPKCS12Derivation has what openssl kdf PKCS12KDF derives. More than one digest is needed, and a pass phrase of
// more than one block.
func TestPKCS12Derivation(t *testing.T) {
	for _, test := range []struct {
		phrase string
		id     byte
		size   int
		want   string
	}{
		{"smeg", 1, 24, "8906f16c7a1ee9a8be112effbeb4c8ccbe6664286205d483"},
		{"smeg", 2, 8, "1608fe14fe18d633"},
		{"", 1, 24, "3139338c354733027a7d9a3e73a62056d23bb3b10c9254e7"},
		{strings.Repeat("0123456789", 7), 1, 60, "bbe40bb4b146e6ac222da2fb62c33450df9cf3bcead68f60c9549a5dcb5ff9bb3fee012f12d62ea98ee3d5899631f2a6646b44e17d578732435e1da7"},
	} {
		salt := unhex(t, "0a58cf64530d823f")
		got := pkcs12Bytes(test.id, bmpString([]byte(test.phrase)), salt, 3, test.size)
		if !bytes.Equal(got, unhex(t, test.want)) {
			t.Errorf("%q: %x, want %s", test.phrase, got, test.want)
		}
	}
	a := bytes.Repeat([]byte{0xff}, sha1.BlockSize)
	addOneMore(a, make([]byte, len(a)))
	if !bytes.Equal(a, make([]byte, len(a))) {
		t.Errorf("carry: %x", a)
	}
}
