package serve

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"proto/modes"
)

// dialAdmin connects to --admin and says something.
func (w *watched) dialAdmin(request string) net.Conn {
	w.t.Helper()
	near, far := net.Pipe()
	w.t.Cleanup(func() { near.Close() })
	w.admin.conns <- from{far, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}}
	if request != "" {
		_, err := io.WriteString(near, request)
		fatal(w.t, err)
	}
	synctest.Wait()
	return near
}

// closed says whether the other end of a pipe has been closed.
func closed(nc net.Conn) bool {
	return errors.Is(nc.SetWriteDeadline(time.Time{}), io.ErrClosedPipe)
}

const adminRequest = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"

// TestAdminBounded: over adminMost connections the next is closed, until one of them goes.
func TestAdminBounded(t *testing.T) {
	watching(t, options{}, func(t *testing.T, w *watched) {
		var idle []net.Conn
		for range adminMost {
			idle = append(idle, w.dialAdmin(""))
		}
		for i, nc := range idle {
			if closed(nc) {
				t.Errorf("connection %d is closed", i)
			}
		}
		if !closed(w.dialAdmin("")) {
			t.Error("one more is not")
		}
		idle[7].Close()
		synctest.Wait()
		if r := w.get("/healthz", ""); r.StatusCode != http.StatusOK {
			t.Error(r.Status)
		}
		time.Sleep(2 * time.Minute)
		for range adminMost { // all have gone
			if closed(w.dialAdmin("")) {
				t.Fatal("closed")
			}
		}
	})
}

// TestAdminSetAside: open files for them are set aside.
func TestAdminSetAside(t *testing.T) {
	for _, aside := range []int{0, adminMost} {
		out := &output{}
		log, err := modes.NewLog(out, "json", slog.LevelInfo)
		fatal(t, err)
		l := readFlags(t, usual)
		l.aside = aside
		(&server{log: log}).limit(l, nil, 20_000)
		if e := out.events(t, "limits"); len(e) != 1 || e[0]["connections"] != float64(derated(20_000-aside)) {
			t.Errorf("%d: %v", aside, e)
		}
	}
}

// TestAdminDeadlines: who sends nothing, sends half, asks no more or does not read is closed.
func TestAdminDeadlines(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		reads   bool
		within  time.Duration
	}{
		"nothing":       {"", false, adminTimeout},
		"half":          {adminRequest[:20], false, adminTimeout},
		"does not read": {adminRequest, false, adminTimeout},
		"no more":       {adminRequest, true, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			watching(t, options{}, func(t *testing.T, w *watched) {
				nc := w.dialAdmin(c.request)
				if c.reads {
					r, err := http.ReadResponse(bufio.NewReader(nc), nil)
					fatal(t, err)
					_, err = io.Copy(io.Discard, r.Body)
					fatal(t, err)
				}
				time.Sleep(c.within - time.Nanosecond)
				if synctest.Wait(); closed(nc) {
					t.Error("closed too soon")
				}
				time.Sleep(adminTimeout + time.Second) // what it says of that may be read for as long
				if synctest.Wait(); !closed(nc) {
					t.Errorf("open long after %v", c.within)
				}
			})
		})
	}
}

// TestAdminProfile: one that takes longer than a request may is made.
func TestAdminProfile(t *testing.T) {
	watching(t, options{}, func(t *testing.T, w *watched) {
		start := time.Now()
		r := w.get("/debug/pprof/allocs?seconds=90", "")
		if took := time.Since(start); r.StatusCode != http.StatusOK || took != 90*time.Second {
			t.Errorf("%s after %v", r.Status, took)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
	})
}
