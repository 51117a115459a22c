package connect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"proto/modes"
)

const (
	closeFrame   = `{"header":{},"data":{"sequesce":2,"message-type":"CLOSE"}}` + "\n"
	refusalFrame = `{"header":{},"data":{"sequesce":2,"isAuthencatedUser":"false","message-type":"CLOSE"}}` + "\n"
)

// every gives times from 0 on.
func every(interval time.Duration, n int) (times []time.Duration) {
	for i := range n {
		times = append(times, time.Duration(i)*interval)
	}
	return times
}

func interval(d time.Duration) func(*play) { return set(func(s *settings) { s.interval = d }) }
func count(n int) func(*play)              { return set(func(s *settings) { s.count = n }) }

// TestHalfAnHour: a request every 30 s for 30 minutes, then CLOSE.
func TestHalfAnHour(t *testing.T) {
	p := run(t, script{})
	p.want(modes.ExitDone, 30*time.Minute, "")
	p.wantRequests(30*time.Minute, every(30*time.Second, 60)...)
	lines := p.wantLines(60)
	for i, line := range lines {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != fmt.Sprint(i+2) || len(fields[2]) != 8 || fields[3] != "0s" {
			t.Errorf("line %q", line)
		}
		if newKey := strings.HasSuffix(line, "  new key"); newKey != (i%10 == 9) {
			t.Errorf("line %d: new key %t", i+1, newKey)
		}
	}
}

// TestRhythm: when requests are made, whatever the answers take.
func TestRhythm(t *testing.T) {
	slow := func(n int, d time.Duration) func(int) time.Duration {
		return func(i int) time.Duration {
			if i == n {
				return d
			}
			return 0
		}
	}
	const s = time.Second
	for _, c := range []struct {
		name     string
		delay    func(int) time.Duration
		settings func(*settings)
		close    time.Duration
		requests []time.Duration
	}{
		{"count", nil, func(s *settings) { s.count = 3 }, 60 * s, every(30*s, 3)},
		{"count of one", nil, func(s *settings) { s.count = 1 }, 0, every(0, 1)},
		{"no pause", nil, func(s *settings) { s.count, s.interval = 100, 0 }, 0, every(0, 100)},
		{"no pause, slow answers", slow(5, 2*s), func(s *settings) { s.count, s.interval = 5, 0 }, 2 * s, []time.Duration{0, 0, 0, 0, 2 * s}},
		{"no end but count", nil, func(s *settings) { s.count, s.duration = 100, 0 }, 99 * 30 * s, every(30*s, 100)},
		{"end between requests", nil, func(set *settings) { set.duration = 75 * s }, 75 * s, every(30*s, 3)},
		{"end at a request", nil, func(set *settings) { set.duration = 60 * s }, 60 * s, every(30*s, 2)},
		{"end before the second", nil, func(set *settings) { set.duration = s }, s, every(30*s, 1)},
		{"a late answer in the rhythm", slow(3, 9*s), func(s *settings) { s.count = 4 }, 90 * s, every(30*s, 4)},
		{"a late answer, no burst", slow(3, 9*s), func(set *settings) { set.count, set.interval = 6, 2*s }, 17 * s, []time.Duration{0, 2 * s, 11 * s, 13 * s, 15 * s, 17 * s}},
		{"as late as the next", slow(3, 5*s), func(set *settings) { set.count, set.interval = 4, 5*s }, 15 * s, every(5*s, 4)},
		{"an answer over the end", slow(3, 9*s), func(set *settings) { set.duration = 35 * s }, 39 * s, every(30*s, 2)},
		{"a slow HELLO", slow(1, 9*s), func(s *settings) { s.count = 2 }, 39 * s, []time.Duration{9 * s, 39 * s}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := run(t, script{delay: c.delay}, set(c.settings))
			p.want(modes.ExitDone, c.close, "")
			p.wantRequests(c.close, c.requests...)
			p.wantLines(len(c.requests))
		})
	}
}

