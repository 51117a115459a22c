package serve

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/wire"
)

// run serves until a signal comes, and then drains.
func run(ctx context.Context, p *modes.Process, s *settings) error {
	queue, err := newLogQueue(p.Err, s.log)
	if err != nil {
		return err
	}
	defer queue.close()
	level := slog.LevelInfo
	if s.verbose {
		level = slog.LevelDebug
	}
	log, err := modes.NewLog(queue, s.log, level)
	if err != nil {
		return err
	}
	ready, err := modes.Interruptible(p, func() (*prepared, error) { return s.prepare(ctx, p, log) })
	if err != nil {
		return err
	}
	if s.check {
		return s.checked(p, queue, ready)
	}
	srv := newServer(ready.core, ready.identity, log)
	srv.limits.Bytes = s.maxFrame
	srv.recorder = ready.recorder
	defer srv.recorder.Close()
	srv.proxies = s.proxies
	srv.limit(s.limits, ready.listeners, raiseOpenFiles())
	srv.reload = s.reloader(p, ready)
	srv.manager = newManager()
	srv.pauses = ready.pauses
	srv.alone = true
	srv.yielder = newYielder()
	defer srv.yielder.close()
	ready.users.Yield(srv.yielder.yield)
	srv.logLost = queue.inAll.Load
	if srv.admin = ready.admin; srv.admin != nil {
		srv.metrics = newFigures(srv)
	}
	if s.verbose {
		srv.trace = tracer(queue, s.log, log)
	}
	err = s.announce(ctx, p, queue, ready)
	if err != nil && !errors.Is(err, modes.ErrStdoutClosed) && !errors.Is(err, modes.ErrNobodyReads) {
		return err // nobody has to read it, but a full disk is worth a word
	}
	oneMore() // after the bounds above, which are of processors
	return srv.serveUntil(ready.listeners, p.Signals, s.drain)
}

// prepared is what a server starts with.
type prepared struct {
	identity  *keys.Identity
	note      string // what is worth knowing about the identity
	users     *keys.Users
	core      *wire.Server
	pauses    *pauses
	listeners []net.Listener
	admin     *admin
	recorder  *modes.Recorder // nil: none
}

func (s *settings) prepare(ctx context.Context, p *modes.Process, log *slog.Logger) (r *prepared, err error) {
	r = &prepared{}
	if r.identity, r.note, err = s.identity(p); err != nil {
		return nil, err
	}
	if r.users, err = s.loadUsers(log); err != nil {
		return nil, err
	}
	config, err := s.config(p, log, r.users)
	if err != nil {
		return nil, err
	}
	r.pauses = &pauses{}
	config.Paused = r.pauses.last
	if r.core, err = wire.NewServer(config); err != nil {
		return nil, modes.Coded(modes.ExitUsage, err)
	}
	if s.check {
		return r, s.tryOut(ctx)
	}
	if r.listeners, err = s.listenAll(ctx, log); err != nil {
		return nil, err
	}
	if s.users == "" {
		if err := checkBound(r.listeners); err != nil {
			return nil, err
		}
	}
	if r.admin, err = s.listenAdmin(ctx, p.Version.Number); err != nil {
		return nil, err
	}
	r.recorder, err = modes.OpenRecord(s.record, recording(s.record, log))
	return r, err
}

// recording is how the log tells of frames that are not in the record.
func recording(file string, log *slog.Logger) modes.Recording {
	return modes.Recording{
		Failed:   func(err error) { log.Error("record cannot be written", "file", file, "err", modes.Plain(err)) },
		Dropping: func(n int64) { log.Error("frames are missing in the record so far", "file", file, "dropped", n) },
		Dropped:  func(n int64) { log.Error("frames are missing in the record", "file", file, "dropped", n) },
	}
}

// identity loads the certificate and key, or makes our own. note says what is
// worth knowing about them.
func (s *settings) identity(p *modes.Process) (id *keys.Identity, note string, err error) {
	if s.cert != "" {
		pass, forget, err := s.readPassPhrase(p)
		if err != nil {
			return nil, "", modes.Coded(modes.ExitUsage, err)
		}
		defer forget()
		if id, err = keys.Load(s.cert, s.key, pass, time.Now()); err != nil {
			return nil, "", modes.Coded(modes.ExitUsage, err)
		}
		return id, id.Hint(), nil
	}
	dir, err := keys.StateDir(p.Env)
	if err == nil {
		id, err = keys.Own(dir, time.Now)
	}
	if errors.Is(err, keys.ErrNotWritable) {
		note = "the certificate is in memory only, there is no place to keep it; the next start has another"
		id, err = keys.Memory(time.Now)
	}
	return id, note, modes.Coded(modes.ExitUsage, err)
}

