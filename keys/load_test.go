package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/youmark/pkcs8"
)

const secret = "open sesame"

// sealed encrypts a key with the library that Load does without.
func sealed(t testing.TB, key crypto.Signer, cipher pkcs8.Cipher, kdf pkcs8.KDFOpts) []byte {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(key, []byte(secret), &pkcs8.Opts{Cipher: cipher, KDFOpts: kdf})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func pbkdf2SHA256(iterations int) pkcs8.KDFOpts {
	return pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: iterations, HMACHash: crypto.SHA256}
}

func legacy(t testing.TB, kind string, der []byte, cipher x509.PEMCipher) string {
	t.Helper()
	//lint:ignore SA1019 the form Load has to read
	block, err := x509.EncryptPEMBlock(rand.Reader, kind, der, []byte(secret), cipher)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block))
}

func TestLoadForms(t *testing.T) {
	ec, ed, rsa2048 := ecKey(t), edKey(t), rsaKey()
	ecDER, err := x509.MarshalECPrivateKey(ec.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	rsaDER := x509.MarshalPKCS1PrivateKey(rsa2048.(*rsa.PrivateKey))
	sha1KDF := pkcs8.PBKDF2Opts{SaltSize: 8, IterationCount: 2048, HMACHash: crypto.SHA1}
	scryptKDF := pkcs8.ScryptOpts{SaltSize: 16, CostParameter: 1 << 14, BlockSize: 8, ParallelizationParameter: 1}
	encrypted := func(key crypto.Signer, c pkcs8.Cipher, kdf pkcs8.KDFOpts) string {
		return pemOf("ENCRYPTED PRIVATE KEY", sealed(t, key, c, kdf))
	}
	parameters := pemOf("EC PARAMETERS", []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7})
	for _, test := range []struct {
		name string
		key  crypto.Signer
		text string
	}{
		{"PKCS8/ecdsa", ec, keyPEM(t, ec)},
		{"PKCS8/ed25519", ed, keyPEM(t, ed)},
		{"PKCS8/rsa", rsa2048, keyPEM(t, rsa2048)},
		{"traditional/ecdsa", ec, parameters + pemOf("EC PRIVATE KEY", ecDER)},
		{"traditional/rsa", rsa2048, pemOf("RSA PRIVATE KEY", rsaDER)},
		{"traditional/CRLF", rsa2048, strings.ReplaceAll(pemOf("RSA PRIVATE KEY", rsaDER), "\n", "\r\n")},
		{"traditional/byte_order_mark", rsa2048, "\xef\xbb\xbf" + pemOf("RSA PRIVATE KEY", rsaDER)},
		{"legacy/ecdsa_aes256", ec, parameters + legacy(t, "EC PRIVATE KEY", ecDER, x509.PEMCipherAES256)},
		{"legacy/rsa_aes128", rsa2048, legacy(t, "RSA PRIVATE KEY", rsaDER, x509.PEMCipherAES128)},
		{"legacy/rsa_3des", rsa2048, legacy(t, "RSA PRIVATE KEY", rsaDER, x509.PEMCipher3DES)},
		{"encrypted/aes128_sha256", ec, encrypted(ec, pkcs8.AES128CBC, pbkdf2SHA256(2048))},
		{"encrypted/aes192_sha1", ed, encrypted(ed, pkcs8.AES192CBC, sha1KDF)},
		{"encrypted/aes256_scrypt", rsa2048, encrypted(rsa2048, pkcs8.AES256CBC, scryptKDF)},
		{"encrypted/3des", ec, encrypted(ec, pkcs8.TripleDESCBC, pbkdf2SHA256(1))},
	} {
		t.Run(test.name, func(t *testing.T) {
			cert := issueFor(t, test.key, nil, nil)
			certFile, keyFile := file(t, "cert.pem", certPEM(cert)), file(t, "key.pem", test.text)
			asked := 0
			pass := func() ([]byte, error) { asked++; return []byte(secret), nil }
			id, err := Load(certFile, keyFile, pass, clock)
			if err != nil {
				t.Fatal(err)
			}
			if !id.Certificate.Leaf.Equal(cert.cert) || id.CertFile != certFile || id.Pin() != Pin(cert.cert) {
				t.Errorf("identity is not that of the files: %+v", id)
			}
			if isEncrypted := strings.Contains(test.text, "ENCRYPTED"); isEncrypted != (asked == 1) {
				t.Errorf("asked %d times for the pass phrase", asked)
			}
			if _, isRSA := test.key.(*rsa.PrivateKey); isRSA != strings.Contains(id.Hint(), "RSA of 2048 bits") {
				t.Errorf("hint about the cost: %q", id.Hint())
			}
			if strings.Contains(test.text, "ENCRYPTED") {
				_, err = Load(certFile, keyFile, phrase("wrong"), clock)
				wantError(t, err, filepath.Dir(keyFile), "cannot read key.pem: wrong pass phrase", "openssl pkey")
			}
		})
	}
}

