package wire_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"proto/wire"
)

// client is a client in ten lines: it connects, logs in, asks for one text and
// says CLOSE.
func client(ctx context.Context, address string, config *tls.Config) (text string, err error) {
	conn, err := tls.Dial("tcp", address, config)
	if err != nil {
		return "", err
	}
	caller, err := wire.Login(ctx, conn, wire.Hello{MAC: "02:fc:00:00:00:01", User: "test", Password: "test"}, 10*time.Second)
	if err != nil {
		return "", err
	}
	defer caller.Close()
	return caller.Ask()
}

// serve is a server in twenty lines: one user, for whom everything is twenty
// degrees. It has many clients at once, and returns when ctx has ended and all have
// gone.
func serve(ctx context.Context, listener net.Listener) error {
	server, err := wire.NewServer(wire.ServerConfig{
		Login: func(_ context.Context, name string, password []byte) (wire.User, error) {
			if name != "test" || string(password) != "test" {
				return wire.User{}, errors.New("wrong user name or password")
			}
			return wire.User{Name: name, ID: 1}, nil
		},
		Token: func(wire.User, int64, time.Time, time.Time) (string, error) {
			return rand.Text(), nil // clause 3.1 wants a JWT, which keys.Signer makes
		},
		Text:  func() string { return "twenty degrees" },
		Rekey: 10, MaxLife: 35 * time.Minute, Idle: 90 * time.Second,
	})
	if err != nil {
		return err
	}
	return server.Serve(ctx, listener, 10*time.Second)
}

// A client and a server in one program, over TLS. The certificate is one that the
// standard library has for tests; see package keys for one of your own.
func Example() {
	borrowed := httptest.NewTLSServer(nil)
	defer borrowed.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: borrowed.TLS.Certificates})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- serve(ctx, listener) }()

	trust := borrowed.Client().Transport.(*http.Transport).TLSClientConfig
	text, err := client(ctx, listener.Addr().String(), trust)
	fmt.Println(text, err)
	stop()
	fmt.Println(<-ended)
	// Output:
	// twenty degrees <nil>
	// <nil>
}
