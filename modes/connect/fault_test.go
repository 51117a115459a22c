package connect

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/modes/serve"
)

// realServer is `proto serve` within this process.
type realServer struct {
	address string
	trust   *tls.Config
	signals chan os.Signal
	ended   chan error
}

func startServer(t *testing.T, log io.Writer) *realServer {
	t.Helper()
	s := &realServer{signals: make(chan os.Signal, 1), ended: make(chan error, 1)}
	state := t.TempDir()
	out, announce := io.Pipe()
	p := &modes.Process{
		Out: announce, Err: log, Signals: s.signals,
		Env: func(name string) string { return map[string]string{"XDG_STATE_HOME": state}[name] },
	}
	go func() {
		app := modes.NewApp(p, []modes.Mode{serve.Command(p)})
		s.ended <- modes.Run(context.Background(), app, []string{"serve", "--listen", "127.0.0.1:0", "--max-per-user", "0", "-v", "--log", "json"})
		announce.Close()
	}()
	s.address, s.trust = readAnnouncement(t, out)
	return s
}

// readAnnouncement reads what a server says when it is ready.
func readAnnouncement(t *testing.T, out io.Reader) (address string, trust *tls.Config) {
	t.Helper()
	lines := bufio.NewScanner(out)
	var pin string
	for lines.Scan() {
		switch f := strings.Fields(lines.Text()); f[0] {
		case "listening":
			address = f[1]
		case "pin":
			pin = f[1]
		case "connect":
			pins, err := keys.ParsePin(pin)
			if err != nil {
				t.Fatal(err)
			}
			trust, err = keys.Trust{Pins: pins}.Config("127.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			return address, trust
		}
	}
	t.Fatal("the server did not announce itself")
	return "", nil
}

func (s *realServer) stop(t *testing.T) {
	t.Helper()
	s.signals <- terminate
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
}

// impatient are the settings of a client that tries again at once.
func impatient(timeout time.Duration) *settings {
	return &settings{
		timeout: timeout, mac: "02:fc:00:00:00:01", json: true,
		wait: backoff{first: time.Millisecond, longest: 50 * time.Millisecond, random: rand.Float64},
	}
}

// newReader makes a client's watcher.
func newReader(s *settings) *reader {
	r := &reader{}
	p := &modes.Process{Out: &r.shown, Err: &r.notes}
	r.display = &display{p: p, s: s, screen: modes.NewScreen(p, p.Out, p.Err)}
	r.at("handshake")
	return r
}

var builtIn = modes.Login{User: "test", Password: "test"}

// wantedFaults is how many faults a run must have seen: some hundred by default,
// PROTO_TEST_FAULTS says otherwise.
func wantedFaults(t *testing.T) int64 {
	if text := os.Getenv("PROTO_TEST_FAULTS"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 400
}

// held is what a process holds.
type held struct {
	goroutines, files int
	heap              uint64
}

func measure() held {
	runtime.GC()
	runtime.GC() // finalizers of the first have run
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return held{runtime.NumGoroutine(), openFiles(), m.HeapAlloc}
}

// wantAsBefore: everything is given back. Goroutines that have said that they are
// done may still be on their way out.
func wantAsBefore(t *testing.T, before held) {
	t.Helper()
	after := measure()
	for range 200 {
		if after.goroutines <= before.goroutines && after.files <= before.files {
			break
		}
		runtime.Gosched()
		after = measure()
	}
	if after.goroutines > before.goroutines || after.files > before.files || after.heap > before.heap+4<<20 {
		stacks := make([]byte, 1<<16)
		t.Errorf("before: %+v, after: %+v\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}

// TestFaults: real clients, a real server, and between them a network that fails
// at every point again and again. All texts that were sealed are read, once and in
// order.
func TestFaults(t *testing.T) {
	warm := startServer(t, io.Discard) // what a process makes once is not counted
	warm.stop(t)
	before := measure()
	faults := &faults{by: make(map[string]int)}
	seen := faultRun(t, faults, wantedFaults(t))
	t.Logf("%v; %d answers in %d sessions", faults, seen.answers, seen.sessions)
	for _, name := range []string{
		"cut", "reset", "end", "stall", "handshake to the server", "handshake to the client", "HELLO to the server", "HELLO to the client",
		"request to the server", "request to the client", "key change to the server", "key change to the client",
	} {
		if faults.by[name] == 0 {
			t.Errorf("no fault was: %s", name)
		}
	}
	wantAsBefore(t, before)
}

type faultsSeen struct{ answers, sessions int }

// faultClients run at once.
const faultClients = 24

func faultRun(t *testing.T, f *faults, want int64) (seen faultsSeen) {
	made := &sealed{}
	made.newServer()
	server := startServer(t, made)
	var clients sync.WaitGroup
	var mu sync.Mutex
	var readers []*reader
	for i := range faultClients {
		clients.Go(func() {
			for n := 0; f.total.Load() < want; n++ {
				r := oneClient(t, server, f, uint64(i), uint64(n))
				mu.Lock()
				readers = append(readers, r)
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	server.stop(t)
	for _, r := range readers {
		made.check(t, r, 0, 0)
		r.checkShown(t)
		seen.answers += int(r.count.Load())
		seen.sessions += len(r.sessions)
	}
	for _, s := range made.sessions {
		if !s.claimed {
			t.Errorf("%s: %d answers sealed, none read", s.name, len(s.answers))
		}
	}
	for _, p := range made.problems[:min(5, len(made.problems))] {
		t.Error(p)
	}
	return seen
}

// oneClient runs one client through a network of its own. Its first connection may
// fail, and it then has nothing; otherwise all is well in the end.
func oneClient(t *testing.T, server *realServer, f *faults, i, n uint64) *reader {
	s := impatient(400 * time.Millisecond)
	s.count = 12
	r := newReader(s)
	p, err := newProxy(server.address, i, n, r.doing, f)
	if err != nil {
		t.Error(err)
		return r
	}
	defer p.close()
	err = newSession(s, builtIn, dialing(p.address(), server.trust), r).run(t.Context())
	code := r.p.Report(err)
	answers := int(r.count.Load())
	if !(code == modes.ExitDone && answers == s.count) && !(code == modes.ExitPeer && answers == 0) {
		t.Errorf("client %d.%d: code %d with %d answers\n%s", i, n, code, answers, r.notes.String())
	}
	if strings.Contains(r.notes.String(), "is gone") {
		t.Errorf("client %d.%d: %s", i, n, r.notes.String())
	}
	return r
}
