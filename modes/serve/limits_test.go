package serve

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"proto/keys"
	"proto/wire"
)

// usual are the flags' defaults.
var usual = []string{}

// refusedAtOnce: a connection from there is closed without a word, within wait.
func (r *rig) refusedAtOnce(peer string, wait time.Duration) {
	r.t.Helper()
	c := r.connect(peer)
	start := time.Now()
	n, err := c.pipe.Read(make([]byte, 1))
	if n != 0 || err != io.EOF || time.Since(start) != wait {
		r.t.Errorf("%s: %d bytes, %v after %v; want the end after %v", peer, n, err, time.Since(start), wait)
	}
}

func address(i int) string { return fmt.Sprintf("198.51.%d.%d:1000", i/256, i%256) }

// TestMaxConnections: in all, whoever has logged in included.
func TestMaxConnections(t *testing.T) {
	bubble(t, options{flags: []string{"--max-connections", "2"}}, func(t *testing.T, r *rig) {
		first := r.login(address(1))
		r.login(address(2))
		r.refusedAtOnce(address(3), 0)
		first.pipe.Close()
		synctest.Wait()
		r.login(address(3))
		if n := r.figure(`proto_refused_total{reason="too many connections"}`); n != "1" {
			t.Errorf("%s refused", n)
		}
	})
}

// TestMaxPerAddress: 20 without login from one address; a login makes room.
func TestMaxPerAddress(t *testing.T) {
	bubble(t, options{flags: usual}, func(t *testing.T, r *rig) {
		in := r.login(peerOne)
		for range 20 {
			r.connect(peerOne)
		}
		r.refusedAtOnce(peerOne, heldBriefly)
		r.login("192.0.2.2:1")
		in.ask()
		if n := r.server.waiting(); n != 20 {
			t.Errorf("%d wait", n)
		}
	})
	bubble(t, options{flags: []string{"--exempt", "192.0.2.0/24"}}, func(t *testing.T, r *rig) {
		for range 21 {
			r.connect(peerOne)
		}
		r.login(peerOne)
	})
}

// TestMaxStartups: of strangers beyond 100 a share is refused, beyond 300 all; who
// takes longer than 2 s while they are many makes room.
func TestMaxStartups(t *testing.T) {
	bubble(t, options{flags: usual}, func(t *testing.T, r *rig) {
		in := r.login(peerOne)
		for i := range 1000 {
			r.connect(address(i))
		}
		synctest.Wait()
		n := r.server.waiting()
		if n <= 200 || n > 300 {
			t.Errorf("%d wait", n)
		}
		if n < 300 {
			r.login(peerOne).ask() // known: needs no luck
		}
		in.ask()
		time.Sleep(2 * time.Second)
		r.login("192.0.2.7:1").ask()
		if n := r.server.waiting(); n != 99 {
			t.Errorf("%d wait", n)
		}
		synctest.Wait()
		if log := r.out.String(); strings.Count(log, "its place was needed") < 100 || strings.Count(log, "too many connections without login") > 400 {
			t.Errorf("log of %d bytes", len(log))
		}
	})
	bubble(t, options{flags: []string{"--max-startups", "0"}}, func(t *testing.T, r *rig) {
		for i := range 400 {
			r.connect(address(i))
		}
		synctest.Wait()
		if n := r.server.waiting(); n != 400 {
			t.Errorf("%d wait", n)
		}
	})
}

// guess logs in with a wrong password and is refused for that.
func (r *rig) guess(peer string) {
	r.t.Helper()
	c := r.dial(peer)
	c.send(strings.Replace(someHello, goodPassword, "wrong", 1))
	c.wantFrame(`{"header":{},"data":{"sequesce":1,"isAuthencatedUser":"false","message-type":"CLOSE"}}`)
	c.pipe.Close()
	synctest.Wait()
}

