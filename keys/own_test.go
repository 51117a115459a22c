package keys

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func mustOwn(t *testing.T, dir string, now time.Time) *Identity {
	t.Helper()
	id, err := Own(dir, at(now))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "proto")
	id := mustOwn(t, dir, clock)
	leaf := id.Certificate.Leaf
	if leaf.IsCA || !leaf.NotBefore.Before(clock) || leaf.NotAfter.Sub(leaf.NotBefore) != validity {
		t.Errorf("CA %v, from %v to %v", leaf.IsCA, leaf.NotBefore, leaf.NotAfter)
	}
	names := []string{"localhost", "127.0.0.1", "::1"}
	names = append(names, hostNames(os.Hostname())[1:]...)
	for _, name := range names {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if id.CertFile != filepath.Join(dir, "cert.crt") || id.Hint() != "" {
		t.Errorf("CertFile %q, hint %q", id.CertFile, id.Hint())
	}
	again := mustOwn(t, dir, clock.Add(time.Hour))
	if !again.Certificate.Leaf.Equal(leaf) {
		t.Error("the second run has another certificate")
	}
	own, err := OwnCertificate(dir)
	if err != nil || !own.Equal(leaf) {
		t.Errorf("OwnCertificate: %v", err)
	}
	for name, want := range map[string]fs.FileMode{".": 0o700, "key.pem": 0o600, "cert.crt": 0o644} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("temporary files left: %v, %v", entries, err)
	}
}

func TestOwnRenewal(t *testing.T) {
	dir := t.TempDir()
	first := mustOwn(t, dir, clock)
	end := first.Certificate.Leaf.NotAfter
	if id := mustOwn(t, dir, end.Add(-renewBefore-time.Second)); !id.Certificate.Leaf.Equal(first.Certificate.Leaf) {
		t.Error("renewed too early")
	}
	for name, now := range map[string]time.Time{
		"soon":      end.Add(-renewBefore),
		"expired":   end.Add(1000 * time.Hour),
		"set_back":  clock.Add(-50 * time.Hour),
		"and_again": clock,
	} {
		t.Run(name, func(t *testing.T) {
			id := mustOwn(t, dir, now)
			if outOfDate(id.Certificate.Leaf, now) != nil {
				t.Error("not valid now")
			}
			if id.Pin() != first.Pin() {
				t.Error("the pin has changed")
			}
			if own, err := OwnCertificate(dir); err != nil || !own.Equal(id.Certificate.Leaf) {
				t.Errorf("the file has another certificate (%v)", err)
			}
		})
	}
}

func TestOwnForeignCertificate(t *testing.T) {
	dir := t.TempDir()
	mustOwn(t, dir, clock)
	key, err := os.ReadFile(filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := parsePEM("", key).privateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	bought := issueFor(t, signer, authority(t, nil, "root"), nil)
	write(t, dir, "cert.crt", certPEM(bought))
	if id := mustOwn(t, dir, clock); !id.Certificate.Leaf.Equal(bought.cert) {
		t.Error("a certificate from elsewhere was renewed")
	}
	_, err = Own(dir, at(clock.Add(2*time.Hour)))
	wantError(t, err, dir, "cannot use cert.crt: the certificate expired on", "only certificates that it made itself")
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestOwnDamaged checks that nothing is ever overwritten. In a bubble, where the second that a half written file gets
// costs no time.
func TestOwnDamaged(t *testing.T) {
	for name, test := range map[string]struct {
		damage  func(t *testing.T, dir string)
		message string
	}{
		"key_empty":   {func(t *testing.T, dir string) { write(t, dir, "key.pem", "") }, "cannot read key.pem: no private key"},
		"key_cut":     {func(t *testing.T, dir string) { write(t, dir, "key.pem", "-----BEGIN PRI") }, "cannot read key.pem: no private key"},
		"key_foreign": {func(t *testing.T, dir string) { write(t, dir, "key.pem", keyPEM(t, ecKey(t))) }, "cannot use cert.crt: it does not belong to key.pem"},
		"key_gone": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "key.pem")); err != nil {
				t.Fatal(err)
			}
		}, "cannot read key.pem: it is gone, while cert.crt is there"},
		"key_encrypted": {func(t *testing.T, dir string) {
			write(t, dir, "key.pem", legacy(t, "EC PRIVATE KEY", []byte("x"), x509.PEMCipherAES256))
		}, "cannot read key.pem: it needs a pass phrase"},
		"certificate_empty":   {func(t *testing.T, dir string) { write(t, dir, "cert.crt", "") }, "cannot read cert.crt: no certificate"},
		"certificate_foreign": {func(t *testing.T, dir string) { write(t, dir, "cert.crt", certPEM(issue(t, nil, nil))) }, "cannot use cert.crt: it does not belong"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				mustOwn(t, dir, clock)
				test.damage(t, dir)
				before := content(t, dir)
				_, err := Own(dir, at(clock))
				wantError(t, err, dir, test.message, "move key.pem and cert.crt away")
				if errors.Is(err, ErrNotWritable) {
					t.Error("a server would go on in memory")
				}
				if !bytes.Equal(content(t, dir), before) {
					t.Error("files were changed")
				}
			})
		})
	}
}

