package serve

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// stuck is a reader of the log that does not read until it is let.
type stuck struct {
	let chan struct{}
	mu  sync.Mutex
	got strings.Builder
}

func (s *stuck) Write(b []byte) (int, error) {
	<-s.let
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.Write(b)
}

// TestLogQueueBytes: few lines that are long do not take all memory either; a short one
// still finds its place.
func TestLogQueueBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &stuck{let: make(chan struct{})}
		q, err := newLogQueue(out, "text")
		fatal(t, err)
		fmt.Fprintln(q, "first")
		synctest.Wait() // it is being written
		long := strings.Repeat("x", 1<<20-1) + "\n"
		for range 7 {
			_, _ = q.Write([]byte(long))
			_, _ = q.Write([]byte(long[1<<19:]))
		}
		close(out.let)
		synctest.Wait()
		fmt.Fprintln(q, "last")
		synctest.Wait()
		q.close()
		got := out.got.String()
		if n := len(got); n < logBytes || n > logBytes+1000 || !strings.HasPrefix(got, "first\n") || !strings.HasSuffix(got, "\nlast\n") {
			t.Errorf("%d bytes", n)
		}
		if !strings.Contains(got, `msg="log lines lost: it is read too slowly" lines=9`) || q.inAll.Load() != 9 {
			t.Errorf("%d lost", q.inAll.Load())
		}
		if n := q.waiting.Load(); n != 0 {
			t.Errorf("%d bytes wait", n)
		}
	})
}

// TestLogQueue: whoever logs never waits; lines come whole and in order, and those
// that did not fit are counted and told.
func TestLogQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &stuck{let: make(chan struct{})}
		q, err := newLogQueue(out, "text")
		fatal(t, err)
		const lines = logLines + 100
		for i := range lines {
			fmt.Fprintf(q, "line %d\n", i)
			if i == 0 {
				synctest.Wait() // it is being written
			}
		}
		start := time.Now()
		q.close() // and does not wait for ever
		if took := time.Since(start); took != logEnd {
			t.Errorf("closed after %v", took)
		}
		close(out.let)
		q.close()
		var want strings.Builder
		for i := range logLines + 1 {
			fmt.Fprintf(&want, "line %d\n", i)
		}
		got := out.got.String()
		first, rest, _ := strings.Cut(got, "\n")
		told, rest, _ := strings.Cut(rest, "\n")
		if first+"\n"+rest != want.String() || !strings.HasSuffix(told, `msg="log lines lost: it is read too slowly" lines=99`) {
			t.Errorf("%d bytes; told %q", len(got), told)
		}
	})
}

// pieces keeps each write by itself.
type pieces struct {
	let chan struct{}
	all []string
}

func (p *pieces) Write(b []byte) (int, error) {
	<-p.let
	p.all = append(p.all, string(b))
	return len(b), nil
}

// TestLogTogether: lines that wait are written together, whole, and never so many that
// a pipe may mix them with those of others.
func TestLogTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &pieces{let: make(chan struct{})}
		q, err := newLogQueue(out, "text")
		fatal(t, err)
		var want strings.Builder
		line := func(n int) {
			text := strings.Repeat("x", n) + "\n"
			want.WriteString(text)
			_, _ = q.Write([]byte(text))
		}
		line(0)
		synctest.Wait() // it is being written
		for n := range 200 {
			line(n)
		}
		line(2 * atomicWrite) // by itself
		line(7)
		close(out.let)
		q.close()
		if strings.Join(out.all, "") != want.String() {
			t.Error("other lines than were logged")
		}
		for _, piece := range out.all {
			if !strings.HasSuffix(piece, "\n") || len(piece) > atomicWrite && strings.Count(piece, "\n") > 1 {
				t.Errorf("%d bytes, %d lines at once", len(piece), strings.Count(piece, "\n"))
			}
		}
		if most := 3 + want.Len()/atomicWrite*2; len(out.all) > most {
			t.Errorf("%d writes, want at most %d", len(out.all), most)
		}
	})
}

// disk is one that gets full.
type disk struct {
	room int
	got  strings.Builder
}

func (d *disk) Write(b []byte) (int, error) {
	n := min(len(b), d.room)
	d.room -= n
	d.got.Write(b[:n])
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// TestLogDiskFull: lines that a full disk did not take are counted, and told when there is
// room again; a line that it took a part of does not run into the next one.
func TestLogDiskFull(t *testing.T) {
	for _, kind := range []string{"text", "json"} {
		synctest.Test(t, func(t *testing.T) {
			out := &disk{room: 25}
			q, err := newLogQueue(out, kind)
			fatal(t, err)
			for i := range 10 {
				fmt.Fprintf(q, "line %d...\n", i)
				if synctest.Wait(); i == 7 {
					out.room = 1 << 20
				}
			}
			q.close()
			lines := strings.Split(out.got.String(), "\n")
			if got := strings.Join(lines[:4], "|"); got != "line 0...|line 1...|line |line 8..." {
				t.Errorf("%q", lines)
			}
			if told := lines[4]; !strings.Contains(told, "log lines lost: they could not be written") || !strings.Contains(strings.ReplaceAll(told, `"`, ""), "lines"+map[string]string{"text": "=", "json": ":"}[kind]+"6") {
				t.Errorf("told %q", told)
			}
			if got := strings.Join(lines[5:], "|"); got != "line 9...|" {
				t.Errorf("%q", lines)
			}
			if n := q.inAll.Load(); n != 6 {
				t.Errorf("%d lost in all", n)
			}
		})
	}
}