// TestPenalties: what an address has done wrong keeps it out, once it is enough,
// and only it; and what it does is slowed down. Its sessions go on.
func TestPenalties(t *testing.T) {
	wrong := map[string]struct {
		do    func(r *rig)
		times int
	}{
		"failed logins": {func(r *rig) { r.guess(peerOne) }, 3},
		"handshake late": {func(r *rig) {
			r.connect(peerOne)
			time.Sleep(5*time.Second + 1)
			synctest.Wait()
		}, 2},
		"HELLO late": {func(r *rig) {
			a, b := r.dial(peerOne), r.dial(peerOne)
			time.Sleep(10*time.Second + 1)
			a.pipe.Close()
			b.pipe.Close()
			synctest.Wait()
		}, 1},
		"no TLS": {func(r *rig) {
			c := r.connect(peerOne)
			_, err := io.WriteString(c.pipe, "GET / HTTP/1.0\r\n\r\n")
			fatal(r.t, err)
			synctest.Wait()
		}, 3},
		"no frame": {func(r *rig) {
			c := r.dial(peerOne)
			c.send("{]")
			c.wantFrame(`{"header":{},"data":{"sequesce":0,"message-type":"CLOSE"}}`)
			c.pipe.Close()
			synctest.Wait()
		}, 3},
	}
	for name, w := range wrong {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{flags: usual}, func(t *testing.T, r *rig) {
				in := r.login(peerOne)
				for range w.times {
					r.login(peerOne)
					w.do(r)
				}
				r.refusedAtOnce(peerOne, heldFor)
				in.ask()
				r.login("192.0.2.2:1")
				events := r.out.events(t, "address refused")
				if len(events) != 1 {
					t.Errorf("log %v", events)
				}
				time.Sleep(20 * time.Second)
				r.login(peerOne)
			})
		})
	}
}

// TestNoPenalty: what is no fault of the address, and what is switched off.
func TestNoPenalty(t *testing.T) {
	for name, o := range map[string]options{
		"off":    {flags: []string{"--penalty-refuse", "0"}},
		"exempt": {flags: []string{"--exempt", "192.0.2.1"}},
		"local":  {},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, o, func(t *testing.T, r *rig) {
				for range 10 {
					r.guess(peerOne)
				}
				r.login(peerOne)
			})
		})
	}
	bubble(t, options{flags: []string{"--max-sessions", "1"}}, func(t *testing.T, r *rig) {
		r.login(peerOne)
		for range 10 {
			c := r.dial(peerOne)
			c.send(someHello)
			c.wantFrame(`{"header":{},"data":{"sequesce":1,"isAuthencatedUser":"false","message-type":"CLOSE"}}`)
			c.pipe.Close()
		}
		r.dial(peerOne)
		synctest.Wait()
		if n := r.figure(`proto_refused_total{reason="too many sessions"}`); n != "10" {
			t.Errorf("%s refused", n)
		}
	})
}

// TestLoginNotLookedAt: of a login that the server did not look at, as too many wait or its time was over, the client
// hears nothing that it could take for an answer; and it is overload, and not the address's fault.
func TestLoginNotLookedAt(t *testing.T) {
	for name, c := range map[string]struct {
		login func(context.Context) error
		after time.Duration
	}{
		"too many wait": {func(context.Context) error { return wire.ErrBusy }, 0},
		"too late":      {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			login := func(ctx context.Context, _ string, _ []byte) (wire.User, error) { return wire.User{}, c.login(ctx) }
			bubble(t, options{flags: usual, login: login}, func(t *testing.T, r *rig) {
				for range 10 {
					client := r.dial(peerOne)
					client.send(someHello)
					time.Sleep(c.after)
					client.wantEOF()
					client.pipe.Close()
				}
				r.dial(peerOne)
				synctest.Wait()
				if n := r.figure(`proto_refused_total{reason="too many logins at once"}`); n != "10" {
					t.Errorf("%s refused:\n%s", n, r.out)
				}
			})
		})
	}
}