func content(t *testing.T, dir string) []byte {
	t.Helper()
	var all []byte
	for _, name := range []string{"key.pem", "cert.crt"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		all = append(append(all, data...), 0)
	}
	return all
}

func TestOwnTightens(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes mean nothing on Windows")
	}
	dir := t.TempDir()
	mustOwn(t, dir, clock)
	for path, open := range map[string]fs.FileMode{dir: 0o777, filepath.Join(dir, "key.pem"): 0o644} {
		if err := os.Chmod(path, open); err != nil {
			t.Fatal(err)
		}
		mustOwn(t, dir, clock)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestOwnNotWritable(t *testing.T) {
	// A file where the directory should be: even root cannot write there, and it is so on every system.
	path := file(t, "home", "")
	_, err := Own(filepath.Join(path, "proto"), at(clock))
	if !errors.Is(err, ErrNotWritable) {
		t.Fatalf("error %v is not ErrNotWritable", err)
	}
	wantError(t, err, path, "cannot write proto: ", "a directory it may write to")
	if cert, err := OwnCertificate(filepath.Join(filepath.Dir(path), "none")); cert != nil || err != nil {
		t.Errorf("certificate %v, error %v where there is none", cert, err)
	}
}

func TestMemory(t *testing.T) {
	id, err := Memory(at(clock))
	if err != nil || id.CertFile != "" || id.Certificate.Leaf.VerifyHostname("localhost") != nil {
		t.Errorf("%+v, %v", id, err)
	}
}

// TestOwnRace starts first runs of several processes at once.
func TestOwnRace(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const processes, rounds = 6, 3
	for range rounds {
		dir := filepath.Join(t.TempDir(), "proto")
		var results [processes]string
		var wg sync.WaitGroup
		for i := range processes {
			wg.Go(func() {
				cmd := exec.Command(program)
				cmd.Env = append(os.Environ(), ownDir+"="+dir)
				out, err := cmd.CombinedOutput()
				results[i] = string(out)
				if err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
		wg.Wait()
		for _, result := range results {
			if result != results[0] || !strings.HasPrefix(result, "sha256//") {
				t.Fatalf("identities differ:\n%s%s", results[0], result)
			}
		}
	}
}

// TestOwnRaceWithoutLinks has several first runs at once where the file system has no links, and files are to be seen
// half written.
func TestOwnRaceWithoutLinks(t *testing.T) {
	dir := t.TempDir()
	noLinks := func(from, to string) error {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: errors.ErrUnsupported}
	}
	var certs [8]*x509.Certificate
	var wg sync.WaitGroup
	for i := range certs {
		wg.Go(func() {
			id, err := store{dir: dir, now: at(clock), link: noLinks}.identity()
			if err != nil {
				t.Error(err)
				return
			}
			certs[i] = id.Certificate.Leaf
		})
	}
	wg.Wait()
	for _, cert := range certs {
		if cert == nil || !cert.Equal(certs[0]) {
			t.Fatal("identities differ")
		}
	}
}

func TestStateDir(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the rules of XDG are not those of Windows")
	}
	for _, test := range []struct{ xdg, home, want string }{
		{"/x", "/h", "/x/proto"},
		{"relative", "/h", "/h/.local/state/proto"},
		{"", "/h", "/h/.local/state/proto"},
	} {
		env := map[string]string{"XDG_STATE_HOME": test.xdg, "HOME": test.home}
		dir, err := StateDir(func(name string) string { return env[name] })
		if err != nil || dir != test.want {
			t.Errorf("%+v: %q, %v", test, dir, err)
		}
	}
	_, err := StateDir(func(string) string { return "" })
	wantError(t, err, "", "cannot find a home for the identity", "absolute path")
	if !errors.Is(err, ErrNotWritable) {
		t.Error("not ErrNotWritable")
	}
}

func TestHostNames(t *testing.T) {
	for host, want := range map[string]int{
		"": 1, "localhost": 1, "Mac.local": 2, "a.b.example.": 2, "no spaces": 1, "m\u00fcller": 1, strings.Repeat("a", 254): 1,
	} {
		if got := hostNames(host, nil); len(got) != want {
			t.Errorf("%q: %q", host, got)
		}
	}
	if got := hostNames("host", net.ErrClosed); len(got) != 1 {
		t.Errorf("with an error: %q", got)
	}
}
