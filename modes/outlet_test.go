package modes

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// valve is a writer that takes nothing while it is shut.
type valve struct {
	bytes.Buffer
	open chan struct{}
}

func (v *valve) Write(b []byte) (int, error) {
	<-v.open
	return v.Buffer.Write(b)
}

// TestOutlet: all arrives, in order, and how it went is told, before ctx ends and after.
func TestOutlet(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var b bytes.Buffer
	out := NewOutlet(ctx, &b)
	want := ""
	for i := range 100 {
		line := strings.Repeat(string(rune('a'+i%26)), 100-i)
		if n, err := io.WriteString(out, line); n != len(line) || err != nil {
			t.Errorf("%d %v", n, err)
		}
		if want += line; b.String() != want {
			t.Fatalf("%q, want %q", b.String(), want)
		}
		if i == 50 {
			end()
		}
	}
	out.Stop()

	near, far := io.Pipe()
	why := errors.New("enough")
	near.CloseWithError(why)
	out = NewOutlet(t.Context(), far)
	if n, err := out.Write([]byte("x")); n != 0 || err != why {
		t.Errorf("%d %v", n, err)
	}
	out.Stop()
}

// TestOutletShut: what is not taken is waited for, until ctx ends and lastWait is over;
// from then on nothing is.
func TestOutletShut(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		opens time.Duration
		took  time.Duration
		err   error
	}{
		"slow":          {time.Hour - s, time.Hour - s, nil},
		"just in time":  {time.Hour + lastWait - 1, time.Hour + lastWait - 1, nil},
		"after its end": {time.Hour + s, time.Hour + lastWait, ErrNobodyReads},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, end := context.WithTimeout(t.Context(), time.Hour)
				defer end()
				v := &valve{open: make(chan struct{})}
				time.AfterFunc(c.opens, func() { close(v.open) })
				out := NewOutlet(ctx, v)
				start := time.Now()
				line := []byte("one\n")
				if _, err := out.Write(line); err != c.err || time.Since(start) != c.took {
					t.Errorf("%v after %v, want %v after %v", err, time.Since(start), c.err, c.took)
				}
				copy(line, "two") // whoever wrote it may use it again
				start = time.Now()
				if _, err := out.Write(line); err != c.err || time.Since(start) != 0 {
					t.Errorf("the second: %v after %v", err, time.Since(start))
				}
				out.Stop()
				time.Sleep(2 * s)
				synctest.Wait()
				want := "one\n"
				if c.err == nil {
					want += "two\n"
				}
				if v.String() != want {
					t.Errorf("%q, want %q", v.String(), want)
				}
			})
		})
	}
}
