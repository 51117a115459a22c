package main

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
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/youmark/pkcs8"
	"golang.org/x/crypto/bcrypt"
)

// cert makes NAME.crt and NAME.key: a self-signed certificate for ECDSA P-256,
// good from an hour ago for a day. Options:
//
//	cn=NAME  dns=NAME  ip=ADDRESS   whom it is for; without dns and ip only cn, "proto test"
//	from=TIME  to=TIME              when it is good, from now
//	key=ec|rsa|ed25519              the kind of key
//	pass=PHRASE                     encrypts the key as PKCS#8, with form=legacy the old way
//	ca=NAME                         signed by NAME.crt and NAME.key, which is=ca
func cert(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) > 0, "cert NAME OPTION=VALUE ...")
	option := map[string]string{"cn": "proto test", "from": "-1h", "to": "24h", "key": "ec"}
	for _, arg := range args[1:] {
		name, value, found := strings.Cut(arg, "=")
		usage(ts, neg, found, "cert NAME OPTION=VALUE ...")
		option[name] = value
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: option["cn"]},
		NotBefore: fromNow(ts, option["from"]), NotAfter: fromNow(ts, option["to"]),
	}
	if option["dns"] != "" {
		template.DNSNames = []string{option["dns"]}
	}
	if option["ip"] != "" {
		template.IPAddresses = []net.IP{net.ParseIP(option["ip"])}
	}
	if option["is"] == "ca" {
		template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	}
	key := newKey(ts, option["key"])
	parent, signer := template, key
	if ca := option["ca"]; ca != "" {
		parent, signer = readPair(ts, ca)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	ts.Check(err)
	write(ts, args[0]+".crt", &pem.Block{Type: "CERTIFICATE", Bytes: der})
	write(ts, args[0]+".key", keyBlock(ts, key, option["pass"], option["form"]))
}

func fromNow(ts *testscript.TestScript, text string) time.Time {
	d, err := time.ParseDuration(text)
	ts.Check(err)
	return time.Now().Add(d)
}

// rsaKey is made once: it takes longer than all else here.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newKey(ts *testscript.TestScript, kind string) (key crypto.Signer) {
	var err error
	switch kind {
	case "ec":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "rsa":
		key, err = rsaKey()
	default:
		ts.Fatalf("key cannot be %q", kind)
	}
	ts.Check(err)
	return key
}

func keyBlock(ts *testscript.TestScript, key crypto.Signer, pass, form string) *pem.Block {
	switch {
	case form == "legacy":
		//lint:ignore SA1019 keys of this form are still in use, so they are tested
		block, err := x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key.(*rsa.PrivateKey)), []byte(pass), x509.PEMCipherAES256)
		ts.Check(err)
		return block
	case pass != "":
		der, err := pkcs8.ConvertPrivateKeyToPKCS8(key, []byte(pass))
		ts.Check(err)
		return &pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	return &pem.Block{Type: "PRIVATE KEY", Bytes: der}
}

func readPair(ts *testscript.TestScript, name string) (*x509.Certificate, crypto.Signer) {
	block, _ := pem.Decode([]byte(ts.ReadFile(name + ".crt")))
	certificate, err := x509.ParseCertificate(block.Bytes)
	ts.Check(err)
	block, _ = pem.Decode([]byte(ts.ReadFile(name + ".key")))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	ts.Check(err)
	return certificate, key.(crypto.Signer)
}

func write(ts *testscript.TestScript, name string, block *pem.Block) {
	ts.Check(os.WriteFile(ts.MkAbs(name), pem.EncodeToMemory(block), 0o600))
}

// users makes a users file, with hashes as cheap as there are.
func users(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) >= 2, "users FILE NAME:PASSWORD ...")
	var text strings.Builder
	for _, arg := range args[1:] {
		name, password, _ := strings.Cut(arg, ":")
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		ts.Check(err)
		fmt.Fprintf(&text, "%s:%s\n", name, hash)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text.String()), 0o600))
}
