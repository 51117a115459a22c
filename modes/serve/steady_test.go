package serve

import (
	"crypto/tls"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"proto/wire"
)

// TestRequestAllocations: at most 4 allocations for a DATA_REQUEST, those of the
// client and of both ends of TLS included.
func TestRequestAllocations(t *testing.T) {
	address, config := realServer(t, nil)
	conn, err := tls.Dial("tcp", address, config)
	fatal(t, err)
	defer conn.Close()
	var c wire.Client
	hello, err := c.Hello(nil, wire.Hello{MAC: "02:fc:00:00:00:01", User: "test", Password: "test"})
	fatal(t, err)
	_, err = conn.Write(hello)
	fatal(t, err)
	reader := wire.NewReader(conn, wire.Limits{})
	buf := make([]byte, 0, wire.MaxFrame)
	hear := func() {
		f, err := reader.Next()
		fatal(t, err)
		if _, err := c.Receive(f); err != nil {
			t.Fatal(err)
		}
	}
	hear()
	ask := func() {
		frame, err := c.Request(buf)
		fatal(t, err)
		_, err = conn.Write(frame)
		fatal(t, err)
		hear()
	}
	for range 100 {
		ask()
	}
	// Under the race detector pools drop on purpose what is put into them.
	if n := testing.AllocsPerRun(2000, ask); n > 4 && !raceDetector {
		t.Errorf("%v allocations", n)
	}
}

// TestNothingGrows: an hour of many sessions, some of which end by CLOSE, some by
// a cut, some by their time, and some move, leaves nothing behind.
func TestNothingGrows(t *testing.T) {
	bubble(t, options{flags: usual}, func(t *testing.T, r *rig) {
		round := func() {
			for i := range 10 {
				peer := fmt.Sprintf("192.0.2.%d:1", i)
				c := r.login(peer)
				c.ask()
				switch i % 4 {
				case 0:
					frame, err := c.Close(nil)
					fatal(t, err)
					c.send(string(frame))
				case 1:
					c.pipe.Close()
				case 2:
					time.Sleep(time.Second)
					other := c.move(peer)
					other.ask()
					c.pipe.Close()
					other.pipe.Close()
				}
			}
			r.guess("192.0.2.99:1")
			r.connect("192.0.2.98:1")
			time.Sleep(3 * time.Minute) // longer than a session lives idle, or a penalty lasts
			synctest.Wait()
			for _, c := range r.server.list() {
				c.expel() // of which no client reads the end
			}
			synctest.Wait()
		}
		round()
		goroutines, heap := runtime.NumGoroutine(), heapNow()
		for range 20 {
			round()
		}
		if n := runtime.NumGoroutine(); n > goroutines+10 { // 20 rounds of 12 connections
			t.Errorf("%d goroutines, %d before", n, goroutines)
		}
		if grown := int64(heapNow()) - int64(heap); grown > 2<<20 {
			t.Errorf("%d bytes more", grown)
		}
		if n := r.server.core.Sessions(); n != 0 || r.connections() != 0 || r.server.waiting() != 0 {
			t.Errorf("%d sessions, %d connections, %d waiting", n, r.connections(), r.server.waiting())
		}
	})
}

func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestAnsweredAgain: the last answer is sent again over another connection with
// the same bytes, and takes no part in the session's count.
func TestAnsweredAgain(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		c.ask()
		frame, err := c.Request(nil)
		fatal(t, err)
		c.send(string(frame))
		first := string(c.mustNext().Raw())
		c.pipe.Close()
		for range 3 {
			other := c.move(peerOne)
			other.send(string(frame))
			if again := string(other.mustNext().Raw()); again != first {
				t.Errorf("answered %s, and again %s", first, again)
			}
			c = other
		}
		synctest.Wait()
		if n := r.figure(`proto_requests_total{answer="again"}`); n != "3" {
			t.Errorf("%s answered again", n)
		}
	})
}

// list is all connections.
func (s *server) list() (all []*connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		all = append(all, c)
	}
	return all
}
