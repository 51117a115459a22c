package decode

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"proto/modes"
)

// watched is an output that a test reads while it is written.
type watched struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

// waitFor waits until so many lines have been printed.
func (w *watched) waitFor(t *testing.T, lines int) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		w.mu.Lock()
		text := w.text.String()
		w.mu.Unlock()
		if strings.Count(text, "\n") >= lines {
			return text
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d lines do not come:\n%s", lines, text)
		}
	}
}

// TestFollow: -f shows each frame as it is written, over rotation and truncation.
func TestFollow(t *testing.T) {
	lines, texts := traffic(t, 9_000)
	name := filepath.Join(t.TempDir(), "server.log")
	add := func(from, to int, flag int) {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|flag, 0o600)
		if err == nil {
			_, err = f.WriteString(strings.Join(lines[from:to], ""))
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add(0, 4, os.O_APPEND)
	var out watched
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o := &options{files: []string{name}, text: true, follow: true, workers: 2}
	p := &modes.Process{Out: &out, Err: io.Discard, Env: func(string) string { return "" }}
	over := make(chan error)
	go func() { over <- o.run(ctx, p) }()
	out.waitFor(t, 1)
	add(4, 10, os.O_APPEND)
	out.waitFor(t, 4)
	if err := os.Rename(name, name+".1"); err != nil { // rotated
		t.Fatal(err)
	}
	add(10, 16, os.O_APPEND)
	out.waitFor(t, 7)
	add(16, 18, os.O_TRUNC) // truncated
	got := out.waitFor(t, 8)
	if want := strings.Join(texts[:8], "\n") + "\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	cancel()
	select {
	case <-over:
	case <-time.After(10 * time.Second):
		t.Error("it does not end")
	}
}
