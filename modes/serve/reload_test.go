package serve

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/youmark/pkcs8"
	"golang.org/x/crypto/bcrypt"

	"proto/keys"
	"proto/modes"
)

// reloading is a rig whose certificate, key and users are in files.
type reloading struct {
	*rig
	dir    string
	hangup chan os.Signal
}

// newIdentityIn makes another identity in the files.
func (l *reloading) newIdentity() {
	l.t.Helper()
	for _, file := range []string{"key.pem", "cert.crt"} {
		if err := os.Remove(filepath.Join(l.dir, file)); err != nil && !errors.Is(err, os.ErrNotExist) {
			l.t.Fatal(err)
		}
	}
	_, err := keys.Own(l.dir, time.Now)
	fatal(l.t, err)
}

// shown is the pin of the certificate that a client is shown.
func (l *reloading) shown() string {
	l.t.Helper()
	c := l.connect(peerOne)
	defer c.pipe.Close()
	conn := tls.Client(c.pipe, &tls.Config{InsecureSkipVerify: true})
	fatal(l.t, conn.Handshake())
	return keys.Pin(conn.ConnectionState().PeerCertificates[0])
}

func (l *reloading) write(name, text string) {
	l.t.Helper()
	fatal(l.t, os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o600))
}

func (l *reloading) hup() {
	l.hangup <- os.Interrupt
	synctest.Wait()
}

func userLine(t *testing.T, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	fatal(t, err)
	return goodUser + ":" + string(hash) + "\n"
}

func bubbleOfFiles(t *testing.T, test func(t *testing.T, l *reloading)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &reloading{dir: t.TempDir(), hangup: make(chan os.Signal)}
		l.rig = &rig{t: t}
		l.newIdentity()
		l.write("users", userLine(t, goodPassword))
		s := &settings{
			cert: filepath.Join(l.dir, "cert.crt"), key: filepath.Join(l.dir, "key.pem"), users: filepath.Join(l.dir, "users"),
			reloadEvery: time.Minute,
		}
		p := &modes.Process{Env: func(string) string { return "" }, Hangups: func() <-chan os.Signal { return l.hangup }}
		var users *keys.Users
		o := options{change: func(server *server) {
			id, _, err := s.identity(p)
			fatal(t, err)
			users, err = s.loadUsers(server.log)
			fatal(t, err)
			server.identity.Store(id)
			server.reload = s.reloader(p, &prepared{identity: id, users: users})
		}}
		l.rig = newRig(t, o)
		synctest.Wait()
		test(t, l)
	})
}

// TestReloadByTime: files that have changed are read again within a minute, bad
// ones are told once and leave everything as it was.
func TestReloadByTime(t *testing.T) {
	bubbleOfFiles(t, func(t *testing.T, l *reloading) {
		old := l.shown()
		in := l.login(peerOne)
		l.newIdentity()
		if l.shown() != old {
			t.Error("read again at once")
		}
		time.Sleep(time.Minute + 1)
		changed := l.shown()
		if changed == old {
			t.Error("not read again")
		}
		in.ask()
		l.write("cert.crt", "broken")
		time.Sleep(80 * time.Second)
		in.ask()
		l.write("users", "broken")
		time.Sleep(80 * time.Second)
		in.ask()
		time.Sleep(time.Minute)
		if l.shown() != changed {
			t.Error("a broken certificate was taken")
		}
		for message, want := range map[string]int{
			"certificate renewed":                               1,
			"certificate not taken, the old one stays":          1,
			"users file not taken, the users stay as they were": 1,
		} {
			if events := l.out.events(t, message); len(events) != want {
				t.Errorf("%d of %q, want %d: %v", len(events), message, want, events)
			}
		}
	})
}

// TestReloadByHangup: HUP reads everything now, and tells also what it told before.
func TestReloadByHangup(t *testing.T) {
	bubbleOfFiles(t, func(t *testing.T, l *reloading) {
		old := l.shown()
		l.newIdentity()
		l.write("users", userLine(t, "new"))
		l.hup()
		if l.shown() == old {
			t.Error("not read again")
		}
		l.write("cert.crt", "broken")
		l.write("users", "broken")
		l.hup()
		l.hup()
		if n := len(l.out.events(t, "certificate not taken, the old one stays")); n != 2 {
			t.Errorf("told %d times of the certificate", n)
		}
		if n := len(l.out.events(t, "users file not taken, the users stay as they were")); n != 2 {
			t.Errorf("told %d times of the users", n)
		}
		if n := len(l.out.events(t, "users file read again")); n != 1 {
			t.Errorf("users read again %d times", n)
		}
		if strings.Contains(l.out.String(), goodPassword) {
			t.Error("a secret in the log")
		}
	})
}

// TestReloadTypedPassPhrase: where the pass phrase was typed, the certificate is read
// again as long as the file of the key is as it was, and nobody is asked.
func TestReloadTypedPassPhrase(t *testing.T) {
	dir := t.TempDir()
	id, err := keys.Own(dir, time.Now)
	fatal(t, err)
	der, err := pkcs8.MarshalPrivateKey(id.Certificate.PrivateKey, []byte("typed"), nil)
	fatal(t, err)
	locked := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der})
	s := &settings{cert: filepath.Join(dir, "cert.crt"), key: filepath.Join(dir, "key.pem")}
	fatal(t, os.WriteFile(s.key, locked, 0o600))
	first, err := keys.Load(s.cert, s.key, func() ([]byte, error) { return []byte("typed"), nil }, time.Now())
	fatal(t, err)
	p := &modes.Process{Env: func(string) string { return "" }, InTerminal: true}
	if again, err := s.loadAgain(p, first); err != nil || again.Pin() != first.Pin() {
		t.Errorf("the same files: %v", err)
	}
	other := t.TempDir()
	_, err = keys.Own(other, time.Now)
	fatal(t, err)
	s.cert = filepath.Join(other, "cert.crt")
	if id, err := s.loadAgain(p, first); err == nil {
		t.Errorf("a certificate for another key was taken: %v", id)
	}
	s.cert = filepath.Join(dir, "cert.crt")
	fatal(t, os.WriteFile(s.key, nil, 0o600))
	if _, err := s.loadAgain(p, first); err == nil {
		t.Error("a key that is not there any more was taken")
	}
	fatal(t, os.WriteFile(s.key, locked, 0o600))
	p.Env = func(string) string { return "wrong" }
	if _, err := s.loadAgain(p, first); err == nil {
		t.Error("a wrong pass phrase in the environment was taken")
	}
}
