//go:build unix

package modes

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// record writes one frame to a file.
func record(t *testing.T, name string) {
	t.Helper()
	r, err := OpenRecord(name, Recording{})
	if err != nil {
		t.Fatal(err)
	}
	r.Tape("192.0.2.1:7").Record(ToServer, []byte("{}"))
	r.Close()
}

func wantFile(t *testing.T, name string, mode fs.FileMode, lines int) (text string) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if n := strings.Count(string(b), "\n"); err != nil || info.Mode().Perm() != mode || n != lines {
		t.Errorf("mode %v, %d lines, want %v and %d: %s", info.Mode().Perm(), n, mode, lines, b)
	}
	return string(b)
}

func TestRecordFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "new")
	record(t, name)
	wantFile(t, name, 0o600, 1)
	record(t, name)
	wantFile(t, name, 0o600, 2)

	// another's file keeps its mode and what is in it; a torn line is ended
	theirs := filepath.Join(dir, "theirs")
	if err := os.WriteFile(theirs, []byte("{}\n{\"time"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(theirs, 0o644); err != nil {
		t.Fatal(err)
	}
	record(t, theirs)
	if text := wantFile(t, theirs, 0o644, 3); !strings.HasPrefix(text, "{}\n{\"time\n{\"time\":\"") {
		t.Errorf("what was there is changed: %s", text)
	}

	// a link that leads to no file yet
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "far"), link); err != nil {
		t.Fatal(err)
	}
	record(t, link)
	wantFile(t, filepath.Join(dir, "far"), 0o600, 1)
}

func TestRecordFileRefused(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{dir, filepath.Join(dir, "nothere", "file")} {
		_, err := OpenRecord(name, Recording{})
		var e *Error
		if !errors.As(err, &e) || e.Code != ExitUsage || e.Hint == "" || !strings.HasPrefix(e.Message, "cannot write ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRecordPipe: a named pipe holds nothing up; what is recorded while nobody reads it
// is counted, and the rest reaches whoever reads.
func TestRecordPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	if err := CheckRecord(name); err != nil {
		t.Error(err)
	}
	failed, dropped := make(chan error, 1), int64(0)
	r, err := OpenRecord(name, Recording{Failed: func(err error) { failed <- err }, Dropped: func(n int64) { dropped = n }})
	if err != nil {
		t.Fatal(err)
	}
	tape := r.Tape("192.0.2.1:7")
	tape.Record(ToServer, []byte("{1}"))
	if err := <-failed; err != errNobodyReads {
		t.Error(err)
	}
	reader, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	tape.Record(ToServer, []byte("{2}"))
	r.Close()
	text, err := io.ReadAll(reader)
	lines := strings.SplitAfter(string(text), "\n")
	if err != nil || len(lines) != 3 || lines[0] != "{\"dropped\":1}\n" || !strings.Contains(lines[1], "{2}") || dropped != 1 {
		t.Errorf("%q %v, %d dropped", text, err, dropped)
	}
}

// TestRecordFullPipe: one whose reader takes nothing is left for good, with what waits
// to be written to it.
func TestRecordFullPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	reader, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	dropped := int64(0)
	r, err := OpenRecord(name, Recording{Failed: func(error) {}, Dropped: func(n int64) { dropped = n }})
	if err != nil {
		t.Fatal(err)
	}
	tape := r.Tape("192.0.2.1:7")
	for range 1000 {
		tape.Record(ToServer, bytes.Repeat([]byte("x"), 1000))
	}
	r.shut(10 * time.Millisecond)
	<-r.ended // else the test never ends
	if dropped == 0 {
		t.Error("nothing is missing of what is more than a pipe holds")
	}
	if n, err := r.out.w.Write([]byte("x")); n != 0 || !errors.Is(err, os.ErrClosed) {
		t.Errorf("after its end: %d %v", n, err)
	}
}

// TestCheckRecord: it says what OpenRecord says, and leaves nothing behind.
func TestCheckRecord(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	mustNot := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	mustNot(os.WriteFile(at("old"), []byte("{}\n"), 0o600))
	mustNot(os.WriteFile(at("locked"), nil, 0o400))
	mustNot(os.Symlink("new", at("link")))
	mustNot(os.Symlink(at("link"), at("link to a link")))
	mustNot(os.Symlink("missing/new", at("link to nowhere")))
	mustNot(os.Symlink("loop", at("loop")))
	mustNot(syscall.Mkfifo(at("pipe"), 0o600))
	mustNot(syscall.Mkfifo(at("locked pipe"), 0o400))
	root := os.Geteuid() == 0 // whom no mode stops
	for name, good := range map[string]bool{
		"new": true, "old": true, "link": true, "link to a link": true, "pipe": true, "locked": root, "locked pipe": root,
		"link to nowhere": false, "loop": false, "missing/new": false, "": false,
	} {
		before, err := os.ReadDir(dir)
		mustNot(err)
		err = CheckRecord(at(name))
		if (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadDir(dir); len(after) != len(before) {
			t.Errorf("%s: %d files, were %d", name, len(after), len(before))
		}
		r, opened := OpenRecord(at(name), Recording{})
		if r.Close(); (opened == nil) != good || err != nil && opened.Error() != err.Error() {
			t.Errorf("%s: checked %v, opened %v", name, err, opened)
		}
		if name != "old" && good && !strings.Contains(name, "pipe") && name != "locked" {
			os.Remove(at("new"))
		}
	}
}
