package serve

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"proto/wire"
)

// TestDrain: CLOSE to every connection, each with its own last sequence, and the
// server is done when all have gone.
func TestDrain(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			bubble(t, options{}, func(t *testing.T, r *rig) {
				asked, fresh, early := r.login(peerOne), r.login("192.0.2.2:40002"), r.dial("192.0.2.3:40003")
				asked.ask()
				asked.ask()
				start := time.Now()
				r.signals <- signal
				asked.wantClose(3)
				fresh.wantClose(0)
				early.wantClose(0)
				// The second of two sessions is told in the middle of the first third, and has a
				// second to close its side.
				r.wantEnd(start, 10*time.Second/3/2+time.Second)
				if events := r.out.events(t, "refused"); len(events) != 0 {
					t.Errorf("refused: %v", events)
				}
			})
		})
	}
}

// TestDrainSpread: CLOSE is spread evenly over the first third of --drain, and
// whoever waits for it is answered. Clients that close their side do not keep the
// server.
func TestDrainSpread(t *testing.T) {
	bubble(t, options{drain: time.Minute}, func(t *testing.T, r *rig) {
		const clients = 20
		var all sync.WaitGroup
		var mu sync.Mutex
		told := make(map[time.Duration]bool)
		start := time.Now()
		for range clients {
			c := r.login(peerOne)
			all.Go(func() {
				c.wantFrame(`{"header":{},"data":{"sequesce":0,"message-type":"CLOSE"}}`)
				mu.Lock()
				told[time.Since(start)] = true
				mu.Unlock()
				c.pipe.Close()
			})
		}
		last := r.login(peerOne)
		r.signals <- os.Interrupt
		r.aside.Go(func() {
			for time.Since(start) < time.Minute {
				frame, err := last.Request(nil)
				fatalNot(err)
				last.send(string(frame))
				a, err := last.Receive(last.mustNext())
				fatalNot(err)
				if a.Kind == wire.Closed {
					if d := time.Since(start); d > 20*time.Second {
						t.Errorf("CLOSE after %v", d)
					}
					last.pipe.Close()
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Error("no CLOSE")
		})
		all.Wait()
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
		missing := 0 // one of them is the last client's
		for i := range clients + 1 {
			if !told[time.Duration(i)*(20*time.Second/(clients+1))] {
				missing++
			}
		}
		if missing != 1 || len(told) != clients {
			t.Errorf("told at %v", told)
		}
	})
}

// TestDrainOne: a single client is told at once.
func TestDrainOne(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		start := time.Now()
		r.signals <- os.Interrupt
		c.wantFrame(`{"header":{},"data":{"sequesce":0,"message-type":"CLOSE"}}`)
		c.pipe.Close()
		r.wantEnd(start, 0)
	})
}

// TestDrainNobody: without connections the server ends at once.
func TestDrainNobody(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		start := time.Now()
		r.signals <- os.Interrupt
		r.wantEnd(start, 0)
		if _, err := r.listener.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("the listener is open: %v", err)
		}
	})
}

// TestDrainHandshake: to a connection without TLS no CLOSE can be said; it is
// closed and keeps nobody.
func TestDrainHandshake(t *testing.T) {
	for name, part := range map[string]int{"silent": 0, "half a ClientHello": 2} {
		t.Run(name, func(t *testing.T) {
			bubble(t, options{}, func(t *testing.T, r *rig) {
				hello := clientHello(t)
				c := r.connect(peerOne)
				if part > 0 {
					_, err := c.pipe.Write(hello[:len(hello)/part])
					fatal(t, err)
				}
				synctest.Wait()
				start := time.Now()
				r.signals <- os.Interrupt
				r.wantEnd(start, 0)
				if events := r.out.events(t, "handshake failed"); len(events) != 0 {
					t.Errorf("log: %v", events)
				}
			})
		})
	}
}

