package serve

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"proto/wire"
)

// bubble runs a test in a bubble with a server of its own.
func bubble(t *testing.T, o options, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newRig(t, o)) })
}

func clientHello(t *testing.T) []byte {
	t.Helper()
	near, far := net.Pipe()
	go func() { _ = tls.Client(near, &tls.Config{InsecureSkipVerify: true}).Handshake() }()
	buf := make([]byte, 16<<10)
	n, err := far.Read(buf)
	fatal(t, err)
	far.Close()
	return buf[:n]
}

// TestHandshakeDeadline: 5 s from the accept, however busy the client is.
func TestHandshakeDeadline(t *testing.T) {
	for name, write := range map[string]func(w io.Writer, hello []byte){
		"silence":            func(io.Writer, []byte) {},
		"half a ClientHello": func(w io.Writer, hello []byte) { _, _ = w.Write(hello[:len(hello)/2]) },
		"a byte a second":    trickle,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{}, func(t *testing.T, r *rig) {
				hello := clientHello(t)
				c := r.connect(peerOne)
				r.aside.Go(func() { write(c.pipe, hello) })
				r.connectionsUntil(1, 5*time.Second)
				events := r.out.events(t, "handshake failed")
				if len(events) != 1 || events[0]["peer"] != peerOne || events[0]["reason"] != "TLS handshake not done in 5s" {
					t.Errorf("log: %v", events)
				}
			})
		})
	}
}

const someHello = `{"header":{"MAC":"m"},"data":{"username":"` + goodUser + `","password":"` + goodPassword + `","message-type":"HELLO","sequence":1}}`

// TestHelloDeadline: 10 s from the end of the handshake to a whole HELLO.
func TestHelloDeadline(t *testing.T) {
	for name, bytes := range map[string]string{
		"silence":           "",
		"a byte a second":   someHello,
		"only white space":  strings.Repeat(" \n", 100),
		"space, then HELLO": strings.Repeat("\t", 5) + someHello,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{}, func(t *testing.T, r *rig) {
				c := r.connect(peerOne)
				time.Sleep(3 * time.Second) // of the handshake's 5
				c.handshake()
				start := time.Now()
				r.aside.Go(func() { trickle(c.tls, []byte(bytes)) })
				c.wantFrame(`{"header":{},"data":{"sequesce":0,"message-type":"CLOSE"}}`)
				if took := time.Since(start); took != 10*time.Second {
					t.Errorf("CLOSE after %v, want 10s", took)
				}
				c.wantEOF()
			})
		})
	}
}

// TestHelloInTime: the last byte of HELLO 1 ns before the deadline is in time.
func TestHelloInTime(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.dial(peerOne)
		c.send(someHello[:len(someHello)-1])
		time.Sleep(10*time.Second - 1)
		c.send("}")
		if f := c.mustNext(); !f.Type().Is(wire.TypeHelloAck) {
			t.Errorf("answer %s", f.Raw())
		}
	})
}

// TestHelloDeadlineOfGuest: a request on a new connection counts as the HELLO.
func TestHelloDeadlineOfGuest(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		guest := r.login(peerOne).move("192.0.2.1:40002")
		guest.ask()
		time.Sleep(60 * time.Second)
		guest.ask()
	})
}

// TestWriteDeadline: 10 s for an answer that the client does not read.
func TestWriteDeadline(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		time.Sleep(7 * time.Second)
		c.pipe.stopReading()
		frame, err := c.Request(nil)
		fatal(t, err)
		c.send(string(frame))
		r.connectionsUntil(1, 10*time.Second+10*time.Second/writeSlack)
		events := r.out.events(t, "connection lost")
		if len(events) != 1 || events[0]["reason"] != "the client does not read" || events[0]["session"] != 1.0 {
			t.Errorf("log: %v", events)
		}
	})
}

// TestDeafAtRefusal: a client that does not read its CLOSE is held for 10 s too.
func TestDeafAtRefusal(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.dial(peerOne)
		c.pipe.stopReading()
		c.send(`{]`)
		r.connectionsUntil(1, 10*time.Second+10*time.Second/writeSlack)
	})
}

