package keys

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// PassPhrase gives the pass phrase of a private key. It is called at most once, and only when the key is encrypted,
// so that a program asks on the terminal only where there is something to ask for. What it gives is wiped after use.
type PassPhrase func() ([]byte, error)

const needPassPhraseHint = "give it with --key-pass-file or PROTO_KEY_PASS, or run where proto can ask for it on a terminal"

// privateKey returns the first private key of the file.
func (f *pemFile) privateKey(pass PassPhrase) (crypto.Signer, error) {
	if len(f.keys) == 0 {
		return nil, cannot("read", f.path, &trouble{what: "no private key in it", hint: f.holds()})
	}
	block := f.keys[0]
	der, err := decrypted(block, pass)
	if err == nil {
		var key crypto.Signer
		if key, err = parseKey(block, der); err == nil {
			return key, nil
		}
	}
	if t := (*trouble)(nil); errors.As(err, &t) {
		return nil, cannot("read", f.path, t)
	}
	return nil, err // the pass phrase could not be had, and the caller's own words say why
}

func encrypted(block *pem.Block) bool {
	return block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != ""
}

// lockedSum tells one encrypted key in a file from another; noLock is that of a key that is not encrypted, or of none.
type lockedSum [sha256.Size]byte

var noLock lockedSum

func (f *pemFile) lockedSum() lockedSum {
	if len(f.keys) == 0 || !encrypted(f.keys[0]) {
		return noLock
	}
	return sha256.Sum256(pem.EncodeToMemory(f.keys[0]))
}

// changedKey is privateKey for a file that has changed since somebody could be asked for a pass phrase.
func (f *pemFile) changedKey() (crypto.Signer, error) {
	return f.privateKey(func() ([]byte, error) {
		return nil, &trouble{what: "it needs a pass phrase, and is not what was loaded at the start", hint: needPassPhraseHint}
	})
}

// decrypted returns the DER of the key in the block, still in the format that the block's type names.
func decrypted(block *pem.Block, pass PassPhrase) ([]byte, error) {
	if !encrypted(block) {
		return block.Bytes, nil
	}
	// What is wrong with the file is said before anybody is asked for a pass phrase.
	locked, err := parseLocked(block)
	if err != nil {
		return nil, err
	}
	if pass == nil {
		return nil, &trouble{what: "it needs a pass phrase", hint: needPassPhraseHint}
	}
	phrase, err := pass()
	if err != nil {
		return nil, err
	}
	defer clear(phrase)
	return locked.open(phrase)
}

func parseLocked(block *pem.Block) (*lockedKey, error) {
	if block.Type == "ENCRYPTED PRIVATE KEY" {
		return parseEnvelope(block.Bytes)
	}
	return parseDEKInfo(block)
}

func wrongPassPhrase() *trouble {
	return &trouble{what: "wrong pass phrase", hint: "openssl pkey -noout -in FILE asks for it and tells whether it is right"}
}

func parseKey(block *pem.Block, der []byte) (crypto.Signer, error) {
	if t := unusable(keyAlgorithm(block.Type, der)); t != nil {
		return nil, t
	}
	key, err := parseDER(block.Type, der)
	if err != nil {
		return nil, damagedKey(block, err)
	}
	if rsaKey, ok := key.(*rsa.PrivateKey); ok && rsaKey.N.BitLen() < 1024 {
		what := fmt.Sprintf("its RSA key of %d bits is too short for TLS", rsaKey.N.BitLen())
		return nil, &trouble{what: what, hint: newKeyHint}
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, &trouble{what: "it is a kind of key that TLS cannot use", hint: newKeyHint}
	}
	return signer, nil
}

func parseDER(blockType string, der []byte) (any, error) {
	switch blockType {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(der)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(der)
	case "PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
		return x509.ParsePKCS8PrivateKey(der)
	}
	return nil, errors.New("unknown kind of key")
}

// damagedKey words a key that does not parse. A wrong pass phrase hardly ever comes as far as this, as what it gives
// would have to be a SEQUENCE; still an encrypted key gets both explanations.
func damagedKey(block *pem.Block, err error) *trouble {
	switch {
	case encrypted(block):
		t := wrongPassPhrase()
		t.what, t.err = "wrong pass phrase or damaged key", err
		return t
	case block.Type == "OPENSSH PRIVATE KEY":
		return &trouble{what: "it is a key in OpenSSH form", hint: "convert it: ssh-keygen -p -m PKCS8 -f FILE", err: err}
	}
	return &trouble{
		what: "the private key in it is damaged, or of an unknown kind (" + foreign(err.Error()) + ")",
		hint: "check it: openssl pkey -check -noout -in FILE",
		err:  err,
	}
}
