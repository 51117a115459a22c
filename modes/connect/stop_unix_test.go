//go:build unix

package connect

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"proto/modes"
	"proto/wire"
)

// A process that is stopped by SIGSTOP neither reads nor answers, while its system
// takes connections and bytes for it. When it goes on, all its deadlines are over.

const (
	stopClients = 8
	stops       = 4
)

// losses lets a test wait until a client has lost a connection.
type losses struct {
	*reader
	lostOne chan struct{}
}

func (l *losses) lost(kind trouble, note string) {
	l.reader.lost(kind, note)
	select {
	case l.lostOne <- struct{}{}:
	default:
	}
}

// TestServerStopped: the server is stopped at random points until every client has
// given up waiting at least once, and goes on. All sessions go on, every text comes
// once and in order, and no client is punished.
func TestServerStopped(t *testing.T) {
	made := &sealed{}
	server := startProcess(t, "127.0.0.1:0", t.TempDir(), made, "--exempt", "none", "--tls-timeout", "100ms", "--hello-timeout", "100ms", "--max-per-address", "1000")
	ctx, stop := context.WithCancelCause(t.Context())
	var clients sync.WaitGroup
	var readers []*reader
	var watched []*losses
	for i := range stopClients {
		s := impatient(250 * time.Millisecond)
		s.interval = time.Duration(i%4) * time.Millisecond
		l := &losses{newReader(s), make(chan struct{}, 1)}
		l.progress = make(chan struct{}, 1)
		readers, watched = append(readers, l.reader), append(watched, l)
		clients.Go(func() {
			err := newSession(s, builtIn, dialing(server.address, server.trust), l).run(ctx)
			if code := l.p.Report(err); code != modes.ExitInterrupt {
				t.Errorf("client %d: code %d\n%s", i, code, l.notes.String())
			}
		})
	}
	random := rand.New(rand.NewPCG(5, 5))
	for range stops {
		waitProgress(t, readers)
		for range random.IntN(20) {
			<-readers[random.IntN(stopClients)].progress
		}
		for _, l := range watched {
			select {
			case <-l.lostOne: // of an earlier stop
			default:
			}
		}
		signalProcess(t, server.cmd.Process, syscall.SIGSTOP)
		for i, l := range watched {
			select {
			case <-l.lostOne:
			case <-time.After(30 * time.Second):
				t.Errorf("client %d waits: %s", i, l.doing())
			}
		}
		signalProcess(t, server.cmd.Process, syscall.SIGCONT)
	}
	waitProgress(t, readers)
	stop(&signalled{os.Interrupt})
	clients.Wait()
	_ = server.cmd.Process.Signal(syscall.SIGTERM)
	_ = server.cmd.Wait()
	for i, r := range readers {
		r.checkShown(t)
		made.check(t, r, 1, 0) // the last is the one that was awaited when the test ended
		if len(r.sessions) != 1 {
			t.Errorf("client %d: %d sessions\n%s", i, len(r.sessions), r.notes.String())
		}
	}
	for _, p := range made.problems {
		t.Error(p)
	}
	if made.punished > 0 {
		t.Errorf("addresses refused: %d", made.punished)
	}
	t.Logf("%d stops, %d clients, %d answers", stops, stopClients, total(readers))
}

