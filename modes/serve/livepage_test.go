package serve

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// watched is a rig with --admin on a listener in memory.
type watched struct {
	*rig
	admin *memListener
}

func watching(t *testing.T, o options, test func(t *testing.T, w *watched)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{admin: newMemListener()}
		o.change = func(s *server) { s.admin = &admin{listener: w.admin, version: "1.2.3", pprof: true} }
		w.rig = newRig(t, o)
		test(t, w)
	})
}

// eventStream is an answer of --admin that is being read.
type eventStream struct {
	*http.Response
	t     *testing.T
	conn  net.Conn
	lines *bufio.Scanner
}

func (w *watched) get(path, header string) *eventStream {
	w.t.Helper()
	near, far := net.Pipe()
	w.t.Cleanup(func() { near.Close() })
	w.admin.conns <- from{far, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}}
	_, err := fmt.Fprintf(near, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, header)
	fatal(w.t, err)
	r, err := http.ReadResponse(bufio.NewReader(near), nil)
	fatal(w.t, err)
	return &eventStream{Response: r, t: w.t, conn: near, lines: bufio.NewScanner(r.Body)}
}

// next is the next event: its name and data; "" at the end.
func (s *eventStream) next() (name string, b beat) {
	s.t.Helper()
	for s.lines.Scan() {
		switch key, value, _ := strings.Cut(s.lines.Text(), ": "); {
		case key == "event":
			name = value
		case key == "data":
			fatal(s.t, json.Unmarshal([]byte(value), &b))
		case key == "" && name != "":
			return name, b
		}
	}
	return "", b
}

// figures is the next object.
func (s *eventStream) figures() beat {
	s.t.Helper()
	name, b := s.next()
	if name != "figures" {
		s.t.Fatalf("event %q", name)
	}
	return b
}

// TestLivePage: the page comes with its policy, also as a header.
func TestLivePage(t *testing.T) {
	watching(t, options{}, func(t *testing.T, w *watched) {
		r := w.get("/", "Connection: close\r\n")
		body, err := io.ReadAll(r.Body)
		fatal(t, err)
		policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindSubmatch(body)
		if policy == nil || r.Header.Get("Content-Security-Policy") != string(policy[1])+"; frame-ancestors 'none'" {
			t.Errorf("policy %q, header %q", policy, r.Header.Get("Content-Security-Policy"))
		}
		if !strings.Contains(string(policy[1]), "connect-src 'self'") {
			t.Errorf("policy %s", policy[1])
		}
		for name, want := range map[string]string{
			"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if r := w.get("/index.html", ""); r.StatusCode != http.StatusNotFound {
			t.Errorf("another path: %s", r.Status)
		}
	})
}

// TestLiveFigures: what a client does is in the next object, one comes each second, and
// the stream outlives the deadline for requests.
func TestLiveFigures(t *testing.T) {
	watching(t, options{}, func(t *testing.T, w *watched) {
		s := w.get("/events", "Sec-Fetch-Site: same-origin\r\n")
		if got := s.Header.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
			t.Errorf("type %s", got)
		}
		start := time.Now()
		if b := s.figures(); b.Sessions != 0 || b.Answer.Half != nil || b.Version != "1.2.3" || time.Since(start) != 0 {
			t.Errorf("first %+v after %v", b, time.Since(start))
		}
		c := w.login(peerOne)
		c.ask()
		c.ask()
		wrong := w.dial("192.0.2.7:1")
		wrong.send(`{"header":{},"data":{"message-type":"DATA_REQUEST","sequence":2}}`)
		wrong.mustNext()
		b := s.figures()
		if b.Sessions != 1 || b.Opened != 1 || b.Requests != 2 || b.Accepted != 2 {
			t.Errorf("then %+v", b)
		}
		if b.Answer.Half == nil || b.Answer.Late == nil || *b.Answer.Half > *b.Answer.Late || b.Handshake.Half == nil {
			t.Errorf("latency %+v %+v", b.Answer, b.Handshake)
		}
		b = s.figures() // a refusal is counted when the client has had time to read it
		if b.Refused["no session and no HELLO"] != 1 || len(b.Refused) != 1 {
			t.Errorf("refused %v", b.Refused)
		}
		for i := 3; i <= 3*int(adminTimeout/time.Second); i++ {
			b = s.figures()
			if got := time.Since(start); got != time.Duration(i)*time.Second {
				t.Fatalf("object %d after %v", i, got)
			}
		}
		if b.Answer.Half != nil {
			t.Errorf("latency of long ago: %v", *b.Answer.Half)
		}
	})
}

