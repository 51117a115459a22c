package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Certificates, keys and files made for tests, and what all tests check about errors. Nothing here is ever checked in,
// so nothing expires.

var clock = time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC)

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

// rsaKey is made once: it takes longer than all else here.
var rsaKey = sync.OnceValue(func() crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func ecKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func edKey(t testing.TB) crypto.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issued is a certificate with its key.
type issued struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// issue makes a certificate valid around clock, signed by parent, or by itself. edit may change the template.
func issue(t testing.TB, parent *issued, edit func(*x509.Certificate)) *issued {
	t.Helper()
	return issueFor(t, ecKey(t), parent, edit)
}

func issueFor(t testing.TB, key crypto.Signer, parent *issued, edit func(*x509.Certificate)) *issued {
	t.Helper()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "foo"},
		NotBefore: clock.Add(-time.Hour),
		NotAfter:  clock.Add(time.Hour),
	}
	if edit != nil {
		edit(template)
	}
	signer, by := key, template
	if parent != nil {
		signer, by = parent.key, parent.cert
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{cert, key}
}

func authority(t testing.TB, parent *issued, name string) *issued {
	t.Helper()
	return issue(t, parent, func(c *x509.Certificate) {
		c.Subject.CommonName = name
		c.IsCA, c.BasicConstraintsValid = true, true
		c.KeyUsage = x509.KeyUsageCertSign
	})
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func certPEM(certs ...*issued) string {
	var text strings.Builder
	for _, c := range certs {
		text.WriteString(pemOf("CERTIFICATE", c.cert.Raw))
	}
	return text.String()
}

func pkcs8DER(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func keyPEM(t testing.TB, key any) string {
	t.Helper()
	return pemOf("PRIVATE KEY", pkcs8DER(t, key))
}

// file writes a file into a directory of the test and returns its path.
func file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func phrase(s string) PassPhrase {
	return func() ([]byte, error) { return []byte(s), nil }
}

// wantError checks an error for users: its words (without the directory dir, which is another in
// every run), and that it has a hint line.
func wantError(t *testing.T, err error, dir, message, hint string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %q", message)
	}
	got := err.Error()
	if dir != "" {
		got = strings.ReplaceAll(got, dir+string(filepath.Separator), "")
	}
	if !strings.Contains(got, message) {
		t.Errorf("error\n  %q\nwant in it\n  %q", got, message)
	}
	if strings.ContainsAny(got, "\r\n") || strings.HasSuffix(got, ".") {
		t.Errorf("error is not one line without a full stop: %q", got)
	}
	var hinter interface{ HintLine() string }
	if !errors.As(err, &hinter) {
		t.Fatalf("error %T has no hint line", err)
	}
	if line := hinter.HintLine(); line == "" || !strings.Contains(line, hint) || strings.ContainsAny(line, "\r\n") {
		t.Errorf("hint %q, want one line with %q", line, hint)
	}
}
