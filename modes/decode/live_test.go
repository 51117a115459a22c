package decode

import (
	"bufio"
	"context"
	"errors"
	"io"
	"testing"

	"proto/modes"
)

// TestStoppedInSilence: what is stopped while it waits for a pipe ends at once, with all
// that has come.
func TestStoppedInSilence(t *testing.T) {
	for workers := 1; workers <= 2; workers++ {
		in, feed := io.Pipe()
		read, out := io.Pipe()
		o := &options{json: true, workers: workers}
		p := &modes.Process{In: in, Out: out, Err: io.Discard, Env: func(string) string { return "" }}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() {
			ended <- o.run(ctx, p)
			out.Close()
		}()
		go func() {
			_, _ = io.WriteString(feed, `{"header":{},"data":{"message-type":"CLOSE"}}`+"\n"+`{"header":{},"da`)
		}()
		lines := bufio.NewScanner(read)
		if !lines.Scan() {
			t.Fatal("nothing was printed")
		}
		stop()
		cut := 0
		for lines.Scan() {
			cut++
		}
		var e *modes.Error
		if err := <-ended; !errors.As(err, &e) || e.Code != modes.ExitNotWell || cut != 1 {
			t.Errorf("%v, %d lines for the frame that was cut", err, cut)
		}
		feed.Close()
	}
}

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
