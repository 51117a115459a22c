package serve

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"proto/wire"
)

// siegeSessions is how many sessions are held, each of which asks every 30 s.
const (
	siegeSessions = 15_000
	siegeEvery    = 30 * time.Second
)

// BenchmarkServeSiege: 15,000 sessions that ask every 30 s each, quiet and then
// while 500 attackers from other addresses stall in handshake and HELLO, guess
// passwords and send garbage, each without a pause. The attackers are a process of
// their own that gets only the processor time that nobody else wants, on the processors of
// the load, where the server has not all of them: they would not be on its machine, nor on that of
// the good clients. What their being there costs by itself is
// shown by having them attack another server first. Reported: percentiles of the
// answers in all three, how many tries a new client needs at most, and resident memory.
func BenchmarkServeSiege(b *testing.B) {
	if os.Getenv("PROTO_BENCH") == "" {
		b.Skip("run by .ci/bench-serve")
	}
	hash, err := bcrypt.GenerateFromPassword([]byte("test"), 10)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	users := filepath.Join(dir, "users")
	if err := os.WriteFile(users, fmt.Appendf(nil, "test:%s\nnew:%s\n", hash, hash), 0o600); err != nil {
		b.Fatal(err)
	}
	keepOff(b)
	p := startProcess(b, "serve", defended(users)...)
	all := p.openAll(b, siegeSessions)
	defer closeAll(all)
	askSlowly(b, all, siegeEvery) // memory settles
	quiet := askSlowly(b, all, siegeEvery)
	tries := filepath.Join(dir, "tries")
	other := startProcess(b, "serve", defended(users)...)
	attackers := startProcess(b, "attack", other.address, tries)
	beside := askSlowly(b, all, siegeEvery)
	attackers.stop()
	other.stop()
	before := p.resident()
	attackers = startProcess(b, "attack", p.address, tries)
	var newcomers sync.WaitGroup
	var most, failed atomic.Int64
	newcomers.Go(func() {
		for i := range 40 {
			time.Sleep(siegeEvery / 50)
			n := arrive(p.address, fmt.Sprintf("127.0.9.%d", i+1))
			if n > most.Load() {
				most.Store(n)
			}
			if n > 3 {
				failed.Add(1)
			}
		}
	})
	besieged := askSlowly(b, all, siegeEvery)
	newcomers.Wait()
	resident := p.resident()
	attackers.stop()
	tried, err := os.ReadFile(tries)
	if err != nil {
		b.Fatal(err)
	}
	count, _ := strconv.ParseFloat(string(tried), 64)
	b.ReportMetric(0, "ns/op")
	for _, share := range []int{50, 99} {
		b.ReportMetric(percentile(quiet, share), fmt.Sprintf("quiet-p%d-ms", share))
		b.ReportMetric(percentile(beside, share), fmt.Sprintf("beside-p%d-ms", share))
		b.ReportMetric(percentile(besieged, share), fmt.Sprintf("besieged-p%d-ms", share))
	}
	b.ReportMetric(float64(most.Load()), "tries-at-most")
	b.ReportMetric(float64(failed.Load()), "of-40-over-3")
	b.ReportMetric(count/siegeEvery.Seconds(), "attacks/s")
	b.ReportMetric(float64(resident-before), "KiB-more")
}

// defended are the flags of a server that is attacked.
func defended(users string) []string {
	return []string{"--users", users, "--listen", "127.0.0.1:0", "--exempt", "none", "--max-per-user", "0", "--max-startups", "100:30:300"}
}

// percentile is in milliseconds.
func percentile(sorted []time.Duration, share int) float64 {
	return sorted[len(sorted)*share/100].Seconds() * 1e3
}

// attackers is the process of 500 of them. It keeps the number of their tries in a
// file.
func attackers() int {
	address, tries := os.Args[1], os.Args[2]
	fmt.Println("attacking", address)
	var count atomic.Int64
	for i := range 500 {
		go attack(address, i, &count)
	}
	for {
		if os.WriteFile(tries+".new", fmt.Append(nil, count.Load()), 0o600) != nil || os.Rename(tries+".new", tries) != nil {
			return 1
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// askSlowly has each session ask once, evenly over d, and gives how long each took, in
// order.
func askSlowly(b *testing.B, all []*caller, d time.Duration) []time.Duration {
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
	return took
}

// attack does one of four things over and over.
func attack(address string, i int, tries *atomic.Int64) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+i/250), byte(1+i%250))}, Timeout: 5 * time.Second}
	for {
		tries.Add(1)
		nc, err := d.Dial("tcp", address)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
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
