package decode

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
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

// waitFor waits until so many lines have been printed, in the time of a bubble.
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

// startFollowing runs `decode -f` on a file until it is stopped.
func startFollowing(t *testing.T, name string, workers int) (out *watched, stop func()) {
	t.Helper()
	out = &watched{}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	o := &options{files: []string{name}, text: true, follow: true, workers: workers}
	p := &modes.Process{Out: out, Err: io.Discard, Env: func(string) string { return "" }}
	over := make(chan error, 1)
	go func() { over <- o.run(ctx, p) }()
	return out, func() {
		t.Helper()
		cancel()
		select {
		case <-over:
		case <-time.After(10 * time.Second):
			t.Error("it does not end")
		}
	}
}

// TestFollow: -f shows each frame as it is written, over rotation and truncation.
func TestFollow(t *testing.T) { synctest.Test(t, testFollow) }

func testFollow(t *testing.T) {
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
	out, stop := startFollowing(t, name, 2)
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
	stop()
}

// TestFollowWriter: while a writer goes on, rotation loses nothing: what it wrote to
// the old file just before is read, too.
func TestFollowWriter(t *testing.T) { synctest.Test(t, testFollowWriter) }

func testFollowWriter(t *testing.T) {
	lines, texts := traffic(t, 30_000)
	texts = texts[:(len(lines)-2)/2]
	name := filepath.Join(t.TempDir(), "server.log")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	out, stop := startFollowing(t, name, 1)
	written := 0 // answers
	for i, line := range lines[:2+2*len(texts)] {
		// In parts, as a writer's buffer would.
		for _, part := range []string{line[:len(line)/2], line[len(line)/2:]} {
			if _, err := file.WriteString(part); err != nil {
				t.Fatal(err)
			}
		}
		if i%2 == 0 || i == 1 {
			continue
		}
		written++
		if written%8 == 1 {
			out.waitFor(t, written) // the reader has come to this file
		}
		if written%8 == 0 {
			next, err := os.Create(name + ".new")
			if err == nil {
				err = os.Rename(name, name+".old")
			}
			if err == nil {
				err = os.Rename(name+".new", name)
			}
			if err != nil {
				t.Fatal(err)
			}
			file.Close()
			file = next
		}
	}
	defer file.Close()
	got := out.waitFor(t, written)
	if want := strings.Join(texts, "\n") + "\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	stop()
}

// TestFollowRotationRace: what is written between the end that was read and the
// rotation is not lost.
func TestFollowRotationRace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	put := func(name, text string) {
		t.Helper()
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err == nil {
			_, err = f.WriteString(text)
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put(name, "one")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	f := &followed{ctx: ctx, name: name}
	defer f.Close()
	read := func() string {
		t.Helper()
		b := make([]byte, 100)
		n, err := f.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	if got := read(); got != "one" {
		t.Fatalf("%q", got)
	}
	put(name, "two")
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	put(name, "three")
	for _, want := range []string{"two", "three"} {
		if got := read(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestFollowRewritten: a file that is rewritten at once, and is longer then than what was
// read of it, is read from its beginning; one that only grows is read once.
func TestFollowRewritten(t *testing.T) {
	long := strings.Repeat("the same lines at the beginning\n", 200)
	for name, texts := range map[string][]string{
		"another beginning": {"old\n", "new, and longer\n", "newer, and longer still\n"},
		"the same size":     {"one\n", "two\n", "three\n"},
		"the same lines":    {long + "old\n", long + "new, and longer\n"},
		"grown":             {"one\n", "one\ntwo\n", "one\ntwo\nthree\n", long},
	} {
		file := filepath.Join(t.TempDir(), "log")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		f := &followed{ctx: ctx, name: file}
		read := func(want string) {
			t.Helper()
			got := ""
			for b := make([]byte, 700); len(got) < len(want); {
				n, err := f.Read(b)
				if got += string(b[:n]); err != nil {
					t.Fatalf("%s: %q %v, want %q", name, got, err, want)
				}
			}
			if got != want {
				t.Fatalf("%s: %q, want %q", name, got, want)
			}
		}
		before := ""
		for _, text := range texts {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			read(strings.TrimPrefix(text, before))
			before = text
		}
		cancel()
		f.Close()
	}
}
