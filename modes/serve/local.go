package serve

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"log/slog"
	"os"
	"sync"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/wire"
)

// A Local is a throw-away server within the process, on loopback: a fresh
// certificate, a random user and password, and no deadline for HELLO, no idle time
// and no maximum life, so that a person at a prompt is never cut off.
type Local struct {
	Address     string
	Certificate *x509.Certificate
	Login       modes.Login

	signals chan os.Signal
	done    sync.WaitGroup
}

// StartLocal starts one. Stop it when done.
func StartLocal(ctx context.Context) (*Local, error) {
	id, err := keys.Memory(time.Now)
	if err != nil {
		return nil, modes.Coded(modes.ExitUsage, err)
	}
	l := &Local{
		Certificate: id.Certificate.Leaf, signals: make(chan os.Signal, 1),
		Login: modes.Login{User: "user-" + rand.Text()[:6], Password: rand.Text()},
	}
	signer, err := keys.NewSigner(keys.RandomSecret(), time.Now)
	if err != nil {
		return nil, modes.Coded(modes.ExitUsage, err)
	}
	core, err := wire.NewServer(wire.ServerConfig{
		Login: l.check, Token: token(signer), RefuseToken: refuseToken(signer),
		Now: time.Now, Random: rand.Reader, Rekey: 10,
	})
	if err != nil {
		return nil, modes.Coded(modes.ExitUsage, err)
	}
	listeners, err := listen(ctx, []string{"127.0.0.1:0"}, 0)
	if err != nil {
		return nil, err
	}
	l.Address = listeners[0].Addr().String()
	srv := newServer(core, id, slog.New(slog.DiscardHandler))
	srv.timeouts.hello = 0
	l.done.Go(func() { _ = srv.serveUntil(listeners, l.signals, time.Second) })
	return l, nil
}

func (l *Local) check(_ context.Context, name string, password []byte) (wire.User, error) {
	if name != l.Login.User {
		return wire.User{}, keys.ErrUnknownUser
	}
	if string(password) != l.Login.Password {
		return wire.User{}, keys.ErrWrongPassword
	}
	return wire.User{Name: name, ID: 1}, nil
}

// Stop ends the server and waits for it.
func (l *Local) Stop() {
	l.signals <- os.Interrupt
	l.done.Wait()
}
