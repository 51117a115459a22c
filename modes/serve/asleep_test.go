package serve

import (
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
