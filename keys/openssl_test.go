package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// legacyProvider has openssl use what it keeps apart since 3.0: DES and RC2, where they are installed.
const legacyProvider = " -provider legacy -provider default"

// openssl runs the openssl program in a directory and returns what it says when it fails.
func openssl(t *testing.T, dir, args string) (trouble string) {
	t.Helper()
	cmd := exec.Command("openssl", strings.Fields(args)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PASS="+strings.ReplaceAll(secret, " ", "_"))
	if out, err := cmd.CombinedOutput(); err != nil {
		return args + ": " + string(out)
	}
	return ""
}

// TestOpenSSL loads every form of key that the openssl program writes. A form that this openssl refuses to write (an
// old algorithm, say) is skipped by name.
func TestOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl program here: the forms made in Go are in TestLoadForms")
	}
	const (
		pass = " -passout env:PASS"
		out  = " -out key.pem"
		made = " -in plain.pem -out key.pem"
	)
	ec := "ecparam -genkey -noout -name prime256v1 -out plain.pem"
	rsa := "genrsa -out plain.pem 2048"
	topk8 := "pkcs8 -topk8" + pass + made
	for _, test := range []struct {
		name     string
		commands []string
		refused  string // what Load says; "" where it loads
	}{
		{"genrsa", []string{"genrsa" + out + " 2048"}, ""},
		{"genrsa_traditional", []string{"genrsa -traditional" + out + " 2048"}, ""},
		{"genrsa_aes128", []string{"genrsa -aes128" + pass + out + " 2048"}, ""},
		{"genrsa_aes256_traditional", []string{"genrsa -aes256 -traditional" + pass + out + " 2048"}, ""},
		{"genrsa_des3_traditional", []string{"genrsa -des3 -traditional" + pass + out + " 2048"}, ""},
		{"genrsa_512", []string{"genrsa" + out + " 512"}, "512 bits is too short for TLS"},
		{"ecparam", []string{"ecparam -genkey -name prime256v1" + out}, ""},
		{"ecparam_P384", []string{"ecparam -genkey -noout -name secp384r1" + out}, ""},
		{"ecparam_P521", []string{"ecparam -genkey -name secp521r1" + out}, ""},
		{"ecparam_secp256k1", []string{"ecparam -genkey -name secp256k1" + out}, "TLS cannot use its curve (secp256k1)"},
		{"ecparam_explicit", []string{"ecparam -genkey -param_enc explicit -name prime256v1" + out}, "explicit parameters"},
		{"ec_aes256", []string{ec, "ec -aes256" + pass + made}, ""},
		{"ec_des3", []string{ec, "ec -des3" + pass + made}, ""},
		{"genpkey_EC", []string{"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256" + out}, ""},
		{"genpkey_EC_explicit", []string{"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit" + out}, "explicit parameters"},
		{"genpkey_ED25519", []string{"genpkey -algorithm ED25519" + out}, ""},
		{"genpkey_ED25519_aes256", []string{"genpkey -algorithm ED25519 -aes256 -pass env:PASS" + out}, ""},
		{"genpkey_ED448", []string{"genpkey -algorithm ED448" + out}, "cannot use (Ed448)"},
		{"genpkey_X25519", []string{"genpkey -algorithm X25519" + out}, "cannot use (X25519)"},
		{"genpkey_RSA-PSS", []string{"genpkey -algorithm RSA-PSS" + out}, "cannot use (RSA-PSS)"},
		{"dsa", []string{"dsaparam -genkey -out key.pem 1024"}, "it is a DSA key"},
		{"topk8_default", []string{ec, topk8}, ""},
		{"topk8_sha1", []string{ec, topk8 + " -v2 aes-128-cbc -v2prf hmacWithSHA1"}, ""},
		{"topk8_sha224", []string{ec, topk8 + " -v2 aes-192-cbc -v2prf hmacWithSHA224"}, ""},
		{"topk8_sha384", []string{ec, topk8 + " -v2 aes-256-cbc -v2prf hmacWithSHA384"}, ""},
		{"topk8_sha512", []string{rsa, topk8 + " -v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 10000"}, ""},
		{"topk8_sha512-224", []string{ec, topk8 + " -v2 aes-256-cbc -v2prf hmacWithSHA512-224"}, ""},
		{"topk8_sha512-256", []string{ec, topk8 + " -v2 aes-256-cbc -v2prf hmacWithSHA512-256"}, ""},
		{"topk8_md5", []string{ec, topk8 + " -v2 aes-256-cbc -v2prf hmacWithMD5"}, ""},
		{"topk8_scrypt_ofb", []string{ec, topk8 + " -v2 aes-256-ofb -scrypt"}, ""},
		{"topk8_des3", []string{rsa, topk8 + " -v2 des3"}, ""},
		{"topk8_scrypt", []string{rsa, topk8 + " -scrypt"}, ""},
		{"topk8_v1", []string{rsa, topk8 + " -v1 PBE-SHA1-3DES"}, ""},
		{"topk8_v1_2DES", []string{ec, topk8 + " -v1 PBE-SHA1-2DES"}, ""},
		{"topk8_v1_RC2", []string{ec, topk8 + legacyProvider + " -v1 PBE-SHA1-RC2-128"}, "old form (PBES1)"},
		{"topk8_camellia", []string{rsa, topk8 + " -v2 camellia-256-cbc"}, ""},
		{"genpkey_wrap", []string{"genpkey -algorithm ED25519 -id-aes256-wrap-pad -pass env:PASS" + out}, "a cipher that is not supported"},
		{"topk8_rc2", []string{rsa, topk8 + legacyProvider + " -v2 rc2-cbc"}, "a cipher that is not supported"},
		{"topk8_secp256k1", []string{"ecparam -genkey -noout -name secp256k1 -out plain.pem", topk8}, "TLS cannot use its curve (secp256k1)"},
		{"nocrypt", []string{rsa, "pkcs8 -topk8 -nocrypt" + made}, ""},
		{"unnamed_curve_renamed", []string{"ecparam -genkey -param_enc explicit -name prime256v1 -out plain.pem", "ec -param_enc named_curve" + made}, ""},
		{"req_x509", []string{"req -x509 -newkey rsa:2048 -nodes -subj /CN=foo -keyout key.pem -out cert.pem"}, ""},
		{"req_x509_encrypted", []string{"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=foo -keyout key.pem -out cert.pem" + pass}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, command := range test.commands {
				if trouble := openssl(t, dir, command); trouble != "" {
					t.Skip("this openssl does not write the form: " + trouble)
				}
			}
			certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
			if _, err := os.Stat(certFile); err != nil {
				// OpenSSL makes the certificate where it can; where TLS cannot use the key any certificate will do.
				trouble := openssl(t, dir, "req -new -x509 -key key.pem -passin env:PASS -subj /CN=foo -out cert.pem")
				if trouble != "" && test.refused == "" {
					t.Fatal(trouble)
				}
				if test.refused != "" {
					if err := os.WriteFile(certFile, []byte(certPEM(issue(t, nil, nil))), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			now := notBefore(t, certFile)
			_, err := Load(certFile, keyFile, phrase(strings.ReplaceAll(secret, " ", "_")), now)
			if test.refused != "" {
				wantError(t, err, dir, test.refused, "openssl")
			} else if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestOpenSSLCiphers reads a key that the openssl program encrypted with each of its ciphers. A cipher that it does not
// have, or that it does not take for the form, is skipped by name.
func TestOpenSSLCiphers(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl program here: one key of each cipher is in TestModes")
	}
	dir := t.TempDir()
	key := ecKey(t)
	if err := os.WriteFile(filepath.Join(dir, "plain.pem"), []byte(keyPEM(t, key)), 0o600); err != nil {
		t.Fatal(err)
	}
	const args = " -in plain.pem -passout env:PASS" + legacyProvider + " -out "
	commands := []string{"ec -chacha20"}
	for _, test := range []struct{ families, pbes2, traditional string }{
		{"aes-128 aes-192 aes-256", "cbc cfb ecb ofb", "cbc cfb cfb1 cfb8 ctr ofb"},
		{"aria-128 aria-192 aria-256 camellia-128 camellia-192 camellia-256", "cbc cfb ctr ecb ofb", "cbc cfb cfb1 cfb8 ctr ofb"},
		{"sm4", "cbc cfb ctr ecb ofb", "cbc cfb ctr ofb"},
		{"des", "cbc cfb ecb ofb", "cbc cfb cfb1 cfb8 ofb"},
		{"des-ede", "ecb", "cbc cfb ofb"},
		{"des-ede3", "cbc", "cbc cfb cfb1 cfb8 ofb"},
	} {
		for _, family := range strings.Fields(test.families) {
			for _, mode := range strings.Fields(test.pbes2) {
				commands = append(commands, "pkcs8 -topk8 -v2 "+family+"-"+mode)
			}
			for _, mode := range strings.Fields(test.traditional) {
				commands = append(commands, "ec -"+family+"-"+mode)
			}
		}
	}
	for _, algorithm := range []string{"MD5-DES", "SHA1-DES", "SHA1-2DES", "SHA1-3DES"} {
		commands = append(commands, "pkcs8 -topk8 -v1 PBE-"+algorithm)
	}
	for _, command := range commands {
		t.Run(command, func(t *testing.T) {
			out := strings.ReplaceAll(command, " ", "_")
			if trouble := openssl(t, dir, command+args+out); trouble != "" {
				t.Skip("this openssl does not write the form: " + trouble)
			}
			wantLocked(t, filepath.Join(dir, out), strings.ReplaceAll(secret, " ", "_"), key)
		})
	}
}

// wantLocked checks that a file holds the key, encrypted with this pass phrase and no other.
func wantLocked(t *testing.T, path, pass string, want crypto.Signer) {
	t.Helper()
	f, err := readPEM(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.privateKey(phrase(pass))
	if err != nil {
		t.Fatal(err)
	}
	if !want.(*ecdsa.PrivateKey).Equal(got) {
		t.Error("another key")
	}
	_, err = f.privateKey(phrase("wrong"))
	wantError(t, err, filepath.Dir(path), "cannot read "+filepath.Base(path)+": wrong pass phrase", "openssl pkey")
}

// TestOpenSSLCertificates words the certificates that crypto/x509 cannot parse.
func TestOpenSSLCertificates(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl program here")
	}
	for name, want := range map[string]string{
		"-name secp256k1":                      "cannot read cert.pem: TLS cannot use its curve (secp256k1)",
		"-name prime256v1 -param_enc explicit": "cannot read cert.pem: its curve is written out as explicit parameters",
	} {
		dir := t.TempDir()
		if trouble := openssl(t, dir, "ecparam -genkey -noout -out key.pem "+name); trouble != "" {
			t.Skip(trouble)
		}
		if trouble := openssl(t, dir, "req -new -x509 -key key.pem -subj /CN=foo -out cert.pem"); trouble != "" {
			t.Skip(trouble)
		}
		_, err := Load(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), nil, clock)
		wantError(t, err, dir, want, "openssl")
	}
}

// TestOpenSSLAcceptsOwn has the reference client's TLS library check the certificate that Own makes, the way that
// client does: the trust file holds that very certificate.
func TestOpenSSLAcceptsOwn(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl program here")
	}
	dir := t.TempDir()
	if _, err := Own(dir, at(clock)); err != nil {
		t.Fatal(err)
	}
	for _, strict := range []string{"", " -x509_strict"} {
		verify := "verify -purpose sslserver -attime 1905249600" + strict + " -CAfile cert.crt cert.crt"
		if trouble := openssl(t, dir, verify); trouble != "" {
			t.Error(trouble)
		}
	}
}

// notBefore is when a certificate of the openssl program, which goes by the real clock, begins to be valid.
func notBefore(t *testing.T, path string) time.Time {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
		return cert.NotBefore
	}
	return clock
}
