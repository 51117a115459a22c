package connect

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"proto/modes"
)

// texts gives numbered texts, and how many there have been.
func numbered() (text func() string, n *int) {
	n = new(int)
	return func() string { *n++; return fmt.Sprintf("text %04d", *n) }, n
}

// wantTexts: the lines hold text 1, 2, 3 … but for those that are missing.
func (p *play) wantTexts(n int, missing ...int) {
	p.t.Helper()
	var want []string
	for i := range n {
		if !slices.Contains(missing, i+1) {
			want = append(want, fmt.Sprintf("text %04d", i+1))
		}
	}
	var got []string
	for _, line := range p.wantLines(len(want)) {
		if i := strings.Index(line, "text "); i >= 0 {
			got = append(got, line[i:i+9])
		}
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("texts\n%q\nwant\n%q", got, want)
	}
}

// wantDials: connections were made, or tried, at these times.
func (p *play) wantDials(at ...time.Duration) {
	p.t.Helper()
	if !slices.Equal(p.dials, at) {
		p.t.Errorf("connections at %v, want %v", p.dials, at)
	}
}

// wantHeard: the server heard these, a kind and a sequence each.
func (p *play) wantHeard(want ...string) {
	p.t.Helper()
	var got []string
	for _, h := range p.heard {
		got = append(got, h.kind+" "+h.sequence)
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("the server heard\n%q, want\n%q", got, want)
	}
}

// cutAt closes the connection in answer to these frames: before the answer, after
// a part of it, or after all of it.
func cutAt(share float64, ns ...int) func(int, string, *conn) string {
	return func(i int, good string, c *conn) string {
		if slices.Contains(ns, i) {
			_, _ = c.Write([]byte(good[:int(share*float64(len(good)))]))
			c.Close()
			return ""
		}
		return good
	}
}

// TestResume: whatever of an answer was lost, the same session goes on over
// another connection, and every text comes once.
func TestResume(t *testing.T) {
	const s = time.Second
	for _, share := range []float64{0, 0.01, 0.5, 0.99} {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			text, sealed := numbered()
			p := run(t, script{text: text, answer: cutAt(share, 3, 13, 14)}, count(14)) // 13: the key change, and once more
			p.want(modes.ExitDone, 390*s, "note: connected again, session 1 goes on\n")
			p.wantTexts(14)
			if *sealed != 14 {
				t.Errorf("%d texts sealed", *sealed)
			}
			p.wantHeard("HELLO 1", "DATA_REQUEST 2", "DATA_REQUEST 3", "DATA_REQUEST 3", "DATA_REQUEST 4", "DATA_REQUEST 5", "DATA_REQUEST 6",
				"DATA_REQUEST 7", "DATA_REQUEST 8", "DATA_REQUEST 9", "DATA_REQUEST 10", "DATA_REQUEST 11", "DATA_REQUEST 12", "DATA_REQUEST 12",
				"DATA_REQUEST 12", "DATA_REQUEST 13", "DATA_REQUEST 14", "DATA_REQUEST 15", "CLOSE 16")
			if n := strings.Count(p.notes.String(), "note: the server closed the connection; connecting again\n"); n != 2 {
				t.Errorf("%d losses told, want 2 (of three, two in a row):\n%s", n, p.notes.String())
			}
		})
	}
}

// TestResumeSameBytes: what is sent again is what was sent.
func TestResumeSameBytes(t *testing.T) {
	p := run(t, script{answer: cutAt(0.5, 3, 4, 5)}, count(3))
	p.want(modes.ExitDone, 60*time.Second, "goes on")
	for i := 3; i < 6; i++ {
		if p.heard[i].raw != p.heard[2].raw {
			t.Errorf("sent again\n%s, was\n%s", p.heard[i].raw, p.heard[2].raw)
		}
	}
}

// TestNoAnswer: one that does not come in --timeout is asked for over another
// connection; the first one is left.
func TestNoAnswer(t *testing.T) {
	const s = time.Second
	for name, answer := range map[string]func(int, string, *conn) string{
		"nothing": on(4, ""), "half": on(4, `{"header":{},"data":{"sequesce":4,`), "a byte a second": drip,
	} {
		t.Run(name, func(t *testing.T) {
			text, _ := numbered()
			p := run(t, script{text: text, answer: answer}, count(5))
			p.want(modes.ExitDone, 120*s, "note: no answer in 10s; connecting again\nnote: connected again, session 1 goes on\n")
			p.wantTexts(5)
			p.wantDials(0, 70*s+200*time.Millisecond)
		})
	}
}

// TestLostWhilePausing: another connection is made when there is something to say.
func TestLostWhilePausing(t *testing.T) {
	const s = time.Second
	text, _ := numbered()
	p := run(t, script{text: text, later: 45 * s, hangUp: true}, count(4))
	p.want(modes.ExitDone, 90*s, "note: the server closed the connection; connecting again\nnote: connected again, session 1 goes on\n")
	p.wantTexts(4)
	p.wantDials(0, 60*s)
	p = run(t, script{later: 59900 * time.Millisecond, hangUp: true}, count(4))
	p.want(modes.ExitDone, 90*s, "goes on")
	p.wantDials(0, 60100*time.Millisecond) // 0.2 s after the loss
}