// TestLingerBounded: a client that never ends sending is cut a second after CLOSE.
func TestLingerBounded(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.dial(peerOne)
		c.send(`{]`)
		r.aside.Go(func() {
			for {
				if _, err := c.tls.Write(make([]byte, 100)); err != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		})
		c.wantFrame(`{"header":{},"data":{"sequesce":0,"message-type":"CLOSE"}}`)
		r.connectionsUntil(1, time.Second)
	})
}

// TestIdle: 90 s after the last request comes CLOSE with its sequence.
func TestIdle(t *testing.T) {
	for requests := range 3 {
		t.Run(fmt.Sprint(requests, " requests"), func(t *testing.T) {
			bubble(t, options{}, func(t *testing.T, r *rig) {
				c := r.login(peerOne)
				sequence := 0
				for range requests {
					time.Sleep(71 * time.Second)
					sequence = int(c.ask().Sequence)
				}
				last := time.Now()
				c.wantClose(sequence)
				if took := time.Since(last); took < 90*time.Second || took > 91*time.Second {
					t.Errorf("closed after %v", took)
				}
				if n := r.server.core.Sessions(); n != 0 {
					t.Errorf("%d sessions live", n)
				}
			})
		})
	}
}

// TestIdleIsExact: no earlier and no later than 90 s.
func TestIdleIsExact(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		time.Sleep(90*time.Second - 1)
		c.ask()
		start := time.Now()
		c.wantFrame(`{"header":{},"data":{"sequesce":2,"message-type":"CLOSE"}}`)
		if took := time.Since(start); took != 90*time.Second {
			t.Errorf("CLOSE after %v", took)
		}
	})
}

// TestMaxLife: a session in use all the time ends after 35 minutes.
func TestMaxLife(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		start := time.Now()
		for range 34 {
			time.Sleep(time.Minute)
			c.ask()
		}
		time.Sleep(time.Minute - 1)
		c.ask()
		c.wantFrame(`{"header":{},"data":{"sequesce":36,"message-type":"CLOSE"}}`)
		if took := time.Since(start); took != 35*time.Minute {
			t.Errorf("CLOSE after %v", took)
		}
		c.wantEOF()
		guest := c.move("192.0.2.1:40002") // nor is it found on another connection
		frame, err := guest.Request(nil)
		fatal(t, err)
		guest.send(string(frame))
		guest.wantFrame(`{"header":{},"data":{"sequesce":37,"isAuthencatedUser":"false","message-type":"CLOSE"}}`)
	})
}

// TestMaxLifeWhileAsking: what a client has asked ahead when its session's time is over
// is left unanswered. It hears the CLOSE that it did not ask for, and has done no wrong.
func TestMaxLifeWhileAsking(t *testing.T) {
	bubble(t, options{flags: []string{"--burst", "1", "--rate", "1"}}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		for range 34 {
			time.Sleep(time.Minute)
			c.ask()
		}
		time.Sleep(time.Minute - 2500*time.Millisecond)
		var ahead []byte
		for range 6 {
			var err error
			ahead, err = c.Request(ahead)
			fatal(t, err)
		}
		c.send(string(ahead))
		for sequence := int64(36); sequence < 39; sequence++ { // at once, after one second, after two
			if a, err := c.Receive(c.mustNext()); err != nil || a.Kind != wire.Data || a.Sequence != sequence {
				t.Fatalf("answer %+v %v, want %d", a, err, sequence)
			}
		}
		c.wantClose(38)
		if n := r.figure(`proto_refused_total{reason="no such session"}`); n != "0" || len(r.out.events(t, "refused")) != 0 {
			t.Errorf("%s refused\n%s", n, r.out)
		}
		if n := len(r.out.events(t, "closed: the session has ended")); n != 1 {
			t.Errorf("told %d times\n%s", n, r.out)
		}
	})
}

// TestEndedElsewhere: a request for a session that CLOSE has ended, on another connection,
// is refused: its time is not over.
func TestEndedElsewhere(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.ask()
		other := c.move(peerOne)
		frame, err := other.Close(nil)
		fatal(t, err)
		other.send(string(frame))
		other.wantEOF()
		frame, err = c.Request(nil)
		fatal(t, err)
		c.send(string(frame))
		c.wantFrame(`{"header":{},"data":{"sequesce":3,"isAuthencatedUser":"false","message-type":"CLOSE"}}`)
		c.wantEOF()
	})
}