// TestPrefixes: a range is that of the addresses that peers have, who are IPv4 also where
// the socket is IPv6.
func TestPrefixes(t *testing.T) {
	for text, want := range map[string]string{
		"127.0.1.7/24": "127.0.1.0/24", "127.0.1.7": "127.0.1.7/32", "2001:db8::7/32": "2001:db8::/32", "fe80::1%eth0": "fe80::1/128",
		"::ffff:127.0.1.7": "127.0.1.7/32", "::ffff:127.0.1.7/120": "127.0.1.0/24", "::ffff:127.0.0.5/128": "127.0.0.5/32",
		"::ffff:0:0/96": "0.0.0.0/0", "::/0": "::/0", "::ffff:127.0.1.7/95": "", "::ffff:0:0/0": "",
	} {
		got, err := prefixes("exempt", []string{text}, "none")
		if want == "" {
			if err == nil {
				t.Errorf("%s: %v", text, got)
			}
			continue
		}
		if err != nil || len(got) != 1 || got[0].String() != want {
			t.Errorf("%s: %v %v, want %s", text, got, err, want)
		}
	}
}

// TestSessionsPerUser: 1,000 of one user.
func TestSessionsPerUser(t *testing.T) {
	bubble(t, options{flags: []string{"--max-per-user", "3"}}, func(t *testing.T, r *rig) {
		for range 3 {
			r.login(peerOne).ask()
		}
		c := r.dial(peerOne)
		c.send(someHello)
		c.wantFrame(`{"header":{},"data":{"sequesce":1,"isAuthencatedUser":"false","message-type":"CLOSE"}}`)
	})
	if l := readFlags(t, usual); l.perUser != 1000 || l.sessions != 100_000 {
		t.Errorf("%d per user, %d in all", l.perUser, l.sessions)
	}
}

// TestRate: 100 requests are answered at once and then 100 a second: what is over
// is answered late, and nothing is refused or lost.
func TestRate(t *testing.T) {
	for name, c := range map[string]struct {
		flags []string
		took  time.Duration
	}{
		"usual": {usual, 2 * time.Second},
		"other": {[]string{"--burst", "50", "--rate", "10"}, 25 * time.Second},
		"off":   {[]string{"--rate", "0"}, 0},
		"local": {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{flags: c.flags}, func(t *testing.T, r *rig) {
				fast, other := r.login(peerOne), r.login(peerOne)
				start := time.Now()
				for range 300 {
					fast.ask()
				}
				if took := time.Since(start); took != c.took {
					t.Errorf("300 requests took %v, want %v", took, c.took)
				}
				other.ask()
				if took := time.Since(start); took != c.took {
					t.Errorf("another session waits, too: %v", took)
				}
			})
		})
	}
}

// TestRateDrains: whoever waits is told CLOSE all the same.
func TestRateDrains(t *testing.T) {
	bubble(t, options{flags: []string{"--burst", "1", "--rate", "1"}}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.ask()
		start := time.Now()
		r.signals <- os.Interrupt
		c.wantClose(2)
		if took := time.Since(start); took > 100*time.Millisecond+r.server.timeouts.linger {
			t.Errorf("CLOSE after %v", took)
		}
	})
}

// TestHandshakeDeadlineEnds: the time of the handshake is none for what comes after it,
// with a deadline for each write and without.
func TestHandshakeDeadlineEnds(t *testing.T) {
	for _, limit := range []time.Duration{0, time.Second} {
		bubble(t, options{change: func(s *server) { s.timeouts.write = limit }}, func(t *testing.T, r *rig) {
			c := r.login(peerOne)
			time.Sleep(2 * r.server.timeouts.handshake)
			c.ask()
		})
	}
}

// TestHandshakeDeadlineIsNotTheAnswers: who does not read is given the time of an answer, also
// where a handshake may take longer.
func TestHandshakeDeadlineIsNotTheAnswers(t *testing.T) {
	bubble(t, options{change: func(s *server) { s.timeouts.handshake, s.timeouts.write = time.Hour, 2*time.Second }}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.pipe.stopReading()
		frame, err := c.Request(nil)
		fatal(t, err)
		c.send(string(frame))
		r.connectionsUntil(1, 2*time.Second+2*time.Second/writeSlack)
	})
}