func TestLoadBundle(t *testing.T) {
	root := authority(t, nil, "root")
	middle := authority(t, root, "middle")
	leaf := issue(t, middle, nil)
	for name, text := range map[string]string{
		"key_last":  certPEM(leaf, middle) + keyPEM(t, leaf.key),
		"key_first": "Bag Attributes: <No Attributes>\n" + keyPEM(t, leaf.key) + certPEM(leaf, middle),
		"leaf_last": certPEM(middle) + keyPEM(t, leaf.key) + certPEM(leaf),
	} {
		t.Run(name, func(t *testing.T) {
			id, err := Load(file(t, "bundle.pem", text), "", nil, clock)
			if err != nil {
				t.Fatal(err)
			}
			chain := id.Certificate.Certificate
			if len(chain) != 2 || !bytes.Equal(chain[0], leaf.cert.Raw) || !bytes.Equal(chain[1], middle.cert.Raw) {
				t.Errorf("chain of %d certificates is not leaf, intermediate", len(chain))
			}
			if id.CertFile != "" {
				t.Errorf("CertFile %q holds the private key and would be given away", id.CertFile)
			}
		})
	}
}

// ecKeyWith is an EC PRIVATE KEY whose parameters are as given: a curve that Go has no name for, or no name at all.
func ecKeyWith(t testing.TB, parameters any) []byte {
	t.Helper()
	curve, err := asn1.Marshal(parameters)
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct {
		Version    int
		PrivateKey []byte
		Parameters asn1.RawValue
	}{1, make([]byte, 32), asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: curve}})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestLoadErrors(t *testing.T) {
	good := issue(t, nil, nil)
	other := issue(t, nil, nil)
	expired := issue(t, nil, func(c *x509.Certificate) { c.NotAfter = clock.Add(-time.Second) })
	early := issue(t, nil, func(c *x509.Certificate) { c.NotBefore = clock.Add(time.Second) })
	cert, key := certPEM(good), keyPEM(t, good.key)
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x25519, err := ecdhKey()
	if err != nil {
		t.Fatal(err)
	}
	secp256k1 := asn1.ObjectIdentifier{1, 3, 132, 0, 10}
	explicit := struct{ Version, Field *big.Int }{big.NewInt(1), big.NewInt(7)}
	encrypted := sealed(t, good.key, pkcs8.AES256CBC, pbkdf2SHA256(1))
	const der = "\x30\x82\x01\x00"
	for _, test := range []struct {
		name, cert, key string
		pass            PassPhrase
		message, hint   string
	}{
		{"no_pass_phrase", cert, pemOf("ENCRYPTED PRIVATE KEY", encrypted), nil,
			"cannot read key.pem: it needs a pass phrase", "--key-pass-file or PROTO_KEY_PASS"},
		{"no_certificate", key, key, nil, "cannot read cert.pem: no certificate in it", `holds "PRIVATE KEY"`},
		{"no_certificate_but_DER", der, key, nil, "cannot read cert.pem: no certificate in it", "DER"},
		{"no_certificate_but_terminal_codes", pemOf("A\x1b[2J", []byte("x")), key, nil, "no certificate", `"A\x1b[2J"`},
		{"no_key", cert, cert, nil, "cannot read key.pem: no private key in it", `holds "CERTIFICATE"`},
		{"empty", "", key, nil, "cannot read cert.pem: no certificate in it", "nothing in PEM form"},
		{"other_key", cert, keyPEM(t, other.key), nil, "cannot use key.pem: it is not the key of the certificate in ", "-pubkey"},
		{"expired", certPEM(expired), keyPEM(t, expired.key), nil,
			"cannot use cert.pem: the certificate expired on 2030-05-17 11:59 UTC", "new one"},
		{"not_yet_valid", certPEM(early), keyPEM(t, early.key), nil,
			"cannot use cert.pem: the certificate is not valid before 2030-05-17 12:00 UTC", "clock"},
		{"damaged_certificate", pemOf("CERTIFICATE", good.cert.Raw[:99]), key, nil, "cannot read cert.pem: a certificate in it is damaged", "openssl x509"},
		{"damaged_key", cert, pemOf("PRIVATE KEY", []byte("nonsense")), nil, "cannot read key.pem: the private key in it is damaged", "openssl pkey"},
		{"damaged_envelope", cert, pemOf("ENCRYPTED PRIVATE KEY", encrypted[:50]), phrase(secret),
			"cannot read key.pem: the encrypted key in it is damaged", "fresh copy"},
		{"legacy_unknown_cipher", cert, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: SEED-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
			nil, `a cipher that is not supported ("SEED-CBC")`, "openssl pkcs8 -topk8"},
		{"legacy_damaged", cert, legacy(t, "EC PRIVATE KEY", []byte("\x30\x08nonsense"), x509.PEMCipherAES256), phrase(secret),
			"cannot read key.pem: wrong pass phrase or damaged key", "openssl pkey"},
		{"PBES1", cert, pemOf("ENCRYPTED PRIVATE KEY", pbes1(t, oidSHA1RC2, 0, 64)), nil,
			"cannot read key.pem: it is encrypted in an old form (PBES1)", "openssl pkcs8 -topk8 -v2 aes-256-cbc"},
		{"iterations_without_end", cert, pemOf("ENCRYPTED PRIVATE KEY", endless(t, encrypted)), phrase(secret),
			"more than 10,000,000 iterations", "openssl pkcs8"},
		{"GCM", cert, pemOf("ENCRYPTED PRIVATE KEY", sealed(t, good.key, pkcs8.AES256GCM, pbkdf2SHA256(1))), phrase(secret),
			"a cipher that is not supported (2.16.840.1.101.3.4.1.46)", "openssl pkcs8"},
		{"P-224", cert, keyPEM(t, p224), nil, "cannot read key.pem: TLS cannot use its curve (P-224)", "openssl genpkey"},
		{"secp256k1", cert, pemOf("EC PRIVATE KEY", ecKeyWith(t, secp256k1)), nil, "TLS cannot use its curve (secp256k1)", "openssl genpkey"},
		{"secp256k1_legacy", cert, legacy(t, "EC PRIVATE KEY", ecKeyWith(t, secp256k1), x509.PEMCipherAES256), phrase(secret),
			"TLS cannot use its curve (secp256k1)", "openssl genpkey"},
		{"explicit_curve", cert, pemOf("EC PRIVATE KEY", ecKeyWith(t, explicit)), nil, "explicit parameters", "-param_enc named_curve"},
		{"DSA", cert, pemOf("DSA PRIVATE KEY", []byte(der)), nil, "cannot read key.pem: it is a DSA key", "openssl genpkey"},
		{"X25519", cert, keyPEM(t, x25519), nil, "a kind of key that TLS cannot use (X25519)", "openssl genpkey"},
		{"OpenSSH", cert, pemOf("OPENSSH PRIVATE KEY", []byte("x")), nil, "in OpenSSH form", "ssh-keygen -p -m PKCS8"},
		{"too_large", strings.Repeat("#", maxFile+1), key, nil, "cannot read cert.pem: it is larger than 1 MiB", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			certFile, keyFile := file(t, "cert.pem", test.cert), file(t, "key.pem", test.key)
			_, err := Load(certFile, keyFile, test.pass, clock)
			if err == nil {
				t.Fatal("no error")
			}
			dir := filepath.Dir(keyFile)
			if strings.Contains(err.Error(), filepath.Dir(certFile)) && !strings.Contains(err.Error(), dir) {
				dir = filepath.Dir(certFile)
			}
			wantError(t, err, dir, test.message, test.hint)
		})
	}
}

