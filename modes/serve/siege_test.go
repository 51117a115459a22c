package serve

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"proto/wire"
)

// BenchmarkServeSiege: 2,000 sessions that ask every 10 s each, quiet and then
// while 500 attackers from other addresses stall in handshake and HELLO, guess
// passwords and send garbage, each without a pause. Reported: the p99 of an answer
// in both, how many tries a new client needs at most, and resident memory.
func BenchmarkServeSiege(b *testing.B) {
	if os.Getenv("PROTO_BENCH") == "" {
		b.Skip("run by .ci/bench-serve")
	}
	hash, err := bcrypt.GenerateFromPassword([]byte("test"), 10)
	if err != nil {
		b.Fatal(err)
	}
	users := filepath.Join(b.TempDir(), "users")
	if err := os.WriteFile(users, fmt.Appendf(nil, "test:%s\nnew:%s\n", hash, hash), 0o600); err != nil {
		b.Fatal(err)
	}
	p := startProcess(b, "serve", "--users", users, "--listen", "127.0.0.1:0", "--exempt", "none", "--max-per-user", "0", "--max-startups", "100:30:300")
	const sessions = 2000
	all := make([]*caller, 0, sessions)
	for range sessions {
		c, err := p.open()
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, c)
	}
	quiet := askSlowly(b, all, 10*time.Second)
	before := p.resident()
	stop := make(chan struct{})
	var attackers sync.WaitGroup
	var tries atomic.Int64
	for i := range 500 {
		attackers.Go(func() { attack(p.address, i, stop, &tries) })
	}
	var newcomers sync.WaitGroup
	var most, failed atomic.Int64
	newcomers.Go(func() {
		for i := range 40 {
			time.Sleep(500 * time.Millisecond)
			n := arrive(p.address, fmt.Sprintf("127.0.9.%d", i+1))
			if n > most.Load() {
				most.Store(n)
			}
			if n > 3 {
				failed.Add(1)
			}
		}
	})
	besieged := askSlowly(b, all, 20*time.Second)
	newcomers.Wait()
	resident := p.resident()
	close(stop)
	attackers.Wait()
	closeAll(all)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(quiet.Seconds()*1e3, "quiet-p99-ms")
	b.ReportMetric(besieged.Seconds()*1e3, "besieged-p99-ms")
	b.ReportMetric(float64(most.Load()), "tries-at-most")
	b.ReportMetric(float64(failed.Load()), "of-40-over-3")
	b.ReportMetric(float64(tries.Load())/20, "attacks/s")
	b.ReportMetric(float64(resident-before), "KiB-more")
}

// askSlowly has each session ask once, evenly over d, and gives the 99th percentile.
func askSlowly(b *testing.B, all []*caller, d time.Duration) time.Duration {
	b.Helper()
	took := make([]time.Duration, len(all))
	var wg sync.WaitGroup
	for i, c := range all {
		wg.Go(func() {
			time.Sleep(d * time.Duration(i) / time.Duration(len(all)))
			start := time.Now()
			if err := c.ask(); err != nil {
				b.Errorf("a session: %v", err)
			}
			took[i] = time.Since(start)
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took[len(took)*99/100]
}

// attack does one of four things over and over.
func attack(address string, i int, stop <-chan struct{}, tries *atomic.Int64) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+i/250), byte(1+i%250))}, Timeout: 5 * time.Second}
	for {
		select {
		case <-stop:
			return
		default:
		}
		tries.Add(1)
		nc, err := d.Dial("tcp", address)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		done := make(chan struct{})
		go func() {
			select {
			case <-stop:
				nc.Close()
			case <-done:
			}
		}()
		switch i % 4 {
		case 0: // stalls in the handshake
			_, _ = nc.Write([]byte{22, 3, 1})
			_, _ = io.Copy(io.Discard, nc)
		case 1: // stalls in HELLO
			tc := tls.Client(nc, benchClient)
			if tc.Handshake() == nil {
				_, _ = tc.Write([]byte(`{"header":`))
				_, _ = io.Copy(io.Discard, tc)
			}
		case 2: // guesses
			tc := tls.Client(nc, benchClient)
			if tc.Handshake() == nil {
				var c wire.Client
				hello, _ := c.Hello(nil, wire.Hello{User: "test", Password: fmt.Sprint(i)})
				_, _ = tc.Write(hello)
				_, _ = io.Copy(io.Discard, tc)
			}
		case 3:
			_, _ = nc.Write([]byte("\x00garbage, and not a record of TLS"))
			_, _ = io.Copy(io.Discard, nc)
		}
		close(done)
		nc.Close()
	}
}

// arrive logs a new client in from an address and says how many tries it took; 10
// stands for more.
func arrive(address, from string) (tries int64) {
	for tries = 1; tries < 10; tries++ {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 15 * time.Second}
		conn, err := tls.DialWithDialer(&d, "tcp", address, benchClient)
		if err == nil {
			_ = conn.SetDeadline(time.Now().Add(15 * time.Second))
			var c wire.Client
			hello, _ := c.Hello(nil, wire.Hello{User: "new", Password: "test"})
			_, err = conn.Write(hello)
			if err == nil {
				var f *wire.Frame
				if f, err = wire.NewReader(conn, wire.Limits{}).Next(); err == nil && f.Type().Is(wire.TypeHelloAck) {
					conn.Close()
					return tries
				}
			}
			conn.Close()
		}
		time.Sleep(200 * time.Millisecond) // as connect does
	}
	return tries
}
