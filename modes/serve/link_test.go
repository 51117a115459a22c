package serve

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"proto/wire"
)

// TestLinkWipe: of what a connection read last nothing is left in TLS's memory, in however
// many pieces it came.
func TestLinkWipe(t *testing.T) {
	for _, pieces := range [][]string{{"password"}, {"pass", "word"}, {"pa", "s", "swor", "d"}, {"a long record first, then the", "password"}} {
		client, server := net.Pipe()
		l := &link{Conn: server}
		memory := make([]byte, 64) // as TLS has it: one buffer, read into behind what is there
		at := 0
		for i, piece := range pieces {
			go func() { _, _ = io.WriteString(client, piece) }()
			if i > 0 && at > 8 {
				at = 0 // what was there has been taken
			}
			n, err := io.ReadFull(l, memory[at:at+len(piece)])
			fatal(t, err)
			at += n
		}
		l.wipe()
		if !bytes.Equal(memory, make([]byte, len(memory))) {
			t.Errorf("%q: %q is left", pieces, memory)
		}
		l.wipe()
		client.Close()
		server.Close()
	}
}

// spied hands out connections of which it keeps the memory that is read into.
type spied struct {
	net.Listener
	mu   sync.Mutex
	read [][]byte
}

type spiedConn struct {
	from
	all *spied
}

func (w *spied) Accept() (net.Conn, error) {
	nc, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return spiedConn{nc.(from), w}, nil
}

func (c spiedConn) Read(b []byte) (int, error) {
	c.all.mu.Lock()
	c.all.read = append(c.all.read, b[:cap(b)])
	c.all.mu.Unlock()
	return c.from.Read(b)
}

// has says whether a text is in that memory.
func (w *spied) has(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.read {
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

// TestPasswordOfRefusedLogin: it is not left in TLS's memory, whatever the client says or
// does after the CLOSE.
func TestPasswordOfRefusedLogin(t *testing.T) {
	const wrong = "not-the-password-of-alice"
	for name, end := range map[string]func(c *client){
		"nothing":      func(*client) {},
		"end":          func(c *client) { c.pipe.Close() },
		"close_notify": func(c *client) { fatal(c.t, c.tls.CloseWrite()) },
		"more":         func(c *client) { c.send(string(make([]byte, 100))) },
	} {
		t.Run(name, func(t *testing.T) {
			w := &spied{}
			o := options{listen: func(l *memListener) net.Listener { w.Listener = l; return w }}
			bubble(t, o, func(t *testing.T, r *rig) {
				c := r.dial(peerOne)
				hello, err := c.Hello(nil, wire.Hello{MAC: "m", User: goodUser, Password: wrong})
				fatal(t, err)
				c.send(string(hello))
				_ = c.mustNext()
				end(c)
				time.Sleep(r.server.timeouts.linger)
				if n := r.connections(); n != 0 {
					t.Fatalf("%d connections", n)
				}
				if w.has(wrong) {
					t.Error("it is there")
				}
			})
		})
	}
}

// holding keeps back what is written while it holds.
type holding struct {
	net.Conn
	holds bool
	kept  []byte
}

func (h *holding) Write(b []byte) (int, error) {
	if !h.holds {
		return h.Conn.Write(b)
	}
	h.kept = append(h.kept, b...)
	return len(b), nil
}

// TestPasswordOfGoodLogin: it is gone when HELLO has been answered, or at the latest with the
// connection, where a part of the next record has come with it. That is not touched.
func TestPasswordOfGoodLogin(t *testing.T) {
	for _, behind := range []int{0, 1, 5, 30, 1000} { // bytes that come with it
		w := &spied{}
		o := options{listen: func(l *memListener) net.Listener { w.Listener = l; return w }}
		bubble(t, o, func(t *testing.T, r *rig) {
			c := r.connect(peerOne)
			held := &holding{Conn: c.pipe}
			c.tls = tls.Client(held, &tls.Config{InsecureSkipVerify: true})
			fatal(t, c.tls.Handshake())
			c.reader = wire.NewReader(c.tls, wire.Limits{})
			hello, err := c.Hello(nil, wire.Hello{MAC: "m", User: goodUser, Password: goodPassword})
			fatal(t, err)
			held.holds = true
			c.send(string(hello))
			first := len(held.kept) + behind
			c.send(`{"header":{"token":"no"},"data":{"message-type":"CLOSE","sessionId":1,"sequence":2}}`)
			held.holds = false
			first = min(first, len(held.kept))
			_, err = held.Write(held.kept[:first])
			fatal(t, err)
			if a, err := c.Receive(c.mustNext()); err != nil || a.Kind != wire.Accepted {
				t.Fatalf("%+v %v", a, err)
			}
			synctest.Wait()
			if behind == 0 && w.has(goodPassword) {
				t.Error("it is there")
			}
			_, err = held.Write(held.kept[first:])
			fatal(t, err)
			c.wantClose(2) // as the token is wrong
			if r.connections(); w.has(goodPassword) {
				t.Errorf("with %d bytes behind it is there at the end", behind)
			}
		})
	}
}

// TestLinkForgets: of what was read before forget was called nothing is left when TLS reads
// on, but for what it has not taken yet.
func TestLinkForgets(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	l := &link{Conn: server}
	memory := make([]byte, 64)
	read := func(at int, piece string) {
		t.Helper()
		go func() { _, _ = io.WriteString(client, piece) }()
		n, err := l.Read(memory[at:])
		fatal(t, err)
		if n != len(piece) {
			t.Fatal(n)
		}
	}
	want := func(text string) {
		t.Helper()
		if got := string(bytes.TrimRight(memory, "\x00")); got != text {
			t.Errorf("%q is there, want %q", got, text)
		}
	}
	read(0, "password next")
	l.forget()
	read(13, " one") // "next" is not taken yet
	want("password next one")
	read(0, "x")
	want("x")
	read(0, "more")
	read(0, "y") // nothing secret came since
	want("yore")
	l.forget()
	other := make([]byte, 64) // a long record needs more room
	go func() { _, _ = io.WriteString(client, "z") }()
	_, err := l.Read(other[20:])
	fatal(t, err)
	want("")
}

// TestLateRecord: what TLS itself has to say long after the last answer, as when the client
// changes its keys, arrives.
func TestLateRecord(t *testing.T) {
	const alert = "remote error: tls: bad record MAC"
	for name, o := range map[string]options{
		"after an answer": {},
		"no deadline":     {flags: []string{"--write-timeout", "0"}},
		"before HELLO":    {flags: []string{"--hello-timeout", "1m", "--tls-timeout", "1s"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, o, func(t *testing.T, r *rig) {
				c := r.dial(peerOne)
				if name != "before HELLO" {
					c.hello()
					c.ask()
				}
				time.Sleep(20 * time.Second)
				_, err := c.pipe.Write(append([]byte{23, 3, 3, 0, 32}, make([]byte, 32)...)) // no client's
				fatal(t, err)
				if _, err := c.next(); err == nil || err.Error() != alert {
					t.Errorf("%v, want %s", err, alert)
				}
			})
		})
	}
}

// TestLateRecordUnread: and it does not wait for ever for a client that does not read.
func TestLateRecordUnread(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.ask()
		c.pipe.stopReading()
		time.Sleep(20 * time.Second)
		_, err := c.pipe.Write(append([]byte{23, 3, 3, 0, 32}, make([]byte, 32)...))
		fatal(t, err)
		r.connectionsUntil(1, 10*time.Second+10*time.Second/writeSlack)
	})
}
