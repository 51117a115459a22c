package decode

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proto/modes"
)

// TestStoppedInSilence: what is stopped while it waits for a pipe ends, with all that has
// come.
func TestStoppedInSilence(t *testing.T) {
	for workers := 1; workers <= 2; workers++ {
		synctest.Test(t, func(t *testing.T) {
			in, feed := io.Pipe()
			var out strings.Builder
			o := &options{json: true, workers: workers}
			p := &modes.Process{In: in, Out: &out, Err: io.Discard, Env: func(string) string { return "" }}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- o.run(ctx, p) }()
			if _, err := io.WriteString(feed, `{"header":{},"data":{"message-type":"CLOSE"}}`+"\n"+`{"header":{},"da`); err != nil {
				t.Fatal(err)
			}
			synctest.Wait() // for more
			start := time.Now()
			stop()
			var e *modes.Error
			if err := <-ended; !errors.As(err, &e) || e.Code != modes.ExitNotWell || strings.Count(out.String(), "\n") != 2 {
				t.Errorf("%v: %s", err, out.String())
			}
			if took := time.Since(start); took > lastWait {
				t.Errorf("ended after %v", took)
			}
			feed.Close()
		})
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

// TestStoppedFile: a file that is stopped within a frame does not end there: that frame is not
// said to be cut off.
func TestStoppedFile(t *testing.T) {
	var text bytes.Buffer
	if err := writeTraffic(&text, 4*readSize, false); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "capture")
	within := bytes.LastIndexByte(text.Bytes()[:2*readSize], '\n') - 10
	for end, want := range map[int]int{text.Len(): 0, within: 1} { // the second is read to its end
		if err := os.WriteFile(file, text.Bytes()[:end], 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		c, f := newCapture(&options{files: []string{file}}, new(modes.Process)), &finder{tokens: newTokens()}
		frames, cut := 0, 0
		for b := newBatch(); c.read(ctx, b) == nil; b.reset() {
			f.scan(b)
			for _, r := range b.records {
				if frames++; !r.whole {
					cut++
				}
			}
			if want == 0 {
				stop() // behind the first piece
			}
		}
		stop()
		if frames < 500 || cut != want {
			t.Errorf("%d bytes: %d frames, %d of them cut off, want %d", end, frames, cut, want)
		}
	}
}
