package repl

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// referenceCertificate is self-signed and has a CN only, no subjectAltName.
func referenceCertificate(t testing.TB) (certificate tls.Certificate, caFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "reference"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(cryptorand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, writeCertificate(t, der)
}

func writeCertificate(t testing.TB, der []byte) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "cert.crt")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// doubleSockets are the sockets of a double, which end with its test.
type doubleSockets struct {
	net.Listener
	running sync.WaitGroup

	mu   sync.Mutex
	open map[net.Conn]bool
	over bool
}

func listenDouble(t testing.TB) *doubleSockets {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &doubleSockets{Listener: l, open: make(map[net.Conn]bool)}
	t.Cleanup(func() {
		s.cutAll()
		s.running.Wait()
	})
	return s
}

func (s *doubleSockets) accept() (net.Conn, error) {
	conn, err := s.Accept()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		conn.Close()
		return nil, net.ErrClosed
	}
	s.open[conn] = true
	return conn, nil
}

func (s *doubleSockets) close(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
	conn.Close()
}

// cutAll ends the double: its listener, and its connections in mid-air.
func (s *doubleSockets) cutAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.Close()
	for conn := range s.open {
		conn.Close()
	}
}
