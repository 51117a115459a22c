//go:build unix

package connect

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"proto/modes"
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