func signalProcess(t *testing.T, p *os.Process, s syscall.Signal) {
	t.Helper()
	if err := p.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// TestClientStopped: a client of its own process is stopped at random points while
// another one has answers, and goes on. What it gives out is what the server sealed
// for it, each text once and in order.
func TestClientStopped(t *testing.T) {
	state := t.TempDir()
	record := filepath.Join(state, "record")
	server := startProcess(t, "127.0.0.1:0", state, &sealed{}, "--record", record)

	s := impatient(time.Second)
	s.interval = 10 * time.Millisecond
	other := newReader(s)
	other.progress = make(chan struct{}, 1)
	ctx, stop := context.WithCancelCause(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = newSession(s, builtIn, dialing(server.address, server.trust), other).run(ctx) })

	client := exec.Command(os.Args[0], "connect", server.address, "--user", "test", "--interval", "0", "--timeout", "100ms", "--json")
	client.Env = append(os.Environ(), asProto+"=1", "XDG_STATE_HOME="+state, "PROTO_PASSWORD=test")
	notes := &lockedBuffer{}
	client.Stderr = notes
	out, err := client.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var shown []string
	random := rand.New(rand.NewPCG(6, 6))
	for i := 0; i < 8 || !strings.Contains(notes.String(), "goes on"); i++ {
		n := 1 + random.IntN(8)
		if i == 0 {
			n += 110 // from then on the server answers late, and the client waits most of the time
		}
		for range n {
			if !lines.Scan() {
				t.Fatalf("the client has ended:\n%s", notes)
			}
			shown = append(shown, textOf(t, lines.Text()))
		}
		signalProcess(t, client.Process, syscall.SIGSTOP)
		for range 15 + random.IntN(5) {
			<-other.progress
		}
		signalProcess(t, client.Process, syscall.SIGCONT)
	}
	signalProcess(t, client.Process, syscall.SIGINT)
	for lines.Scan() {
		shown = append(shown, textOf(t, lines.Text()))
	}
	var ended *exec.ExitError
	if err := client.Wait(); !errors.As(err, &ended) || ended.ExitCode() != modes.ExitInterrupt {
		t.Errorf("the client: %v\n%s", err, notes)
	}
	stop(&signalled{os.Interrupt})
	running.Wait()
	signalProcess(t, server.cmd.Process, syscall.SIGTERM)
	_ = server.cmd.Wait()

	made := recorded(t, record)[shown[0]]
	if n := len(made) - len(shown); n < 0 || n > 1 || !slices.Equal(shown, made[:len(shown)]) { // the last may be the one that was awaited
		t.Errorf("%d texts sealed:\n%q\n%d shown:\n%q\n%s", len(made), made, len(shown), shown, notes)
	}
	if strings.Contains(notes.String(), "anew") {
		t.Errorf("its session was lost:\n%s", notes)
	}
	t.Logf("%d answers, %d connections lost", len(shown), strings.Count(notes.String(), "goes on"))
}

// lockedBuffer takes the stderr of a process, and can be looked at meanwhile.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// textOf is a line of --json without what the server does not know.
func textOf(t *testing.T, line string) string {
	t.Helper()
	var a struct {
		Sequence, Session int
		Text              string
	}
	if err := json.Unmarshal([]byte(line), &a); err != nil {
		t.Fatalf("line %q: %v", line, err)
	}
	return fmt.Sprintf("%d %d %s", a.Session, a.Sequence, a.Text)
}

// recorded decrypts what a server recorded: the texts of each session, by the first
// of them. A retransmission counts once.
func recorded(t *testing.T, file string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	type session struct {
		client wire.Client
		texts  []string
	}
	sessions := make(map[string]*session)
	for line := range bytes.Lines(data) {
		var entry struct{ Dir, Frame string }
		var f wire.Frame
		if err := json.Unmarshal(line, &entry); err != nil {
			t.Fatalf("record %q: %v", line, err)
		}
		if _, err := wire.Parse([]byte(entry.Frame), wire.Limits{}, &f); err != nil {
			t.Fatalf("record %q: %v", line, err)
		}
		id := string(f.Data.Get("sessionId").Raw())
		if entry.Dir != "s2c" || id == "" {
			continue
		}
		s := sessions[id]
		if s == nil {
			s = &session{}
			sessions[id] = s
			_, err = s.client.Hello(nil, wire.Hello{})
		} else if !s.client.Awaiting() {
			_, err = s.client.Request(nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		switch a, err := s.client.Receive(&f); {
		case err != nil || a.Unreadable != nil:
			t.Fatalf("record %q: %v %v", line, err, a.Unreadable)
		case a.Kind == wire.Data:
			s.texts = append(s.texts, fmt.Sprintf("%s %d %s", id, a.Sequence, a.Text))
		}
	}
	made := make(map[string][]string)
	for _, s := range sessions {
		if len(s.texts) > 0 {
			made[s.texts[0]] = s.texts
		}
	}
	return made
}
