package serve

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"proto/keys"
	"proto/modes"
)

// renewEvery is how often a certificate is read again though its files are as they
// were: our own is renewed days before its end.
const renewEvery = time.Hour

// reloader reads certificate, key and users again while the server runs.
type reloader struct {
	identity func() (*keys.Identity, error) // nil: it stays
	users    *keys.Users                    // nil: they stay
	files    []string                       // of the identity
	every    time.Duration                  // how often files are looked at; 0: never
	hangup   <-chan os.Signal               // read all again now

	seen   [sha256.Size]byte // what the files held
	loaded time.Time
}

// keepFresh rereads until the server stops. A file that is bad leaves everything
// as it was.
func (s *server) keepFresh(ctx context.Context) {
	r := &s.reload
	r.seen, r.loaded = fingerprint(r.files), time.Now()
	var tick <-chan time.Time
	if r.every > 0 {
		ticker := time.NewTicker(r.every)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-tick:
			s.reread(false)
		case <-r.hangup:
			s.manager.reloading()
			s.log.Info("reading certificate, key and users again")
			s.reread(true)
			s.manager.ready()
		case <-ctx.Done():
			return
		}
	}
}

// reread reads what has changed, or everything.
func (s *server) reread(all bool) {
	r := &s.reload
	if r.users != nil {
		if all {
			r.users.Reread()
		} else {
			r.users.Look()
		}
	}
	if r.identity == nil {
		return
	}
	seen := fingerprint(r.files)
	changed := all || seen != r.seen
	if !changed && time.Since(r.loaded) < renewEvery {
		return
	}
	r.seen, r.loaded = seen, time.Now()
	err := readable(r.files)
	if err != nil && !changed {
		return
	}
	var id *keys.Identity
	if err == nil {
		id, err = r.identity()
	}
	if err != nil {
		s.log.Error("certificate not taken, the old one stays", "err", err)
		return
	}
	old := s.identity.Swap(id)
	if !old.Certificate.Leaf.Equal(id.Certificate.Leaf) {
		s.log.Info("certificate renewed", "pin", id.Pin(), "until", id.Certificate.Leaf.NotAfter)
	}
}

// fingerprint tells what files hold, or that they cannot be read.
func fingerprint(files []string) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
			continue // a change of what cannot be read is no news
		}
		if data, err := os.ReadFile(file); err == nil {
			one := sha256.Sum256(data)
			clear(data) // it may be a pass phrase
			h.Write(one[:])
		}
	}
	h.Sum(sum[:0])
	return sum
}

// readable says whether files can be read again. A pipe, as a shell makes one for
// --key <(...), gives what it holds once, and would then keep us waiting for ever.
func readable(files []string) error {
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			return fmt.Errorf("cannot read %s again: it is no regular file", modes.Show(file))
		}
	}
	return nil
}

// reloader is what the flags say of reading again.
func (s *settings) reloader(p *modes.Process, r *prepared) reloader {
	l := reloader{users: r.users, every: s.reloadEvery}
	if p.Hangups != nil {
		l.hangup = p.Hangups()
	}
	switch file := r.identity.CertFile; {
	case s.cert != "":
		l.files = []string{s.cert, s.key, s.keyPassFile}
		l.identity = func() (*keys.Identity, error) { return s.loadAgain(p, r.identity) }
	case file != "":
		dir := filepath.Dir(file)
		l.files = []string{file, filepath.Join(dir, "key.pem")}
		l.identity = func() (*keys.Identity, error) { return keys.Own(dir, time.Now) }
	}
	return l
}

// loadAgain loads certificate and key without asking anybody. Where the key's pass
// phrase was typed, it stays the key that was loaded first.
func (s *settings) loadAgain(p *modes.Process, first *keys.Identity) (*keys.Identity, error) {
	if pass := s.passPhrase(p, false); pass != nil {
		return keys.Load(s.cert, s.key, pass, time.Now())
	}
	return first.Reload(s.cert, s.key, time.Now())
}
