package wire_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"proto/wire"
)

// A value of the protocol description's worked example, which is of the older
// dialect: data has no +1269 and its text no padding.
func ExampleChain_Open() {
	key, _ := wire.ParseKey([]byte("56143797824841494679021642319300020262282527220539511750690840295639543043255"))
	iv, _ := wire.ParseIV([]byte("156046093517905918062671563777744272733"))
	chain := wire.NewChain(key, iv, wire.Dialect{Unshifted: true, Unpadded: true})
	text, err := chain.Open(nil, []byte("12621679940747315704"))
	fmt.Printf("%s %v\n", text, err)
	// Output: qzzqbinx <nil>
}

// A whole session, both halves of it, without a connection: each frame that one
// side writes is parsed and given to the other.
func Example() {
	server, err := newServer()
	if err != nil {
		fmt.Println(err)
		return
	}
	exchange := func(request []byte) *wire.Frame {
		var asked, answered wire.Frame
		if _, err := wire.Parse(request, wire.Limits{}, &asked); err != nil {
			fmt.Println(err)
			return nil
		}
		v := server.Answer(context.Background(), nil, &asked, netip.MustParseAddr("127.0.0.1"))
		if _, err := wire.Parse(v.Reply, wire.Limits{}, &answered); err != nil {
			return nil // CLOSE has no answer
		}
		return &answered
	}

	var client wire.Client
	hello, _ := client.Hello(nil, wire.Hello{MAC: "02:fc:00:00:00:01", User: "test", Password: "test", Sequence: 1})
	if _, err := client.Receive(exchange(hello)); err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		request, _ := client.Request(nil)
		answer, err := client.Receive(exchange(request))
		fmt.Printf("%d %s %v\n", answer.Sequence, answer.Text, err)
	}
	bye, _ := client.Close(nil)
	fmt.Println(exchange(bye) == nil)
	// Output:
	// 2 twenty degrees <nil>
	// 3 twenty degrees <nil>
	// true
}

// newServer is a server of one user, for whom everything is twenty degrees.
func newServer() (*wire.Server, error) {
	return wire.NewServer(wire.ServerConfig{
		Login: func(_ context.Context, name, password string) (wire.User, error) {
			if name != "test" || password != "test" {
				return wire.User{}, errors.New("wrong user name or password")
			}
			return wire.User{Name: "client1"}, nil
		},
		Token: func(wire.User, int64, time.Time, time.Time) (string, error) {
			return rand.Text(), nil
		},
		RefuseToken: func(string, int64) error { return errors.New("not the one issued") },
		Text:        func() string { return "twenty degrees" },
		Now:         time.Now,
		Random:      rand.Reader,
		Rekey:       10,
	})
}
