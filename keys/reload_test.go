package keys

import (
	"crypto/x509"
	"errors"
	"path/filepath"
	"testing"

	"github.com/youmark/pkcs8"
)

// TestReload: an encrypted key is known as long as its file is the one that it was loaded from, whatever certificate
// comes for it; and any other key is as good as its file.
func TestReload(t *testing.T) {
	first, other := issue(t, nil, nil), issue(t, nil, nil)
	renewed := issueFor(t, first.key, nil, nil)
	seal := func(i *issued) string {
		return pemOf("ENCRYPTED PRIVATE KEY", sealed(t, i.key, pkcs8.AES128CBC, pbkdf2SHA256(2048)))
	}
	der, err := x509.MarshalPKCS8PrivateKey(first.key)
	if err != nil {
		t.Fatal(err)
	}
	withHeader := legacy(t, "PRIVATE KEY", der, x509.PEMCipherAES128)
	locked := seal(first)
	const changed = "cannot read key: it needs a pass phrase, and is not what was loaded at the start"
	for name, test := range map[string]struct {
		was, cert, key string
		want           *issued // nil: an error
		message        string
	}{
		"same":             {locked, certPEM(first), locked, first, ""},
		"DEK-Info":         {withHeader, certPEM(renewed), withHeader, renewed, ""},
		"renewed":          {locked, certPEM(renewed), "text around it\n" + locked, renewed, ""},
		"other, open":      {locked, certPEM(other), keyPEM(t, other.key), other, ""},
		"other":            {locked, certPEM(other), seal(other), nil, changed},
		"other, same cert": {locked, certPEM(first), seal(other), nil, changed},
		"sealed anew":      {locked, certPEM(first), seal(first), nil, changed},
		"sealed later":     {keyPEM(t, first.key), certPEM(first), locked, nil, changed},
		"wrong cert":       {locked, certPEM(other), locked, nil, "cannot use key: it is not the key of the certificate in cert"},
		"open, wrong cert": {locked, certPEM(first), keyPEM(t, other.key), nil, "cannot use key: it is not the key of the certificate in cert"},
		"empty":            {locked, certPEM(first), "", nil, "cannot read key: no private key in it"},
		"never locked":     {keyPEM(t, first.key), certPEM(first), "", nil, "cannot read key: no private key in it"},
		"bad cert":         {locked, "", locked, nil, "cannot read cert: no certificate in it"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			cert, key := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
			write(t, dir, "cert", certPEM(first))
			write(t, dir, "key", test.was)
			id, err := Load(cert, key, func() ([]byte, error) { return []byte(secret), nil }, clock)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, "cert", test.cert)
			write(t, dir, "key", test.key)
			for range 2 { // what is reloaded can be again
				got, err := id.Reload(cert, key, clock)
				if test.want == nil {
					wantError(t, err, dir, test.message, "")
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if !got.Certificate.Leaf.Equal(test.want.cert) || !belongs(got.Certificate.Leaf, test.want.key) {
					t.Errorf("it is number %v", got.Certificate.Leaf.SerialNumber)
				}
				id = got
			}
		})
	}
}

// TestReloadOneFile: certificate and encrypted key in one file, of which only the certificate is renewed.
func TestReloadOneFile(t *testing.T) {
	first := issue(t, nil, nil)
	renewed := issueFor(t, first.key, nil, nil)
	locked := pemOf("ENCRYPTED PRIVATE KEY", sealed(t, first.key, pkcs8.AES128CBC, pbkdf2SHA256(2048)))
	dir := t.TempDir()
	both := filepath.Join(dir, "both")
	write(t, dir, "both", certPEM(first)+locked)
	id, err := Load(both, "", func() ([]byte, error) { return []byte(secret), nil }, clock)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "both", locked+certPEM(renewed))
	got, err := id.Reload(both, "", clock)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Certificate.Leaf.Equal(renewed.cert) || got.CertFile != "" {
		t.Errorf("%v, to be given away: %q", got.Certificate.Leaf.SerialNumber, got.CertFile)
	}
	write(t, dir, "both", certPEM(renewed))
	_, err = id.Reload(both, "", clock)
	if e := (*Error)(nil); !errors.As(err, &e) {
		t.Errorf("without its key: %v", err)
	}
}