// TestDeadlineMoves: a request on a second connection moves the deadline of the
// first, and both hear CLOSE with its sequence when the session ends.
func TestDeadlineMoves(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		first := r.login(peerOne)
		start := time.Now()
		time.Sleep(60 * time.Second)
		second := first.move("192.0.2.1:40002")
		second.ask()
		first.wantFrame(`{"header":{},"data":{"sequesce":2,"message-type":"CLOSE"}}`)
		if took := time.Since(start); took != 150*time.Second {
			t.Errorf("CLOSE after %v, want 2m30s", took)
		}
		first.wantEOF()
		second.wantClose(2)
	})
}

// TestSessionOutlivesConnection: the session goes on, cipher and all, over a new
// connection, whichever way the first one was lost.
func TestSessionOutlivesConnection(t *testing.T) {
	for name, lose := range map[string]func(c *client){
		"cut":      func(c *client) { c.pipe.Close() },
		"closed":   func(c *client) { c.tls.Close() },
		"bad TLS":  func(c *client) { _, _ = c.pipe.Write([]byte("this is no record of TLS, by no means")) },
		"no frame": func(c *client) { c.send("{]") },
		"half a frame": func(c *client) {
			c.send(`{"header":`)
			c.pipe.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{}, func(t *testing.T, r *rig) {
				c := r.login(peerOne)
				c.ask()
				lose(c)
				time.Sleep(80 * time.Second)
				if n := r.connections(); n != 0 {
					t.Fatalf("%d connections live", n)
				}
				c = c.move("192.0.2.1:40002")
				for range 12 { // over a change of key
					c.ask()
				}
			})
		})
	}
}

// TestOtherSessionsLiveOn: CLOSE ends one session and the connection, not the
// others that were made on it.
func TestOtherSessionsLiveOn(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.ask()
		c.send(someHello)
		var second wire.Client
		if _, err := second.Hello(nil, wire.Hello{}); err != nil {
			t.Fatal(err)
		}
		if a, err := second.Receive(c.mustNext()); err != nil || a.Kind != wire.Accepted {
			t.Fatalf("second login: %+v %v", a, err)
		}
		bye, err := second.Close(nil)
		fatal(t, err)
		c.send(string(bye))
		c.wantEOF()
		c = c.move("192.0.2.1:40002")
		c.ask()
	})
}

// TestSecondSessionIdles: of two sessions on a connection the one in use keeps
// it open, and the CLOSE has the sequence of the one used last.
func TestSecondSessionIdles(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.send(someHello)
		c.mustNext()
		start := time.Now()
		time.Sleep(50 * time.Second)
		c.ask() // of the first
		c.wantClose(2)
		if took := time.Since(start); took < 140*time.Second || took > 141*time.Second {
			t.Errorf("closed after %v", took)
		}
	})
}

// TestSweep: sessions without a connection end too.
func TestSweep(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.pipe.Close()
		time.Sleep(96 * time.Second)
		synctest.Wait()
		events := r.out.events(t, "session expired")
		if n := r.server.core.Sessions(); n != 0 || len(events) != 1 || events[0]["session"] != 1.0 {
			t.Errorf("%d sessions, log %v", n, events)
		}
	})
}

// flakyListener fails some times before it listens.
type flakyListener struct {
	*memListener
	failures int
}

func (l *flakyListener) Accept() (net.Conn, error) {
	if l.failures > 0 {
		l.failures--
		return nil, syscall.EMFILE
	}
	return l.memListener.Accept()
}

// TestAcceptGoesOn: where the system has no room for a connection, the server
// waits, at most a second each time, and serves on.
func TestAcceptGoesOn(t *testing.T) {
	const failures = 20
	flaky := func(l *memListener) net.Listener { return &flakyListener{l, failures} }
	bubble(t, options{listen: flaky}, func(t *testing.T, r *rig) {
		start := time.Now()
		r.login(peerOne).ask()
		if took := time.Since(start); took < 10*time.Second || took > failures*time.Second {
			t.Errorf("served after %v", took)
		}
		if events := r.out.events(t, "cannot accept"); len(events) != failures {
			t.Errorf("%d events in the log", len(events))
		}
	})
}