// TestHandshakesAtOnce: no more than that are computed, and one that stalls takes
// no place.
func TestHandshakesAtOnce(t *testing.T) {
	bubble(t, options{change: func(s *server) { s.slots = make(slots, 1) }}, func(t *testing.T, r *rig) {
		hello := clientHello(t)
		for range 5 {
			_, err := r.connect(peerOne).pipe.Write(hello) // and nothing more
			fatal(t, err)
		}
		r.login(peerOne).ask()
		synctest.Wait()
		if len(r.server.slots) != 0 {
			t.Errorf("%d slots are held", len(r.server.slots))
		}
		r.server.slots <- struct{}{} // one that computes for long
		c := r.connect(peerOne)
		_, err := c.pipe.Write(hello)
		fatal(t, err)
		time.Sleep(time.Second)
		c.pipe.mu.Lock()
		got := len(c.pipe.buf)
		c.pipe.mu.Unlock()
		if got != 0 {
			t.Errorf("%d bytes of an answer", got)
		}
		<-r.server.slots
		synctest.Wait()
		if c.pipe.mu.Lock(); len(c.pipe.buf) == 0 {
			t.Error("no answer")
		}
		c.pipe.mu.Unlock()
	})
}

// TestTimeouts are flags, and 0 is none.
func TestTimeouts(t *testing.T) {
	bubble(t, options{flags: []string{"--tls-timeout", "1s", "--penalty-slow", "0"}}, func(t *testing.T, r *rig) {
		r.connect(peerOne)
		r.connectionsUntil(1, time.Second)
	})
	bubble(t, options{flags: []string{"--hello-timeout", "3s"}}, func(t *testing.T, r *rig) {
		c := r.dial(peerOne)
		time.Sleep(3 * time.Second)
		c.wantClose(0)
	})
	bubble(t, options{flags: []string{"--tls-timeout", "0", "--hello-timeout", "0", "--write-timeout", "0"}}, func(t *testing.T, r *rig) {
		r.connect(peerOne)
		r.dial(peerOne)
		c := r.login(peerOne)
		c.pipe.stopReading()
		frame, err := c.Request(nil)
		fatal(t, err)
		c.send(string(frame))
		time.Sleep(time.Minute)
		if n := r.connections(); n != 3 {
			t.Errorf("%d connections after a minute", n)
		}
	})
}

// TestLoginSource: the queue of logins hears from where they come, and whether
// anything is held against the address.
func TestLoginSource(t *testing.T) {
	var mu sync.Mutex
	var heard []keys.Source
	login := func(ctx context.Context, name string, password []byte) (wire.User, error) {
		mu.Lock()
		heard = append(heard, keys.SourceOf(ctx))
		mu.Unlock()
		return loginAlice(ctx, name, password)
	}
	bubble(t, options{flags: usual, login: login}, func(t *testing.T, r *rig) {
		r.login("[2001:db8::1:2:3:4]:1")
		r.guess(peerOne)
		r.guess(peerOne)
		if got := fmt.Sprint(heard); got != "[{2001:db8:: false} {192.0.2.1 false} {192.0.2.1 true}]" {
			t.Error(got)
		}
	})
}

// TestTurnedAwayAtTheEnd: what is held when the server stops is closed.
func TestTurnedAwayAtTheEnd(t *testing.T) {
	bubble(t, options{flags: []string{"--penalty-refuse", "5s"}}, func(t *testing.T, r *rig) {
		r.guess(peerOne)
		one, two := r.connect(peerOne), r.connect(peerOne)
		synctest.Wait()
		start := time.Now()
		r.cut()
		for _, c := range []*client{one, two} {
			if _, err := c.pipe.Read(make([]byte, 1)); err != io.EOF || time.Since(start) > heldFor {
				t.Errorf("%v after %v", err, time.Since(start))
			}
		}
	})
}