// readPassPhrase is passPhrase for the start: a file that cannot be read is an error
// even if the key needs none, and it is read once, as it may be a pipe.
func (s *settings) readPassPhrase(p *modes.Process) (pass keys.PassPhrase, forget func(), err error) {
	if s.keyPassFile == "" {
		return s.passPhrase(p, true), func() {}, nil
	}
	secret, err := keys.ReadSecretFile(s.keyPassFile)
	if err != nil {
		return nil, nil, err
	}
	return func() ([]byte, error) { return bytes.Clone(secret), nil }, func() { clear(secret) }, nil
}

// passPhrase gives the key's pass phrase: from a file, the environment, or a
// prompt, if somebody may be asked.
func (s *settings) passPhrase(p *modes.Process, ask bool) keys.PassPhrase {
	if s.keyPassFile != "" {
		return func() ([]byte, error) { return keys.ReadSecretFile(s.keyPassFile) }
	}
	if pass := p.Env("PROTO_KEY_PASS"); pass != "" {
		return func() ([]byte, error) { return []byte(pass), nil }
	}
	if !ask || !p.InTerminal {
		return nil
	}
	file := s.key
	if file == "" {
		file = s.cert
	}
	return func() ([]byte, error) { return p.AskHidden("Pass phrase of " + modes.Show(file) + ": ") }
}

// loadUsers loads the users, who are read again when their file changes.
func (s *settings) loadUsers(log *slog.Logger) (*keys.Users, error) {
	if s.users == "" {
		return keys.BuiltIn(), nil
	}
	users, err := keys.LoadUsers(s.users)
	if err != nil {
		return nil, modes.Coded(modes.ExitUsage, err)
	}
	users.Bound(s.limits.loginQueue)
	users.Watch(time.Now, func(err error) {
		if err != nil {
			log.Error("users file not taken, the users stay as they were", "err", err)
			return
		}
		log.Info("users file read again", "file", s.users)
	})
	return users, nil
}

// config puts together what the protocol's server is given of the world.
func (s *settings) config(p *modes.Process, log *slog.Logger, users *keys.Users) (c wire.ServerConfig, err error) {
	signer, err := s.signer()
	if err != nil {
		return c, modes.Coded(modes.ExitUsage, err)
	}
	text, err := s.text(p, log)
	if err != nil {
		return c, err
	}
	return wire.ServerConfig{
		Login: login(users), Token: token(signer), RefuseToken: refuseToken(signer),
		Text: text, Now: time.Now, Random: rand.Reader,
		Rekey: s.rekey, MaxLife: s.maxLife, Idle: s.idle,
		MaxSessions: s.limits.sessions, MaxPerUser: s.limits.perUser, Pace: s.limits.pace,
	}, nil
}

func (s *settings) signer() (*keys.Signer, error) {
	secret := keys.RandomSecret()
	if s.tokenKeyFile != "" {
		var err error
		if secret, err = keys.ReadTokenKey(s.tokenKeyFile); err != nil {
			return nil, err
		}
	}
	defer clear(secret) // the signer has its own
	return keys.NewSigner(secret, time.Now)
}

func login(users *keys.Users) func(context.Context, string, []byte) (wire.User, error) {
	return func(ctx context.Context, name string, password []byte) (wire.User, error) {
		u, err := users.Check(ctx, name, password)
		if errors.Is(err, keys.ErrBusy) {
			err = wire.ErrBusy
		}
		return wire.User(u), err
	}
}

func token(signer *keys.Signer) func(wire.User, int64, time.Time, time.Time) (string, error) {
	return func(u wire.User, session int64, start, end time.Time) (string, error) {
		return signer.Sign(u.Name, u.ID, session, start, end)
	}
}

// refuseToken says what is wrong with a token that is not the one issued.
func refuseToken(signer *keys.Signer) func(string, int64) error {
	return func(token string, session int64) error {
		claims, err := signer.Parse(token)
		switch {
		case err != nil:
			return err
		case claims.SID != session:
			return fmt.Errorf("token of session %d", claims.SID)
		}
		return errors.New("token of an earlier session with this number")
	}
}
