package serve

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// sleeper hands out connections whose server is stopped, as by SIGSTOP, whenever a
// read fails: it hears of the failure, of a deadline's too, that much later.
type sleeper struct {
	net.Listener
	sleep time.Duration
}

func (l sleeper) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return sleepy{nc.(from), l.sleep}, nil
}

type sleepy struct {
	from
	sleep time.Duration
}

func (c sleepy) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	if err != nil {
		time.Sleep(c.sleep)
	}
	return n, err
}

// TestAsleep: a client that is late because the server did not run is not punished;
// one that is late by itself is.
func TestAsleep(t *testing.T) {
	for name, late := range map[string]func(r *rig){
		"handshake": func(r *rig) { r.connect(peerOne) },
		"HELLO":     func(r *rig) { r.dial(peerOne) },
	} {
		for sleep, refused := range map[time.Duration]int{0: 1, time.Minute: 0} {
			t.Run(name+" "+sleep.String(), func(t *testing.T) {
				o := options{flags: []string{"--penalty-refuse", "5s"}}
				o.listen = func(l *memListener) net.Listener { return sleeper{l, sleep} }
				bubble(t, o, func(t *testing.T, r *rig) {
					late(r)
					time.Sleep(5 * time.Minute)
					synctest.Wait()
					if n := len(r.out.events(t, "address refused")); n != refused {
						t.Errorf("refused %d times, want %d:\n%s", n, refused, r.out)
					}
				})
			})
		}
	}
}

// TestAsleepSaysNothing: HELLO may have come while the server did not run. So it must not say CLOSE, which a client takes for the
// answer, and does not try again.
func TestAsleepSaysNothing(t *testing.T) {
	for sleep, says := range map[time.Duration]func(c *client){
		0: func(c *client) { c.wantClose(0) },
		time.Minute: func(c *client) {
			if f, err := c.next(); !errors.Is(err, io.EOF) {
				c.t.Errorf("frame %v, error %v, want the end of TLS", f, err)
			}
		},
	} {
		t.Run(sleep.String(), func(t *testing.T) {
			o := options{listen: func(l *memListener) net.Listener { return sleeper{l, sleep} }}
			bubble(t, o, func(t *testing.T, r *rig) {
				c := r.dial(peerOne)
				time.Sleep(10*time.Second + sleep)
				says(c)
				time.Sleep(5 * time.Minute)
			})
		})
	}
}