// TestLiveEnd: streams show the drain, say so when it is over, and do not hold it up,
// whether they are read or not.
func TestLiveEnd(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		t.Run(fmt.Sprintf("deaf=%v", deaf), func(t *testing.T) {
			watching(t, options{drain: 9 * time.Second}, func(t *testing.T, w *watched) {
				s := w.get("/events", "")
				s.figures()
				w.login(peerOne).pipe.stopReading() // it keeps the drain for all its time
				start := time.Now()
				w.signals <- os.Interrupt
				if !deaf {
					for {
						name, b := s.next()
						if name == "end" {
							break
						}
						if name != "figures" || !b.Draining {
							t.Fatalf("event %q %+v after %v", name, b, time.Since(start))
						}
					}
					if name, _ := s.next(); name != "" {
						t.Errorf("event %q behind the end", name)
					}
				}
				fatal(t, <-w.ended)
				if took := time.Since(start); took < 9*time.Second || took > 9*time.Second+afterCut {
					t.Errorf("ended after %v", took)
				}
			})
		})
	}
}

// TestLiveEndAtOnce: without clients a server with open streams ends as fast as one
// without, but for the farewell to those that nobody reads.
func TestLiveEndAtOnce(t *testing.T) {
	watching(t, options{}, func(t *testing.T, w *watched) {
		for range maxStreams {
			w.get("/events", "")
		}
		synctest.Wait()
		start := time.Now()
		w.signals <- os.Interrupt
		fatal(t, <-w.ended)
		if took := time.Since(start); took > 2*farewell {
			t.Errorf("ended after %v", took)
		}
	})
}

// TestLiveBounded: of too many streams the last is refused, until one has gone; and
// none is for the page of another site.
func TestLiveBounded(t *testing.T) {
	watching(t, options{}, func(t *testing.T, w *watched) {
		first := w.get("/events", "")
		for range maxStreams - 1 {
			w.get("/events", "")
		}
		if s := w.get("/events", ""); s.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("one more: %s", s.Status)
		}
		if s := w.get("/healthz", ""); s.StatusCode != http.StatusOK {
			t.Errorf("/healthz: %s", s.Status)
		}
		first.conn.Close()
		time.Sleep(2 * figuresEvery)
		if s := w.get("/events", ""); s.StatusCode != http.StatusOK {
			t.Errorf("after one has gone: %s", s.Status)
		}
		if s := w.get("/events", "Sec-Fetch-Site: cross-site\r\n"); s.StatusCode != http.StatusForbidden {
			t.Errorf("of another site: %s", s.Status)
		}
	})
}

// TestBetween: shares of what came since.
func TestBetween(t *testing.T) {
	before := map[string]uint64{"1.000e-03...2.000e-03": 50, "5.000e-01...6.000e-01": 1000}
	now := map[string]uint64{"1.000e-03...2.000e-03": 148, "5.000e-01...6.000e-01": 1000, "9.000e+00...1.000e+01": 2, "0...1.000e-09": 0}
	l := between(before, now)
	if l.Half == nil || *l.Half != 0.002 || l.Late == nil || *l.Late != 10 {
		t.Errorf("%v", l)
	}
	if l := between(now, now); l.Half != nil || l.Late != nil {
		t.Errorf("nothing: %v", l)
	}
	var e *json.UnsupportedValueError
	if _, err := json.Marshal(between(nil, map[string]uint64{"1.000e+18...+Inf": 1})); errors.As(err, &e) {
		t.Error(err)
	}
}
