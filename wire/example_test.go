package wire_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"proto/wire"
)

// A value of the protocol description's worked example, which is of the older
// dialect: data has no +1269 and its text no padding. For today's the Dialect is
// the zero one.
func ExampleParseChain() {
	chain, _ := wire.ParseChain([]byte(key1), []byte(key2), wire.Dialect{Unshifted: true, Unpadded: true})
	text, err := chain.Open(nil, []byte("12621679940747315704"))
	fmt.Printf("%s %v\n", text, err)
	// Output: qzzqbinx <nil>
}

const (
	key1 = "56143797824841494679021642319300020262282527220539511750690840295639543043255"
	key2 = "156046093517905918062671563777744272733"
)

// What a frame of a capture says, in either spelling. Numbers stay digits.
func ExampleParse() {
	var f wire.Frame
	_, err := wire.Parse([]byte(`{'header': {}, 'data': {'sequesce': 2, 'sessionId': 1, 'message-type': 'DATA_RESPONSE', 'data': 84722}}`), wire.Limits{}, &f)
	sequence, _ := f.Data.Get("sequesce").Int64()
	fmt.Println(f.Type().Is(wire.TypeResponse), sequence, string(f.Data.Get("data").Raw()), err)
	// Output: true 2 84722 <nil>
}

// All frames of a stream, however they lie in it.
func ExampleReader() {
	reader := wire.NewReader(strings.NewReader(`{"header":{},"data":{"message-type":"HELLO_ACK"}}{'header':{},'data':{'message-type':'CLOSE'}} {`), wire.Limits{})
	for {
		f, err := reader.Next()
		if err != nil {
			fmt.Println(err) // io.EOF where the stream ends behind a frame
			return
		}
		kind, _ := f.Type().Text()
		fmt.Println(kind)
	}
	// Output:
	// HELLO_ACK
	// CLOSE
	// byte 96: expected the rest of the frame, found end of stream
}

// A whole session without a connection: each frame that one state machine writes is
// parsed and given to the other. So it is tested, and so it goes over whatever is
// no net.Conn.
func ExampleClient() {
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
		Login: func(_ context.Context, name string, password []byte) (wire.User, error) {
			if name != "test" || string(password) != "test" {
				return wire.User{}, errors.New("wrong user name or password")
			}
			return wire.User{Name: "client1"}, nil
		},
		Token: func(wire.User, int64, time.Time, time.Time) (string, error) {
			return rand.Text(), nil
		},
		RefuseToken: func(string, int64) error { return errors.New("not the one issued") },
		Text:        func() string { return "twenty degrees" },
		Rekey:       10,
	})
}
