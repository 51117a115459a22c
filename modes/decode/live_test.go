package decode

import (
	"bufio"
	"context"
	"io"
	"testing"

	"proto/modes"
)

// TestLivePipe: a frame that came through a pipe is printed before more comes.
func TestLivePipe(t *testing.T) {
	frames := []string{
		`{"header":{},"data":{"sequesce":1,"sessionId":1,"message-type":"HELLO_ACK","isAuthencatedUser":"True",` +
			`"key1":62083099969198950088840661006039682774096309907196298908499742085715836180319,"key2":132104839826221409394459996176492231521,"token":"t"}}` + "\n",
		`{"header":{},"data":{"sequesce":2,"sessionId":1,"message-type":"DATA_RESPONSE","data":223811743749390859563444801734298335399}}` + "\n",
	}
	in, feed := io.Pipe()
	read, out := io.Pipe()
	o := &options{text: true, workers: 2}
	p := &modes.Process{In: in, Out: out, Err: io.Discard, Env: func(string) string { return "" }}
	ended := make(chan error, 1)
	go func() { ended <- o.run(context.Background(), p) }()
	for _, f := range frames {
		if _, err := io.WriteString(feed, f); err != nil {
			t.Fatal(err)
		}
	}
	if line, err := bufio.NewReader(read).ReadString('\n'); line != "cersjjaf\n" || err != nil {
		t.Errorf("%q %v", line, err)
	}
	feed.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
