package keys

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// ErrNotWritable marks that there is no place to keep an identity. A server can go on with [Memory].
var ErrNotWritable = errors.New("no place to keep an identity")

const (
	ownKeyFile  = "key.pem"
	ownCertFile = "cert.crt"
	ownHint     = "move key.pem and cert.crt away and proto makes a new identity, with another pin"
)

// StateDir returns where proto keeps its identity: $XDG_STATE_HOME/proto where that is an absolute path, as the XDG
// base directory specification demands, else $HOME/.local/state/proto; on Windows %LocalAppData%\proto. env is
// os.Getenv. Where none of them is set, errors.Is(err, ErrNotWritable) holds.
func StateDir(env func(string) string) (string, error) {
	if runtime.GOOS == "windows" {
		if dir := env("LocalAppData"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "proto"), nil
		}
		return "", noHome("LocalAppData is not set")
	}
	if dir := env("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "proto"), nil
	}
	if home := env("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "proto"), nil
	}
	return "", noHome("neither XDG_STATE_HOME nor HOME is set")
}

func noHome(what string) error {
	return &Error{
		Message: "cannot find a home for the identity: " + what,
		Hint:    "set it to an absolute path, or give a certificate and a key",
		Err:     ErrNotWritable,
	}
}

// Own returns the identity kept in dir, and makes it at the first run: a key (key.pem, 0600) and a self-signed
// certificate (cert.crt, 0644) for localhost, the loopback addresses and the name of this machine. Processes that run
// for the first time at once agree on one. Within 30 days of its end the certificate is renewed with the same key, so
// the pin stays; a certificate from elsewhere is used but never renewed.
//
// Files that are damaged or do not belong together are an [*Error] and are left alone. Where nothing can be written,
// errors.Is(err, ErrNotWritable) holds.
func Own(dir string, now func() time.Time) (*Identity, error) {
	return store{dir: dir, now: now, link: os.Link}.identity()
}

// OwnCertificate returns the certificate of the identity kept in dir, for a client on the same machine to trust: see
// [Trust]. Where there is none, both results are nil.
func OwnCertificate(dir string) (*x509.Certificate, error) {
	certs, err := store{dir: dir}.certificates()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return certs[0], nil
}

// store is the directory of an identity. The key file always comes before the certificate.
type store struct {
	dir  string
	now  func() time.Time
	link func(from, to string) error // os.Link, or what a test has instead
}

func (s store) path(name string) string { return filepath.Join(s.dir, name) }

func (s store) identity() (*Identity, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	certs, err := s.certificates()
	if errors.Is(err, fs.ErrNotExist) {
		certs, err = s.firstCertificate(key)
	}
	if err != nil {
		return nil, err
	}
	certs, ok := leafFirst(certs, key)
	if !ok {
		what := "it does not belong to key.pem beside it"
		return nil, cannot("use", s.path(ownCertFile), &trouble{what: what, hint: ownHint})
	}
	if certs, err = s.current(certs, key); err != nil {
		return nil, err
	}
	return newIdentity(certs, key, s.path(ownCertFile)), nil
}

// prepare makes the directory, for its owner alone.
func (s store) prepare() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return notWritable(s.dir, err)
	}
	return tighten(s.dir, 0o700, 0o022)
}

// tighten takes the access of others away. It is done and not demanded: a copy or a restored backup often comes with
// wider modes, and whoever could read the key before cannot be told by refusing to start. Windows keeps access in lists
// that the mode does not show; a user's LocalAppData is private there.
//
// Where the mode cannot be changed (the owner is another, the file system is read-only), the bits of never are refused.
func tighten(path string, mode, never fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil {
		return cannotOpen("read", path, err)
	}
	if runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(path, mode); err != nil && info.Mode().Perm()&never != 0 {
		return cannot("use", path, &trouble{
			what: "others have access to it, and proto may not change that",
			hint: "take the access away: chmod go= " + shown(path),
			err:  err,
		})
	}
	return nil
}

func (s store) key() (crypto.Signer, error) {
	path := s.path(ownKeyFile)
	// Looked for before the key: the key is made first, so a certificate seen now has had a key all along.
	_, certErr := os.Lstat(s.path(ownCertFile))
	file, err := s.settled(path)
	if errors.Is(err, fs.ErrNotExist) {
		if certErr == nil {
			return nil, cannot("read", path, &trouble{what: "it is gone, while cert.crt is there", hint: ownHint, err: err})
		}
		if err := s.firstKey(path); err != nil {
			return nil, err
		}
		file, err = s.settled(path)
	}
	if err != nil {
		return nil, err
	}
	if err := tighten(path, 0o600, 0o077); err != nil {
		return nil, err
	}
	key, err := file.privateKey(nil)
	return key, hinted(err, ownHint)
}

func (s store) firstKey(path string) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return s.create(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func (s store) certificates() ([]*x509.Certificate, error) {
	file, err := s.settled(s.path(ownCertFile))
	if err != nil {
		return nil, err
	}
	certs, err := file.certificates()
	return certs, hinted(err, ownHint)
}

func (s store) firstCertificate(key crypto.Signer) ([]*x509.Certificate, error) {
	cert, err := selfSigned(key, s.now())
	if err != nil {
		return nil, err
	}
	if err := s.create(s.path(ownCertFile), certificatePEM(cert), 0o644); err != nil {
		return nil, err
	}
	return s.certificates()
}

// current renews the certificate where that is due and ours to do.
func (s store) current(certs []*x509.Certificate, key crypto.Signer) ([]*x509.Certificate, error) {
	now, leaf := s.now(), certs[0]
	late := outOfDate(leaf, now)
	if late == nil && now.Before(leaf.NotAfter.Add(-renewBefore)) {
		return certs, nil
	}
	if ours := leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil; !ours {
		if late != nil {
			late.hint = "proto renews only certificates that it made itself: " + late.hint
			return nil, cannot("use", s.path(ownCertFile), late)
		}
		return certs, nil
	}
	cert, err := selfSigned(key, now)
	if err != nil {
		return nil, err
	}
	if err := s.replace(s.path(ownCertFile), certificatePEM(cert), 0o644); err != nil && late != nil {
		return nil, err
	} else if err != nil {
		return certs, nil // the old one is good for some days yet
	}
	return []*x509.Certificate{cert}, nil
}

func certificatePEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// hinted gives an error about a file of our own the hint that fits one: nobody wrote these files by hand.
func hinted(err error, hint string) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return &Error{Message: e.Message, Hint: hint, Err: e.Err}
	}
	return err
}