// TestDrainHalfFrame: half a HELLO or half a request is not waited for.
func TestDrainHalfFrame(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		early, late := r.dial(peerOne), r.login("192.0.2.2:40002")
		late.ask()
		early.send(someHello[:30])
		late.send(`{"header":{"token"`)
		synctest.Wait()
		start := time.Now()
		r.signals <- os.Interrupt
		early.wantClose(0)
		late.wantClose(2)
		r.wantEnd(start, time.Second)
	})
}

// TestDrainFinishes: what is being answered is finished, and then CLOSE is said.
func TestDrainFinishes(t *testing.T) {
	slow := func(_ context.Context, name string, _ []byte) (wire.User, error) {
		time.Sleep(2 * time.Second)
		return wire.User{Name: name}, nil
	}
	bubble(t, options{login: slow}, func(t *testing.T, r *rig) {
		c := r.dial(peerOne)
		c.send(someHello)
		time.Sleep(time.Second)
		start := time.Now()
		r.signals <- os.Interrupt
		if f := c.mustNext(); !f.Type().Is(wire.TypeHelloAck) {
			t.Errorf("answer %s", f.Raw())
		}
		c.wantClose(0)
		r.wantEnd(start, 2*time.Second)
	})
}

// deaf is a rig with a client that never reads.
func deaf(t *testing.T, r *rig) {
	t.Helper()
	r.login(peerOne).pipe.stopReading()
	if r.connections() != 1 {
		t.Fatal("no connection")
	}
}

// TestDrainDeaf: a client that never reads keeps the server for --drain.
func TestDrainDeaf(t *testing.T) {
	bubble(t, options{drain: 3 * time.Second}, func(t *testing.T, r *rig) {
		deaf(t, r)
		start := time.Now()
		r.signals <- os.Interrupt
		r.wantEnd(start, 3*time.Second)
	})
}

// TestDrainEndless: neither does one whose requests never end.
func TestDrainEndless(t *testing.T) {
	bubble(t, options{drain: 3 * time.Second}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.pipe.stopReading()
		r.aside.Go(func() {
			for {
				frame, err := c.Request(nil)
				if err != nil {
					return
				}
				if _, err := c.tls.Write(frame); err != nil {
					return
				}
			}
		})
		synctest.Wait()
		start := time.Now()
		r.signals <- os.Interrupt
		r.wantEnd(start, 3*time.Second)
	})
}

// TestDrainSecondSignal: the second signal cuts.
func TestDrainSecondSignal(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		deaf(t, r)
		start := time.Now()
		r.signals <- os.Interrupt
		time.Sleep(1500 * time.Millisecond)
		r.signals <- os.Interrupt
		r.wantEnd(start, 1500*time.Millisecond)
		if events := r.out.events(t, "connections cut"); len(events) != 1 {
			t.Errorf("log %s", r.out)
		}
	})
}

// lateListener accepts one more connection while it is being closed, as happens
// when the connection was complete already.
type lateListener struct {
	*memListener
	last chan net.Conn
}

func (l *lateListener) Accept() (net.Conn, error) {
	nc, err := l.memListener.Accept()
	select {
	case nc := <-l.last:
		return nc, nil
	default:
		return nc, err
	}
}

// slowAddr is a connection whose goroutine has no luck with the scheduler.
type slowAddr struct{ from }

func (s slowAddr) RemoteAddr() net.Addr {
	time.Sleep(100 * time.Millisecond)
	return s.from.RemoteAddr()
}

// TestDrainLate: serveUntil waits for a connection accepted at the very end too.
func TestDrainLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := make(chan net.Conn, 1)
		r := newRig(t, options{listen: func(l *memListener) net.Listener { return &lateListener{l, late} }})
		near, far := net.Pipe()
		late <- slowAddr{from{far, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}}}
		synctest.Wait()
		start := time.Now()
		r.signals <- os.Interrupt
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took >= time.Second {
			t.Errorf("serveUntil has waited %v for a handshake", took)
		}
		_ = near.SetReadDeadline(time.Now().Add(1)) // an error where it is closed
		if _, err := near.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("serveUntil has returned after %v, the connection: %v", time.Since(start), err)
		}
		r.server.active.Wait()
	})
}