// TestWrongPassPhrases: padding fits 1 in 256 of them, and that makes no other error of it.
func TestWrongPassPhrases(t *testing.T) {
	der := sealed(t, ecKey(t), pkcs8.AES256CBC, pbkdf2SHA256(1))
	locked, err := parseEnvelope(der)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		if _, err := locked.open(fmt.Appendf(nil, "wrong%d", i)); err == nil || err.Error() != wrongPassPhrase().Error() {
			t.Fatalf("wrong%d: %v", i, err)
		}
	}
}

func TestLoadPaths(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(filepath.Join(dir, "cert.pem"), "", nil, clock)
	wantError(t, err, dir, "cannot read cert.pem: no such file", "check the path")
	if !errors.Is(err, os.ErrNotExist) {
		t.Error("cause is lost")
	}
	_, err = Load(dir, "", nil, clock)
	wantError(t, err, filepath.Dir(dir), "it is a directory", "name the file")
	_, err = Load("no such\nfile", "", nil, clock)
	wantError(t, err, dir, `cannot read "no such\nfile": no such file`, "check the path")
	_, err = Load("", "", nil, clock)
	wantError(t, err, dir, `cannot read "": no such file`, "check the path")
}

func TestLoadPassPhraseFails(t *testing.T) {
	leaf := issue(t, nil, nil)
	text := certPEM(leaf) + pemOf("ENCRYPTED PRIVATE KEY", sealed(t, leaf.key, pkcs8.AES256CBC, pbkdf2SHA256(1)))
	mine := errors.New("terminal is gone")
	_, err := Load(file(t, "bundle.pem", text), "", func() ([]byte, error) { return nil, mine }, clock)
	if err != mine {
		t.Errorf("error %v, want the caller's own", err)
	}
}

func TestReadSecretFile(t *testing.T) {
	for text, want := range map[string]string{
		"secret": "secret", "secret\n": "secret", "secret\r\n": "secret",
		"secret\n\n": "secret\n", " se cret ": " se cret ", "secret\r": "secret\r",
	} {
		got, err := ReadSecretFile(file(t, "pass.txt", text))
		if err != nil || string(got) != want {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "\n", "\r\n"} {
		path := file(t, "pass.txt", text)
		_, err := ReadSecretFile(path)
		wantError(t, err, filepath.Dir(path), "cannot read pass.txt: it is empty", "first line")
	}
}
