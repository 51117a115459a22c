package connect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"proto/modes"
)

// just gives true for the n-th.
func just(ns ...int) func(int) bool { return func(i int) bool { return slices.Contains(ns, i) } }

// TestGone: CLOSE for the first frame of a connection: the server was started
// anew. HELLO is said anew, sequences begin anew, and what the old session may have
// answered is missing and said to be.
func TestGone(t *testing.T) {
	const s = time.Second
	text, sealed := numbered()
	p := run(t, script{text: text, forget: just(2), answer: cutAt(0, 4)}, count(5))
	p.want(modes.ExitDone, 120*s, "note: the server closed the connection; connecting again\n"+
		"note: the server said CLOSE: it does not know the session: session 1 is gone, and what it may have answered to request 4; logging in anew\n"+
		"note: logged in anew, session 1\n")
	p.wantTexts(6, 3) // sealed, and lost with its server
	if *sealed != 6 {
		t.Errorf("%d texts", *sealed)
	}
	p.wantHeard("HELLO 1", "DATA_REQUEST 2", "DATA_REQUEST 3", "DATA_REQUEST 4", "DATA_REQUEST 4", "HELLO 1", "DATA_REQUEST 2", "DATA_REQUEST 3", "DATA_REQUEST 4", "CLOSE 5")
}

// TestGoneWhilePausing: nothing was asked, so nothing is missing. It happens as
// often as there are answers between.
func TestGoneWhilePausing(t *testing.T) {
	const s = time.Second
	text, _ := numbered()
	p := run(t, script{text: text, later: 45 * s, say: closeFrame, hangUp: true}, count(4))
	p.want(modes.ExitDone, 90*s, "note: the server said CLOSE: session 1 is gone; logging in anew\nnote: logged in anew, session 2\n")
	p.wantTexts(4)
	p.wantDials(0, 60*s)
	if strings.Contains(p.notes.String(), "may have") {
		t.Errorf("nothing is missing: %s", p.notes.String())
	}

	unasked := func(n int, good string, c *conn) string {
		if n%3 == 0 { // HELLO, an answer, a request that comes too late
			_, _ = c.Write([]byte(`{"header":{},"data":{"sequesce":2,"message-type":"CLOSE"}}`))
			c.Close()
			return ""
		}
		return good
	}
	text, _ = numbered()
	p = run(t, script{text: text, answer: unasked}, count(20))
	p.want(modes.ExitDone, 19*30*s+200*time.Millisecond, "logged in anew, session 20\n")
	if n := strings.Count(p.notes.String(), "is gone, and what it may have answered to request 3; logging in anew"); n != 19 {
		t.Errorf("told %d times", n)
	}
}

// TestGoneTwice: HELLO anew is not said a second time before an answered request.
func TestGoneTwice(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name   string
		script script
		code   int
		took   time.Duration
		heard  int
		note   string
	}{
		{"CLOSE again", script{forget: just(2), answer: func(n int, good string, c *conn) string {
			switch n {
			case 3:
				c.Close()
			case 6: // the first request after HELLO anew
				return strings.Replace(refusalFrame, `:2`, `:2`, 1)
			}
			return good
		}}, 1, 30*s + 600*time.Millisecond, 6, "proto: session 1 lost after 1 answer: the server said CLOSE: it does not know the session\n"},
		{"cut, and forgotten again", script{forget: just(2, 4), answer: cutAt(0, 3, 6)}, 1, 30*s + 1400*time.Millisecond, 7, "proto: session 1 lost after 1 answer: the server said CLOSE"},
		{"forgotten again after an answer", script{forget: just(2, 4), answer: cutAt(0, 3, 7)}, 0, 90 * s, 12, "logged in anew"},
		{"HELLO cut", script{forget: just(2), answer: cutAt(0.5, 3, 5, 6)}, 0, 90 * s, 11, "logged in anew"},
		{"CLOSE to HELLO", script{forget: just(2), answer: func(n int, good string, c *conn) string {
			if n == 3 {
				c.Close()
			}
			return on(5, strings.Replace(closeFrame, `:2`, `:1`, 1))(n, good, c)
		}}, 1, 30*s + 600*time.Millisecond, 5, "proto: session 1 lost after 1 answer: the server said CLOSE to HELLO\n"},
		{"HELLO refused", script{forget: just(2), answer: func(n int, good string, c *conn) string {
			if n == 3 {
				c.Close()
			}
			return on(5, strings.Replace(refusalFrame, `:2`, `:1`, 1))(n, good, c)
		}}, 4, 30*s + 600*time.Millisecond, 5, "proto: login refused for user alice\nhint: check the user name and the password; a server that has no session left says the same\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := run(t, c.script, count(4))
			p.want(c.code, c.took, c.note)
			if len(p.heard) != c.heard {
				t.Errorf("%d frames heard, want %d: %v", len(p.heard), c.heard, p.heard)
			}
		})
	}
}

// TestGoneAndBusy: a server that was started anew may have more logins than it can look at. That is no answer to HELLO
// anew: it is said again, over one connection after the other, until there is one.
func TestGoneAndBusy(t *testing.T) {
	p := run(t, script{forget: just(2), answer: cutAt(0, 3), busy: just(2, 3, 4, 5, 6)}, count(4))
	p.want(modes.ExitDone, 90*time.Second, "session 1 is gone, and what it may have answered to request 3; logging in anew\n"+
		"note: the server closed the connection; connecting again\n"+
		"note: logged in anew, session 1\n")
	p.wantHeard("HELLO 1", "DATA_REQUEST 2", "DATA_REQUEST 3", "DATA_REQUEST 3", "HELLO 1", "HELLO 1", "HELLO 1", "HELLO 1", "HELLO 1", "HELLO 1",
		"DATA_REQUEST 2", "DATA_REQUEST 3", "DATA_REQUEST 4", "CLOSE 5")
	const at = 30 * time.Second // cut, gone, and the connections of five logins: 0.2 s, 0.4 s and so on between
	wait := firstWait
	dials := []time.Duration{0, at + wait}
	for range 6 {
		wait *= 2
		dials = append(dials, dials[len(dials)-1]+wait)
	}
	p.wantDials(dials...)

	p = run(t, script{forget: just(2), answer: cutAt(0, 3), busy: just(2)}, count(4), set(func(s *settings) { s.noReconnect = true }))
	p.want(modes.ExitNotWell, 30*time.Second, "session 1 lost after 1 answer: the server closed the connection\n")
}

// TestOtherClose: CLOSE in answer to a request is the end, unless that was the
// first frame of a connection that took another's place.
func TestOtherClose(t *testing.T) {
	for _, frame := range []string{closeFrame, refusalFrame} {
		for _, n := range []int{2, 3, 12} {
			p := run(t, script{answer: on(n, strings.Replace(frame, `:2`, fmt.Sprint(":", n), 1))})
			p.want(modes.ExitNotWell, time.Duration(n-2)*30*time.Second, "proto: session 1 lost after "+plural(n-2, "answer")+": the server said CLOSE")
			p.wantDials(0)
		}
	}
	p := run(t, script{answer: func(n int, good string, c *conn) string {
		if n == 3 {
			c.Close()
		}
		return on(5, strings.Replace(closeFrame, `:2`, ":4", 1))(n, good, c) // 4 was 3 once more
	}})
	p.want(modes.ExitNotWell, 60*time.Second, "session 1 lost after 2 answers: the server said CLOSE\n")
}