// TestLost: with --no-reconnect a session that ends before its time is exit code
// 1, and says why.
func TestLost(t *testing.T) {
	const s = time.Second
	hangUp := func(n int) func(int, string, *conn) string {
		return func(i int, good string, c *conn) string {
			if i == n {
				c.Close()
				return ""
			}
			return good
		}
	}
	half := func(i int, good string, c *conn) string {
		if i == 4 {
			_, _ = c.Write([]byte(good[:40]))
			c.Close()
		}
		return good
	}
	for _, c := range []struct {
		name    string
		script  script
		took    time.Duration
		answers int
		note    string
	}{
		{"no answer", script{answer: on(4, "")}, 70 * s, 2, "session 1 lost after 2 answers: no answer in 10s"},
		{"no first answer", script{answer: on(2, "")}, 10 * s, 0, "session 1 lost after 0 answers: no answer in 10s"},
		{"only white space", script{answer: on(4, " \n ")}, 70 * s, 2, "no answer in 10s"},
		{"half an answer", script{answer: on(4, `{"header":`)}, 70 * s, 2, "no answer in 10s"},
		{"a byte a second", script{answer: drip}, 70 * s, 2, "no answer in 10s"},
		{"too late an answer", script{delay: func(n int) time.Duration { return time.Duration(n/4) * 10001 * time.Millisecond }}, 70 * s, 2, "no answer in 10s"},
		{"CLOSE for an answer", script{answer: on(3, closeFrame)}, 30 * s, 1, "session 1 lost after 1 answer: the server said CLOSE\n"},
		{"refusal for an answer", script{answer: on(3, refusalFrame)}, 30 * s, 1, "lost after 1 answer: the server said CLOSE: it does not know the session\n"},
		{"CLOSE while waiting", script{later: 45 * s, say: closeFrame}, 45 * s, 2, "session 1 lost after 2 answers: the server said CLOSE\n"},
		{"CLOSE, and the end", script{later: 45 * s, say: closeFrame, hangUp: true}, 45 * s, 2, "lost after 2 answers: the server said CLOSE\n"},
		{"refusal while waiting", script{later: 45 * s, say: refusalFrame}, 45 * s, 2, "it does not know the session\n"},
		{"cut while waiting", script{later: 45 * s, hangUp: true}, 45 * s, 2, "session 1 lost after 2 answers: the server closed the connection\n"},
		{"cut for an answer", script{answer: hangUp(4)}, 60 * s, 2, "lost after 2 answers: the server closed the connection\n"},
		{"cut in an answer", script{answer: half}, 60 * s, 2, "lost after 2 answers: the server closed the connection\n"},
		{"garbage", script{answer: on(4, "HTTP/1.1 400 Bad Request\r\n")}, 60 * s, 2, `lost after 2 answers: the server does not keep to the protocol: byte`},
		{"garbage while waiting", script{later: 45 * s, say: "\x1b[2J"}, 45 * s, 2, "expected \"{\", found byte 0x1b\n"},
		{"too much", script{answer: on(4, `{"x":"`+strings.Repeat("x", 70_000))}, 60 * s, 2, "frame of more than 65536 bytes\n"},
		{"another object", script{answer: on(4, "{}")}, 60 * s, 2, "does not keep to the protocol: header is nothing"},
		{"unasked", script{later: 45 * s, say: `{"header":{},"data":{"message-type":"FOO"}}`}, 45 * s, 2, "the server sent a frame that nobody asked for\n"},
		{"other type", script{answer: on(4, `{"header":{},"data":{"sequesce":4,"message-type":"FOO"}}`)}, 60 * s, 2, "answered DATA_REQUEST with something else"},
		{"other session", script{answer: on(4, `{"header":{},"data":{"sequesce":4,"sessionId":2,"message-type":"DATA_RESPONSE","data":5000}}`)}, 60 * s, 2, "data.sessionId is 2, another session's\n"},
		{"other sequence", script{answer: on(4, `{"header":{},"data":{"sequesce":9,"sessionId":1,"message-type":"DATA_RESPONSE","data":5000}}`)}, 60 * s, 2, "data.sequesce is 9, which no open request has\n"},
		{"no number", script{answer: on(4, `{"header":{},"data":{"sequesce":4,"sessionId":1,"message-type":"DATA_RESPONSE","data":5.0}}`)}, 60 * s, 2, "data.data is real number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := run(t, c.script, set(func(s *settings) { s.noReconnect = true }))
			p.want(modes.ExitNotWell, c.took, c.note)
			p.wantLines(c.answers)
			if last := p.heard[len(p.heard)-1]; last.kind == "CLOSE" {
				t.Errorf("CLOSE in a session that is lost")
			}
		})
	}
}

