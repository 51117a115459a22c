package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// proxy is a bad network between one client and a server. It cuts, resets, ends
// and stalls connections at random points, in either direction, and splits and
// delays what it lets through. As a network does, it forgets what it holds of a
// connection that was reset.
type proxy struct {
	target   string
	listener net.Listener
	random   *rand.Rand    // of the accepting goroutine
	doing    func() string // what the client is at
	faults   *faults
	running  sync.WaitGroup
	ctx      context.Context
	stop     context.CancelFunc
}

// faults are counted by what they did, in which direction, and to what.
type faults struct {
	total atomic.Int64
	mu    sync.Mutex
	by    map[string]int
}

func (f *faults) count(names ...string) {
	f.total.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range names {
		f.by[name]++
	}
}

func newProxy(target string, seed, stream uint64, doing func() string, f *faults) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{target: target, listener: l, random: rand.New(rand.NewPCG(seed, stream)), doing: doing, faults: f}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.running.Go(p.accept)
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) close() {
	p.stop()
	p.listener.Close()
	p.running.Wait()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		way := p.draw()
		p.running.Go(func() { p.carry(client.(*net.TCPConn), way) })
	}
}

// way is what a connection will meet.
type way struct {
	kind  string // of the fault: cut, reset, end, stall
	up    bool   // in the direction of the server
	while string // the client is at this
	after int    // bytes in that direction, while it was
	split bool
	delay bool
	seed  uint64
}

// sizes are about how many bytes pass while a client is at something: a handshake
// takes some 2,000 either way, HELLO and a request some 400, its answer some 200.
var sizes = map[string]int{"handshake": 2200, "HELLO": 400, "request": 2500, "key change": 350}

func (p *proxy) draw() way {
	w := way{
		kind: []string{"cut", "reset", "end", "stall"}[p.random.IntN(4)], up: p.random.IntN(2) == 0,
		while: []string{"handshake", "handshake", "HELLO", "request", "request", "request", "key change"}[p.random.IntN(7)],
		split: p.random.IntN(4) == 0, delay: p.random.IntN(4) == 0, seed: p.random.Uint64(),
	}
	w.after = p.random.IntN(sizes[w.while])
	return w
}

// crossing is a connection through the proxy.
type crossing struct {
	p              *proxy
	way            way
	client, server *net.TCPConn
}

func (p *proxy) carry(client *net.TCPConn, w way) {
	nc, err := (&net.Dialer{}).DialContext(p.ctx, "tcp", p.target)
	if err != nil {
		reset(client) // the server is away
		return
	}
	c := &crossing{p, w, client, nc.(*net.TCPConn)}
	stop := context.AfterFunc(p.ctx, c.reset)
	var pumps sync.WaitGroup
	pumps.Go(func() { c.pump(c.client, c.server, true) })
	pumps.Go(func() { c.pump(c.server, c.client, false) })
	pumps.Wait()
	stop()
	c.cut()
}

func (c *crossing) cut() {
	c.client.Close()
	c.server.Close()
}

func (c *crossing) reset() {
	reset(c.client)
	reset(c.server)
}

func reset(c *net.TCPConn) {
	_ = c.SetLinger(0) // fails on a closed one
	c.Close()
}

// pump carries one direction until it ends, or the fault comes.
func (c *crossing) pump(from, to *net.TCPConn, up bool) {
	random := rand.New(rand.NewPCG(c.way.seed, map[bool]uint64{false: 0, true: 1}[up]))
	left := -1
	if up == c.way.up {
		left = c.way.after
	}
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		piece := buf[:n]
		due := left >= 0 && n > 0 && c.p.doing() == c.way.while
		if due && n > left {
			piece = buf[:left]
		} else if due {
			left, due = left-n, false
		}
		if !c.forward(to, piece, random) {
			c.cut()
			return
		}
		switch {
		case due:
			c.fail(from, to, up)
			return
		case errors.Is(err, io.EOF):
			_ = to.CloseWrite() // fails where that has gone too
			return
		case err != nil:
			c.reset()
			return
		}
	}
}

// forward writes whole, or in pieces, or late.
func (c *crossing) forward(to *net.TCPConn, b []byte, random *rand.Rand) bool {
	for len(b) > 0 {
		n := len(b)
		if c.way.split {
			n = min(n, 1+random.IntN(60))
		}
		if c.way.delay && random.IntN(4) == 0 {
			select {
			case <-time.After(time.Duration(random.IntN(2000)) * time.Microsecond):
			case <-c.p.ctx.Done():
				return false
			}
		}
		if _, err := to.Write(b[:n]); err != nil {
			return false
		}
		b = b[n:]
	}
	return true
}

// fail does what the connection was drawn to meet.
func (c *crossing) fail(from, to *net.TCPConn, up bool) {
	direction := "to the client"
	if up {
		direction = "to the server"
	}
	c.p.faults.count(c.way.kind, direction, c.p.doing()+" "+direction)
	switch c.way.kind {
	case "cut":
		c.cut()
	case "reset":
		c.reset()
	case "end":
		_ = to.CloseWrite() // it can still answer, into the void
		_, _ = io.Copy(io.Discard, from)
		c.reset()
	case "stall": // until one side gives up
		_, _ = io.Copy(io.Discard, from)
		c.reset()
	}
}

// openFiles counts this process's; -1 where that cannot be told.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(entries)
}

// String is for reports.
func (f *faults) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprintf("%d faults: %v", f.total.Load(), f.by)
}

// terminate is how a server of these tests is told to end.
const terminate = syscall.SIGTERM
