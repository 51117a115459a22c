package connect

import (
	"context"
	"crypto/tls"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"proto/modes"
)

// process is a `proto serve` of its own.
type process struct {
	cmd     *exec.Cmd
	address string
	trust   *tls.Config
}

// startProcess starts one at an address, its state kept in a directory.
func startProcess(t *testing.T, address, state string, log *sealed, flags ...string) *process {
	t.Helper()
	log.newServer()
	p := &process{cmd: exec.Command(os.Args[0], append([]string{"serve", "--listen", address, "-v", "--log", "json"}, flags...)...)}
	p.cmd.Env = append(os.Environ(), asProto+"=1", "XDG_STATE_HOME="+state)
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.address, p.trust = readAnnouncement(t, out)
	return p
}

// logLag is how many answers a server that is killed may not have logged yet: its
// log never holds up an answer.
const logLag = 20

// kill ends it as kill -9 does. All it has logged has been read then.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // its error is the signal
}

// killClients run at once, and their server is killed kills times.
const (
	killClients = 8
	kills       = 5
)

// TestServerKilled: the server is killed and started anew, again and again. No text
// comes twice or out of order, at most the last one of each session that is gone is
// missing, and then the client has said so.
func TestServerKilled(t *testing.T) {
	made, state := &sealed{}, t.TempDir()
	server := startProcess(t, "127.0.0.1:0", state, made)
	address, trust := server.address, server.trust
	ctx, stop := context.WithCancelCause(t.Context())
	var clients sync.WaitGroup
	var readers []*reader
	for i := range killClients {
		s := impatient(5 * time.Second)
		s.interval = time.Duration(i%4) * time.Millisecond
		r := newReader(s)
		r.progress = make(chan struct{}, 1)
		readers = append(readers, r)
		dial := dialing(address, trust)
		clients.Go(func() {
			err := newSession(s, builtIn, dial, r).run(ctx)
			if code := r.p.Report(err); code != modes.ExitInterrupt {
				t.Errorf("client %d: code %d\n%s", i, code, r.notes.String())
			}
		})
	}
	for range kills {
		waitProgress(t, readers)
		server.kill()
		server = startProcess(t, address, state, made)
	}
	waitProgress(t, readers)
	stop(&signalled{os.Interrupt})
	clients.Wait()
	server.kill()

	missing := 0
	for i, r := range readers {
		r.checkShown(t)
		if len(r.sessions) != kills+1 {
			t.Errorf("client %d: %d sessions, want %d", i, len(r.sessions), kills+1)
		}
		for _, m := range made.check(t, r, 1, logLag) {
			if m.session == kills { // it ended with the test, not with its server
				continue
			}
			missing++
			if !strings.Contains(r.notes.String(), m.words) {
				t.Errorf("client %d did not say %q:\n%s", i, m.words, r.notes.String())
			}
		}
	}
	t.Logf("%d kills, %d clients, %d answers, %d lost with their server", kills, killClients, total(readers), missing)
}

// dialing makes connections to an address.
func dialing(address string, trust *tls.Config) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		tc, err := modes.DialTLS(ctx, nil, address, trust)
		if err != nil {
			return nil, err
		}
		return tc, nil
	}
}

func total(readers []*reader) (n int64) {
	for _, r := range readers {
		n += r.count.Load()
	}
	return n
}

// waitProgress waits until each client has had an answer: the third from now on is
// not one that was on its way before.
func waitProgress(t *testing.T, readers []*reader) {
	t.Helper()
	late := time.After(30 * time.Second)
	for i, r := range readers {
		for range 3 {
			select {
			case <-r.progress:
			case <-late:
				t.Fatalf("client %d has no answers: %s", i, r.doing())
			}
		}
	}
}
