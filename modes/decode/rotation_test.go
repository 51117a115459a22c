package decode

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// rotated is a log that is followed while it is rotated, in the time of a bubble.
type rotated struct {
	t    *testing.T
	name string
	open map[string]*os.File
	out  watched
	over chan error
	stop context.CancelFunc
	f    *followed
}

func newRotated(t *testing.T) *rotated {
	r := &rotated{t: t, name: filepath.Join(t.TempDir(), "log"), open: make(map[string]*os.File), over: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	r.stop, r.f = cancel, &followed{ctx: ctx, name: r.name}
	return r
}

// do carries out a line: `old: text` writes to the file that was made as old, `old!`
// makes it, in place of the one that has the name; `3s` passes the time.
func (r *rotated) do(step string) {
	r.t.Helper()
	file, text, writes := strings.Cut(step, ":")
	switch {
	case writes:
		if _, err := r.open[file].WriteString(text); err != nil {
			r.t.Fatal(err)
		}
	case strings.HasSuffix(step, "!"):
		if err := os.Rename(r.name, fmt.Sprintf("%s.%d", r.name, len(r.open))); err != nil && len(r.open) > 0 {
			r.t.Fatal(err)
		}
		f, err := os.Create(r.name)
		if err != nil {
			r.t.Fatal(err)
		}
		r.t.Cleanup(func() { f.Close() })
		r.open[strings.TrimSuffix(step, "!")] = f
	default:
		d, err := time.ParseDuration(step)
		if err != nil {
			r.t.Fatal(err)
		}
		time.Sleep(d)
		synctest.Wait()
	}
}

// begin reads until it is stopped.
func (r *rotated) begin() {
	go func() {
		for b := make([]byte, 100); ; {
			n, err := r.f.Read(b)
			if _, _ = r.out.Write(b[:n]); err != nil {
				r.over <- err
				return
			}
		}
	}()
}

// got is what has been read, without newlines.
func (r *rotated) got() string {
	r.out.mu.Lock()
	defer r.out.mu.Unlock()
	return strings.ReplaceAll(r.out.text.String(), "\n", "")
}

// TestFollowLate: what is written to a file after another has its name is read, before
// what is in that one, where it comes soon.
func TestFollowLate(t *testing.T) {
	for name, test := range map[string]struct {
		steps, want string
	}{
		"logrotate, create":        {"a! a:1\n 1s b! 300ms a:2\n 300ms b:3\n 3s", "123"},
		"both write":               {"a! a:1\n 1s b! b:3\n 500ms a:2\n 3s", "123"},
		"the new one is empty":     {"a! a:1\n 1s b! 30s a:2\n 30s a:3\n 1s b:4\n 2s", "1234"},
		"late":                     {"a! a:1\n 1s b! b:2\n 5s a:3\n 1s b:4\n 2s", "1234"},
		"late, within a line":      {"a! a:1\n 1s b! b:2\n 5s b:3 200ms a:6\n 500ms b:4\n b:5\n 2s", "123456"},
		"late, no end of the line": {"a! a:1\n 1s b! b:2\n 5s b:3 200ms a:4\n 2s b:5\n 2s", "12345"},
		"never quiet":              {"a! a:1\n 1s b! b:x\n " + strings.Repeat("a:1\n 600ms ", 20) + "1s", strings.Repeat("1", 18) + "x111"},
		"too late":                 {"a! a:1\n 1s b! b:2\n 2m a:3\n b:4\n 1s", "124"},
		"passed over":              {"a! a:1\n 1s b! 1s c! c:2\n 3s", "12"},
		"passed over, and late":    {"a! a:1\n 1s b! 1s c! c:2\n 4s b:3\n 1s c:4\n 1s", "1234"},
		"many at once":             {"a! a:1\n 1s b! b:2\n 200ms c! c:3\n 200ms d! d:4\n 200ms e! e:5\n 5s", "12345"},
		"stopped at once":          {"a! a:1\n 1s b! a:2\n b:3\n", "123"},
		"stopped soon":             {"a! a:1\n 1s b! a:2\n b:3\n 300ms", "123"},
		"stopped, many":            {"a! a:1\n 1s b! b:2\n 200ms c! c:3\n", "123"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRotated(t)
			for i, step := range strings.Split(test.steps, " ") {
				if i == 1 {
					r.begin()
				}
				r.do(step)
			}
			r.stop()
			<-r.over
			if got := r.got(); got != test.want {
				t.Errorf("%s: %q, want %q", name, got, test.want)
			}
			r.f.Close()
		})
	}
}

// TestFollowCopiedOn: an old file that is written anew, as where old logs are copied on,
// is not read again; nor are there ever more than a few open.
func TestFollowCopiedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRotated(t)
		r.do("a!")
		r.do("a:1\n")
		r.begin()
		r.do("1s")
		want := "1"
		for i := range 20 {
			r.do("b!")
			text := fmt.Sprintf("b:%d\n", i)
			r.do(text)
			r.do("2s")
			want += text[2 : len(text)-1]
			if err := os.WriteFile(r.name+fmt.Sprintf(".%d", min(i+1, 2)), []byte("what is in it now\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			r.do("1s")
		}
		r.stop()
		<-r.over
		if got := r.got(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if n := len(r.f.tails); n > maxTails {
			t.Errorf("%d files are open", n)
		}
		r.f.Close()
	})
}

// TestFollowForgets: what lost its name is closed when it has been quiet for long, from
// then on; what has the name never is.
func TestFollowForgets(t *testing.T) {
	for passed, want := range map[string]int{"10s": 2, "2m": 1, "10m": 1} {
		synctest.Test(t, func(t *testing.T) {
			r := newRotated(t)
			r.do("a!")
			r.do("a:1\n")
			r.begin()
			for _, step := range []string{"10m", "b!", "b:2\n", passed} {
				r.do(step)
			}
			r.stop()
			<-r.over
			if got := r.got(); got != "12" {
				t.Errorf("%q", got)
			}
			if n := len(r.f.tails); n != want || r.f.lead != n-1 {
				t.Errorf("after %s %d files are open, not %d, and %d is read", passed, n, want, r.f.lead)
			}
			r.f.Close()
		})
	}
}
