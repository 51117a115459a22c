package keys_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"proto/keys"
)

// folder is a folder of the example's own.
func folder() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		panic(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }
}

// An identity without any configuration: made at the first run, the same at the
// next. keys.StateDir(os.Getenv) is the folder that proto itself uses.
func ExampleOwn() {
	dir, remove := folder()
	defer remove()
	first, err := keys.Own(dir, time.Now)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := keys.Own(dir, time.Now)
	fmt.Println(filepath.Base(again.CertFile), first.Pin() == again.Pin(), err)
	// Output: cert.crt true <nil>
}

// A certificate and its private key in files, which another tool has made. The pass
// phrase is asked for only if the key is encrypted.
func ExampleLoad() {
	dir, remove := folder()
	defer remove()
	if _, err := keys.Own(dir, time.Now); err != nil {
		fmt.Println(err)
		return
	}
	ask := func() ([]byte, error) { return nil, errors.New("nobody is there to ask") }
	id, err := keys.Load(filepath.Join(dir, "cert.crt"), filepath.Join(dir, "key.pem"), ask, time.Now())
	fmt.Println(id.Certificate.Leaf.Subject.CommonName != "", err)

	_, err = keys.Load(filepath.Join(dir, "cert.crt"), "", ask, time.Now())
	var e *keys.Error
	if errors.As(err, &e) {
		fmt.Println(strings.ReplaceAll(e.Error(), dir, "DIR"))
		fmt.Println(e.HintLine())
	}
	// Output:
	// true <nil>
	// cannot read DIR/cert.crt: no private key in it
	// give its private key with --key FILE
}

// A client that knows the server's pin: neither name nor issuer matter. With
// another key it refuses, and says what it would take to accept.
func ExampleTrust_pin() {
	id, err := keys.Memory(time.Now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("by its pin:", connect(id, id.Pin()))

	other := "sha256//" + strings.Repeat("A", 43) + "="
	var untrusted *keys.Untrusted
	if err := connect(id, other); errors.As(err, &untrusted) {
		fmt.Println(untrusted.Reason, untrusted.Pin == id.Pin())
	}
	// Output:
	// by its pin: <nil>
	// its key is not the pinned one true
}

// connect has a client that trusts this pin shake hands with a server.
func connect(id *keys.Identity, pin string) error {
	pins, err := keys.ParsePin(pin)
	if err != nil {
		return err
	}
	config, err := keys.Trust{Pins: pins}.Config("server.example")
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{id.Certificate}})
	if err != nil {
		return err
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if conn, err := listener.Accept(); err == nil {
			_, _ = io.Copy(io.Discard, conn) // the handshake, and nothing more
			conn.Close()
		}
	}()
	conn, err := tls.Dial("tcp", listener.Addr().String(), config)
	if err == nil {
		err = conn.Close()
	}
	listener.Close()
	<-served
	return err
}

// The users of a file made with htpasswd -B. Whoever is refused learns only that;
// the reason is for the log.
func ExampleUsers_Check() {
	dir, remove := folder()
	defer remove()
	file := filepath.Join(dir, "users.txt")
	if err := os.WriteFile(file, []byte("# our users\nalice:"+hash+"\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	users, err := keys.LoadUsers(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, login := range [][2]string{{"alice", "wonderland"}, {"alice", "looking-glass"}, {"bob", "wonderland"}} {
		user, err := users.Check(context.Background(), login[0], []byte(login[1]))
		fmt.Printf("%q %d %v %v\n", user.Name, user.ID, err, errors.Is(err, keys.ErrWrongLogin))
	}
	// Output:
	// "alice" 2 <nil> false
	// "" 0 wrong password true
	// "" 0 unknown user true
}

const hash = "$2a$04$Oq.UlHfSJWE2xnQmM7u36ulZ8TH5bo4KEcyEt2LGEaFb1eX6PL1gy" // of wonderland, cost 4

// A token for session 7, and what becomes of one that was signed with another key.
func ExampleSigner() {
	start := time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return start.Add(time.Minute) } // time.Now, in a program
	signer, err := keys.NewSigner(keys.RandomSecret(), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := signer.Sign("alice", 2, 7, start, start.Add(35*time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := signer.Parse(token)
	fmt.Println(claims.Name, claims.ID, claims.SID, claims.Expires.UTC().Format(time.TimeOnly), err)

	other, err := keys.NewSigner(keys.RandomSecret(), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = other.Parse(token)
	fmt.Println(err)
	// Output:
	// alice 2 7 12:35:00 <nil>
	// token signed with another key
}
