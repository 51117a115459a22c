//go:build unix

package keys

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// watched are users whose file is looked at each second of a clock, and what is heard of it.
type watched struct {
	*Users
	t     *testing.T
	dir   string
	now   time.Time
	heard []string
}

func watch(t *testing.T, users *Users, dir string) *watched {
	w := &watched{Users: users, t: t, dir: dir, now: clock}
	users.Watch(func() time.Time { return w.now }, func(err error) {
		w.heard = append(w.heard, strings.ReplaceAll(fmt.Sprint(err), dir+string(filepath.Separator), ""))
	})
	return w
}

// hears wants these news, and alice with her password, by time and when the file is to be read again.
func (w *watched) hears(what string, byTime, byReread []string) {
	w.t.Helper()
	look := func(how string, times int, look func(), want []string) {
		w.t.Helper()
		w.heard = nil
		for range times {
			w.now = w.now.Add(time.Minute)
			look()
		}
		if !slices.Equal(w.heard, want) {
			w.t.Errorf("%s, %s: heard %q, want %q", what, how, w.heard, want)
		}
		if _, err := w.Check(w.t.Context(), "alice", []byte("one")); err != nil {
			w.t.Errorf("%s, %s: %v", what, how, err)
		}
	}
	look("by time", 3, w.Look, byTime)
	look("again", 1, w.Reread, byReread)
	look("by time after that", 3, w.Look, nil)
}

// TestUsersNoFile: what takes the place of the file keeps nobody waiting, and is told once by time, and each time it is
// asked for.
func TestUsersNoFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "users")
	line := "alice:" + hashOf(t, "one", bcrypt.MinCost)
	write(t, dir, "users", line)
	users, err := LoadUsers(path)
	if err != nil {
		t.Fatal(err)
	}
	w := watch(t, users, dir)
	w.hears("as it was", nil, []string{"<nil>"})
	become := func(make func() error) {
		t.Helper()
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := make(); err != nil {
			t.Fatal(err)
		}
	}
	become(func() error { return syscall.Mkfifo(path, 0o600) })
	pipe := []string{"cannot read users again: it is no regular file"}
	w.hears("a pipe", pipe, pipe)
	become(func() error { return os.Mkdir(path, 0o700) })
	folder := []string{"cannot read users: it is a directory"}
	w.hears("a folder", folder, folder)
	become(func() error { return os.WriteFile(path, []byte(line+"\n"), 0o600) })
	w.hears("a file", []string{"<nil>"}, []string{"<nil>"})
}

// TestUsersFromPipe: users that came through a pipe are read once, as whoever has given one knows: that is told when
// they are to be read again, and not by time.
func TestUsersFromPipe(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "users")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	line := "alice:" + hashOf(t, "one", bcrypt.MinCost)
	written := make(chan error)
	go func() { written <- os.WriteFile(path, []byte(line), 0o600) }()
	users, err := LoadUsers(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	w := watch(t, users, dir)
	w.hears("a pipe", nil, []string{"cannot read users again: it is no regular file"})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	w.hears("gone", []string{"cannot read users: no such file"}, []string{"cannot read users: no such file"})
	write(t, dir, "users", line)
	w.hears("a file", []string{"<nil>"}, []string{"<nil>"})
}