var errDown = &modes.Error{Code: modes.ExitPeer, Message: "cannot connect to 192.0.2.1:5000: connection refused"}

// TestServerAway: the tries come further and further apart, up to 30 s, and begin
// anew after an answered request. It is said once.
func TestServerAway(t *testing.T) {
	const s = time.Second
	down := func(n int) error {
		if n > 1 && n < 12 {
			return errDown
		}
		return nil
	}
	text, _ := numbered()
	p := run(t, script{text: text, dial: down, answer: cutAt(0, 3, 5)}, count(5))
	p.wantTexts(5)
	at, wait := []time.Duration{0}, 200*time.Millisecond
	for next := 30 * s; len(at) < 12; wait = min(2*wait, 30*s) {
		next += wait
		at = append(at, next)
	}
	at = append(at, at[11]+200*time.Millisecond)
	p.wantDials(at...)
	p.want(modes.ExitDone, at[11]+60*s, "note: the server closed the connection; connecting again\n"+
		"note: cannot connect to 192.0.2.1:5000: connection refused; connecting again\n"+
		"note: connected again, session 1 goes on\n"+
		"note: the server closed the connection; connecting again\n"+
		"note: connected again, session 1 goes on\n")
}

// TestAwayForGood: the client ends with its duration, but gives a request that was
// not answered --timeout in any case. Without one to wait for, all is well.
func TestAwayForGood(t *testing.T) {
	const s = time.Second
	down := func(n int) error {
		if n > 1 {
			return errDown
		}
		return nil
	}
	for _, c := range []struct {
		name     string
		script   script
		duration time.Duration
		code     int
		took     time.Duration
		note     string
	}{
		{"asking", script{dial: down, answer: cutAt(0, 4)}, 100 * s, 1, 100 * s, "proto: session 1 lost after 2 answers: cannot connect to 192.0.2.1:5000: connection refused\n"},
		{"asking at the end", script{dial: down, answer: cutAt(0, 4)}, 61 * s, 1, 70 * s, "proto: session 1 lost after 2 answers: cannot connect"},
		{"no answer at the end", script{answer: on(4, "")}, 61 * s, 1, 70 * s, "proto: session 1 lost after 2 answers: no answer in 10s\n"},
		{"waiting", script{dial: down, later: 65 * s, hangUp: true}, 80 * s, 0, 80 * s, "note: the server closed the connection; connecting again\n"},
		{"waiting, and asking", script{dial: down, later: 65 * s, hangUp: true}, 95 * s, 1, 100 * s, "proto: session 1 lost after 3 answers: cannot connect"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := run(t, c.script, set(func(s *settings) { s.duration = c.duration }))
			p.want(c.code, c.took, c.note)
		})
	}
}

// TestCloseLost: that CLOSE does not arrive is no matter.
func TestCloseLost(t *testing.T) {
	p := run(t, script{answer: cutAt(1, 3)}, count(2))
	p.want(modes.ExitDone, 30*time.Second, "")
}

// TestSignalWhileAway: a signal ends the wait for another connection, at once.
func TestSignalWhileAway(t *testing.T) {
	down := func(n int) error {
		if n > 1 {
			return errDown
		}
		return nil
	}
	for _, at := range []time.Duration{10, 31, 100, 1000} {
		p := run(t, script{dial: down, later: 5 * time.Second, hangUp: true}, signal(at*time.Second, os.Interrupt))
		p.want(modes.ExitInterrupt, at*time.Second, "note: ")
		p.wantLines(1)
	}
}

// TestBrokenIsNotMended: a server that does not keep to the protocol would not on
// another connection either.
func TestBrokenIsNotMended(t *testing.T) {
	for _, answer := range []string{"HTTP/1.1 400 Bad Request\r\n", "{}", `{"header":{},"data":{"sequesce":4,"message-type":"FOO"}}`} {
		p := run(t, script{answer: on(4, answer)})
		p.want(modes.ExitNotWell, 60*time.Second, "session 1 lost after 2 answers: the server ")
		p.wantDials(0)
	}
}

// TestResumedJSON: the session's number stands on every line; the round trip is
// from the first time that the request was sent.
func TestResumedJSON(t *testing.T) {
	p := run(t, script{answer: on(3, "")}, count(3), set(asJSON))
	p.want(modes.ExitDone, 60*time.Second, "goes on")
	for i, line := range p.wantLines(3) {
		var answer struct {
			Sequence, Session int
			RTT               float64 `json:"rtt_ms"`
		}
		want := 0.0
		if i == 1 {
			want = 10_200
		}
		if err := json.Unmarshal([]byte(line), &answer); err != nil || answer.Sequence != i+2 || answer.Session != 1 || answer.RTT != want {
			t.Errorf("%s %v", line, err)
		}
	}
}

// TestFirstConnectionFails is never mended.
func TestFirstConnectionFails(t *testing.T) {
	p := run(t, script{dial: func(int) error { return errDown }})
	p.want(modes.ExitPeer, 0, "proto: cannot connect to 192.0.2.1:5000: connection refused\n")
	p.wantDials(0)
	p = run(t, script{answer: cutAt(0.5, 1)})
	p.want(modes.ExitPeer, 0, "proto: cannot log in: the server closed the connection\n")
	p.wantDials(0)
	if !errors.As(error(errDown), new(*modes.Error)) {
		t.Error("the double is none")
	}
}