// drip answers the fourth frame at a byte a second.
func drip(n int, good string, c *conn) string {
	for n == 4 && good != "" {
		if _, err := c.Write([]byte(good[:1])); err != nil {
			return ""
		}
		good = good[1:]
		time.Sleep(time.Second)
	}
	return good
}

// TestHello: what goes wrong before there is a session is the first connection's
// failure, but for a login refused.
func TestHello(t *testing.T) {
	for _, c := range []struct {
		name   string
		script script
		code   int
		took   time.Duration
		note   string
	}{
		{"refused", script{refuse: true}, modes.ExitLogin, 0, "proto: login refused for user alice\nhint: check the user name and the password; a server that has no session left says the same\n"},
		{"bare CLOSE", script{answer: on(1, closeFrame)}, modes.ExitNotWell, 0, "cannot log in: the server said CLOSE"},
		{"busy", script{busy: just(1)}, modes.ExitPeer, 0, "proto: cannot log in: the server closed the connection\nhint: the server may have more logins than it can check; try again later\n"},
		{"unanswered", script{answer: on(1, "")}, modes.ExitPeer, 10 * time.Second, "proto: cannot log in: no answer in 10s\nhint: the server may have more logins than it can check; try again later\n"},
		{"late", script{delay: func(int) time.Duration { return 10*time.Second + 1 }}, modes.ExitPeer, 10 * time.Second, "no answer in 10s\n"},
		{"garbage", script{answer: on(1, "SSH-2.0-OpenSSH\r\n")}, modes.ExitPeer, 0, "cannot log in: the server does not keep to the protocol: byte 0"},
		{"an object", script{answer: on(1, "{}")}, modes.ExitPeer, 0, "cannot log in: the server does not keep to the protocol"},
		{"no key", script{answer: on(1, `{"header":{},"data":{"sequesce":1,"sessionId":1,"message-type":"HELLO_ACK","isAuthencatedUser":"True","token":"t"}}`)}, modes.ExitPeer, 0, "data.key1 is missing\n"},
		{"flag of a JSON kind", script{answer: on(1, `{"header":{},"data":{"sequesce":1,"sessionId":1,"message-type":"HELLO_ACK","isAuthencatedUser":true,"token":"t"}}`)}, modes.ExitPeer, 0, "data.isAuthencatedUser is not"},
		{"DATA_RESPONSE", script{answer: on(1, `{"header":{},"data":{"sequesce":1,"sessionId":1,"message-type":"DATA_RESPONSE","data":5000}}`)}, modes.ExitPeer, 0, "before any HELLO_ACK\n"},
		{"other type", script{answer: on(1, `{"header":{},"data":{"message-type":"FOO_ACK"}}`)}, modes.ExitPeer, 0, "answered HELLO with something else"},
		{"closed", script{answer: func(_ int, _ string, c *conn) string { c.Close(); return "" }}, modes.ExitPeer, 0, "cannot log in: the server closed the connection\n"},
		{"closed at once", script{later: 1, hangUp: true, delay: func(int) time.Duration { return time.Second }}, modes.ExitPeer, 1, "cannot log in: the server closed the connection\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := run(t, c.script)
			p.want(c.code, c.took, c.note)
			p.wantLines(0)
			p.wantRequests(-1)
		})
	}
}

