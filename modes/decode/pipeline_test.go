package decode

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"proto/modes"
)

// endless is a stream of frames without an end.
type endless struct{ text []byte }

func (e *endless) Read(b []byte) (n int, err error) {
	for n < len(b) {
		n += copy(b[n:], e.text)
	}
	return n, nil
}

// failing takes so many bytes and then no more.
type failing struct {
	room int
	err  error
}

func (f *failing) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, f.err
	}
	return len(b), nil
}

// TestPrintingFails: where nothing can be printed any more nothing more is read, with
// one worker and with two.
func TestPrintingFails(t *testing.T) {
	var text bytes.Buffer
	if err := writeTraffic(&text, 100_000, false); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	for _, want := range []error{modes.ErrStdoutClosed, full} {
		for workers := 1; workers <= 2; workers++ {
			o := &options{json: true, workers: workers}
			p := &modes.Process{In: &endless{text.Bytes()}, Out: &failing{1 << 20, want}, Err: io.Discard, Env: func(string) string { return "" }}
			if err := o.run(t.Context(), p); !errors.Is(err, want) {
				t.Errorf("%d workers: %v, want %v", workers, err, want)
			}
		}
	}
}