// TestSignal: CLOSE is sent, at once, and the code is the signal's.
func TestSignal(t *testing.T) {
	const s = time.Second
	due := script{delay: func(n int) time.Duration { return 5 * s * time.Duration(n/3) }} // of the second request on
	for _, sig := range []struct {
		signal os.Signal
		code   int
	}{{os.Interrupt, modes.ExitInterrupt}, {syscall.SIGTERM, modes.ExitTerminated}} {
		for _, c := range []struct {
			name     string
			script   script
			at       time.Duration
			requests int
			lines    int
		}{
			{"waiting", script{}, 45 * s, 2, 2},
			{"after the last answer", script{}, 29*time.Minute + 59*s, 60, 60},
			{"an answer due", due, 32 * s, 2, 1},
			{"an answer that will not come", script{answer: on(3, "")}, 39 * s, 2, 1},
		} {
			t.Run(sig.signal.String()+" "+c.name, func(t *testing.T) {
				p := run(t, c.script, signal(c.at, sig.signal))
				p.want(sig.code, c.at, "")
				p.wantRequests(c.at, every(30*s, c.requests)...)
				p.wantLines(c.lines)
			})
		}
	}
}

// TestSignalEarly: before there is a session there is nothing to close.
func TestSignalEarly(t *testing.T) {
	p := run(t, script{answer: on(1, "")}, signal(4*time.Second, os.Interrupt))
	p.want(modes.ExitInterrupt, 4*time.Second, "")
	p.wantRequests(-1)
}

// TestSignalWhileDialling: a signal ends the dialling, --timeout too.
func TestSignalWhileDialling(t *testing.T) {
	for name, c := range map[string]struct {
		signals []os.Signal
		code    int
		took    time.Duration
	}{
		"INT":     {[]os.Signal{os.Interrupt}, modes.ExitInterrupt, 0},
		"TERM":    {[]os.Signal{syscall.SIGTERM}, modes.ExitTerminated, 0},
		"timeout": {nil, modes.ExitPeer, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &play{settings: usual(), signals: make(chan os.Signal, 1)}
				for _, s := range c.signals {
					p.signals <- s
				}
				dial := func(ctx context.Context) (net.Conn, error) {
					<-ctx.Done()
					return nil, &modes.Error{Code: modes.ExitPeer, Message: "too late", Err: ctx.Err()}
				}
				start := time.Now()
				process := &modes.Process{Out: &p.lines, Err: &p.notes, Signals: p.signals}
				err := runOne(t.Context(), process, &p.settings, modes.Login{User: user}, dial)
				if code := process.Report(err); code != c.code || time.Since(start) != c.took {
					t.Errorf("code %d after %v", code, time.Since(start))
				}
			})
		})
	}
}

// TestDeafServer: one that does not read keeps nobody, when CLOSE is due least.
func TestDeafServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		p := &play{settings: usual()}
		process := &modes.Process{Out: &p.lines, Err: &p.notes}
		start := time.Now()
		err := runOne(t.Context(), process, &p.settings, modes.Login{User: user}, func(context.Context) (net.Conn, error) { return near, nil })
		if code := process.Report(err); code != modes.ExitPeer || time.Since(start) != 10*time.Second {
			t.Errorf("code %d after %v: %s", code, time.Since(start), p.notes.String())
		}
	})
}

// closing is a stdout that takes some lines and then fails.
type closing struct {
	left int
	err  error
}

func (c *closing) Write(b []byte) (int, error) {
	if c.left--; c.left < 0 {
		return 0, c.err
	}
	return len(b), nil
}

// TestStdoutFails: CLOSE is sent; that nobody reads on is no error, all else is.
func TestStdoutFails(t *testing.T) {
	full := &modes.Error{Code: modes.ExitNotWell, Message: "cannot write to stdout: no space left on device", Err: errors.New("full")}
	for _, c := range []struct {
		err  error
		code int
		note string
	}{{modes.ErrStdoutClosed, modes.ExitDone, ""}, {full, modes.ExitNotWell, "proto: cannot write to stdout: no space left on device\n"}} {
		for lines := range 3 {
			t.Run(fmt.Sprint(c.code, " after ", lines), func(t *testing.T) {
				p := run(t, script{}, func(p *play) { p.out = &closing{lines, c.err} })
				at := time.Duration(lines) * 30 * time.Second
				p.want(c.code, at, c.note)
				p.wantRequests(at, every(30*time.Second, lines+1)...)
			})
		}
	}
}
