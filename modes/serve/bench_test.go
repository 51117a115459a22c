package serve

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"proto/keys"
	"proto/wire"
)

// The benchmarks of this file measure the server beside a bare TLS server that
// answers messages of the same sizes, each in a process of its own with one
// processor, while the test's process is the load. .ci/bench-serve runs them.

// benchFloor answers every benchRequest bytes over TLS with benchResponse bytes,
// and knows nothing more. Its connections have a fresh goroutine after the
// handshake, as ours do.
func benchFloor() int {
	id, err := keys.Memory(time.Now)
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", l.Addr())
	config := &tls.Config{Certificates: []tls.Certificate{id.Certificate}}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				tc := tls.Server(nc, config)
				if tc.Handshake() != nil {
					nc.Close()
					return
				}
				go echo(tc)
			}()
		}
	}()
	<-stop
	return 0
}

func echo(c net.Conn) {
	defer c.Close()
	buf := make([]byte, 512)
	answer := bytes.Repeat([]byte("x"), benchResponse)
	answer[len(answer)-1] = '\n'
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// benchRequest and benchResponse are the sizes of usual frames.
const (
	benchRequest  = 330
	benchResponse = 135
)

// serveFlags switch off what would keep the load away.
var serveFlags = []string{"--listen", "127.0.0.1:0", "--rate", "0", "--max-startups", "0", "--max-per-user", "0", "--idle", "1h", "--max-life", "2h"}

// process is a server of the benchmarks.
type process struct {
	role    string
	cmd     *exec.Cmd
	address string
}

func startProcess(b *testing.B, role string, flags ...string) *process {
	b.Helper()
	p := &process{role: role, cmd: exec.Command(os.Args[0], flags...)}
	if program := os.Getenv("PROTO_BENCH_PROGRAM"); program != "" && role == "serve" {
		p.cmd = exec.Command(program, append([]string{role}, flags...)...)
	}
	p.cmd.Env = append(os.Environ(), asProcess+"="+role, "XDG_STATE_HOME="+b.TempDir())
	if role == "attack" {
		p.giveWay(b)
	} else {
		p.restrict(b)
	}
	// Without a Stderr the log goes to nowhere, and the load need not read it.
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.stop)
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		b.Fatalf("%s says nothing", role)
	}
	p.address = strings.Fields(lines.Text())[1]
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return p
}

func (p *process) stop() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// cpu is how long the process has computed.
func (p *process) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * time.Second / 100
}

// resident is its resident memory in KiB.
func (p *process) resident() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); f[0] == "VmRSS:" {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}

// caller is one connection of the load.
type caller struct {
	conn net.Conn
	tls  *tls.Conn
	head []byte // a request up to its sequence
	next int64
	buf  []byte
	read int64
}

var benchClient = &tls.Config{InsecureSkipVerify: true}

// open connects, and at our server logs in.
func (p *process) open() (*caller, error) {
	nc, err := net.Dial("tcp", p.address)
	if err != nil {
		return nil, err
	}
	c := &caller{conn: nc, tls: tls.Client(nc, benchClient), next: 2, buf: make([]byte, 1024)}
	if err := c.tls.Handshake(); err != nil {
		return nil, err
	}
	if p.role == "floor" {
		c.head = bytes.Repeat([]byte("x"), benchRequest-4)
		return c, nil
	}
	var session wire.Client
	hello, err := session.Hello(nil, wire.Hello{MAC: "02:fc:00:00:00:01", User: "test", Password: "test"})
	if err != nil {
		return nil, err
	}
	if _, err := c.tls.Write(hello); err != nil {
		return nil, err
	}
	f, err := wire.NewReader(c.tls, wire.Limits{}).Next()
	if err != nil {
		return nil, err
	}
	if a, err := session.Receive(f); err != nil || a.Kind != wire.Accepted {
		return nil, fmt.Errorf("no session: %v %v", a.Kind, err)
	}
	request, err := session.Request(nil)
	if err != nil {
		return nil, err
	}
	i := bytes.LastIndex(request, []byte("2}}"))
	c.head = bytes.Clone(request[:i])
	return c, nil
}

var errNoAnswer = errors.New("another answer than wanted")

// ask sends a request and reads its answer.
func (c *caller) ask() error {
	frame := append(strconv.AppendInt(append(c.buf[:0], c.head...), c.next, 10), "}}\n"...)
	if _, err := c.tls.Write(frame); err != nil {
		return err
	}
	c.next++
	n, err := c.tls.Read(c.buf)
	if err != nil {
		return err
	}
	c.read += int64(n)
	if c.buf[n-1] != '\n' || n < benchResponse-40 {
		return errNoAnswer
	}
	return nil
}

// openAll opens many, a few at a time.
func (p *process) openAll(b *testing.B, n int) []*caller {
	b.Helper()
	all := make([]*caller, n)
	var failed atomic.Value
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for i := worker; i < n; i += 16 {
				c, err := p.open()
				if err != nil {
					failed.Store(err)
					return
				}
				all[i] = c
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		b.Fatalf("%s: %v", p.role, err)
	}
	return all
}

func closeAll(all []*caller) {
	for _, c := range all {
		c.conn.Close()
	}
}

// figure is a measurement of one server.
type figure struct{ rate, cpu float64 }

// load has all callers ask without a pause for a time.
func (p *process) load(b *testing.B, all []*caller, d time.Duration) figure {
	b.Helper()
	var count atomic.Int64
	var stop atomic.Bool
	var failed atomic.Value
	var wg sync.WaitGroup
	cpu, start := p.cpu(), time.Now()
	for _, c := range all {
		wg.Go(func() {
			n := int64(0)
			for !stop.Load() {
				if err := c.ask(); err != nil {
					failed.Store(err)
					break
				}
				n++
			}
			count.Add(n)
		})
	}
	time.Sleep(d)
	stop.Store(true)
	wg.Wait()
	took, used := time.Since(start), p.cpu()-cpu
	if err := failed.Load(); err != nil {
		b.Fatalf("%s: %v", p.role, err)
	}
	n := float64(count.Load())
	return figure{n / took.Seconds(), used.Seconds() * 1e6 / n}
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// compare measures both servers in turn, seven times, and reports medians.
func compare(b *testing.B, unit string, measure func(p *process) figure) {
	b.Helper()
	if os.Getenv("PROTO_BENCH") == "" {
		b.Skip("run by .ci/bench-serve")
	}
	floor, ours := startProcess(b, "floor"), startProcess(b, "serve", serveFlags...)
	var rates, cpus [2][]float64
	for range 7 {
		for i, p := range []*process{floor, ours} {
			f := measure(p)
			rates[i], cpus[i] = append(rates[i], f.rate), append(cpus[i], f.cpu)
		}
	}
	floorRate, rate, floorCPU, cpu := median(rates[0]), median(rates[1]), median(cpus[0]), median(cpus[1])
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(floorRate, "floor-"+unit+"/s")
	b.ReportMetric(rate, unit+"/s")
	b.ReportMetric(rate/floorRate, "rate-ratio")
	b.ReportMetric(floorCPU, "floor-µs")
	b.ReportMetric(cpu, "µs")
	b.ReportMetric(cpu/floorCPU, "cpu-ratio")
}

// BenchmarkServeRequests: DATA_REQUEST at 256 connections, one outstanding each.
func BenchmarkServeRequests(b *testing.B) {
	open := map[*process][]*caller{}
	compare(b, "requests", func(p *process) figure {
		if open[p] == nil {
			open[p] = p.openAll(b, 256)
			p.load(b, open[p], time.Second)
		}
		return p.load(b, open[p], 1500*time.Millisecond)
	})
}

// BenchmarkServeLogins: a full handshake and HELLO, against the bare handshake.
func BenchmarkServeLogins(b *testing.B) {
	compare(b, "logins", func(p *process) figure {
		const n = 2000
		cpu, start := p.cpu(), time.Now()
		all := p.openAll(b, n)
		took, used := time.Since(start), p.cpu()-cpu
		closeAll(all)
		time.Sleep(200 * time.Millisecond)
		return figure{n / took.Seconds(), used.Seconds() * 1e6 / n}
	})
}

// BenchmarkServeMemory: resident memory a session, just opened and settled, and a
// bare TLS connection's.
func BenchmarkServeMemory(b *testing.B) {
	if os.Getenv("PROTO_BENCH") == "" {
		b.Skip("run by .ci/bench-serve")
	}
	n, settles := 15_000, benchSettles
	if os.Getenv("PROTO_BENCH") == "quick" {
		n, settles = 4000, 15*time.Second
	}
	for _, role := range []string{"floor", "serve"} {
		p := startProcess(b, role, serveFlags...)
		closeAll(p.openAll(b, 16)) // what the first connections make is not theirs
		before := p.resident()
		all := p.openAll(b, n)
		opened := p.resident()
		time.Sleep(settles)
		settled := p.resident()
		for _, c := range all {
			if err := c.ask(); err != nil {
				b.Fatal(err)
			}
		}
		asked := p.resident()
		closeAll(all)
		p.stop()
		for what, resident := range map[string]int{"opened": opened, "settled": settled, "asked": asked} {
			b.ReportMetric(float64(resident-before)/float64(n), role+"-KiB-"+what)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// benchSettles is how long memory takes to settle: a server gives back what it does
// not need when it has been calm for 10 s.
const benchSettles = 30 * time.Second

// processors is how many there are for servers, PROTO_BENCH_CPUS or one, and in all.
func processors(b *testing.B) (servers, all int) {
	b.Helper()
	servers, all = 1, runtime.NumCPU()
	if text := os.Getenv("PROTO_BENCH_CPUS"); text != "" {
		var err error
		if servers, err = strconv.Atoi(text); err != nil || servers < 1 {
			b.Fatalf("PROTO_BENCH_CPUS=%s", text)
		}
	}
	return min(servers, all), all
}

// restrict gives a server its processors: the last ones.
func (p *process) restrict(b *testing.B) {
	b.Helper()
	n, all := processors(b)
	if n == all {
		return
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil { // of another system than Linux
		p.cmd.Env = append(p.cmd.Env, "GOMAXPROCS="+strconv.Itoa(n))
		return
	}
	p.cmd.Args = append([]string{taskset, "-c", fmt.Sprintf("%d-%d", all-n, all-1), p.cmd.Path}, p.cmd.Args[1:]...)
	p.cmd.Path = taskset
}

// giveWay has a process, with all its threads, get only the processor time that nobody else wants.
func (p *process) giveWay(b *testing.B) {
	b.Helper()
	chrt, err := exec.LookPath("chrt")
	if err != nil {
		b.Logf("the attackers are in the way of the load: %v", err)
		return
	}
	p.cmd.Args = append([]string{chrt, "--idle", "0", p.cmd.Path}, p.cmd.Args[1:]...)
	p.cmd.Path = chrt
}

// keepOff keeps this process, and those that it starts as they are, off the servers' processors
// until the benchmark ends, if there are others: what is measured else is who has to wait for
// the load and the attackers there.
func keepOff(b *testing.B) {
	b.Helper()
	n, all := processors(b)
	if n == all {
		return
	}
	move := func(from, to int) {
		out, err := exec.Command("taskset", "-a", "-c", "-p", fmt.Sprintf("%d-%d", from, to), fmt.Sprint(os.Getpid())).CombinedOutput()
		if err != nil {
			b.Logf("the load is on all processors: %s", out)
		}
	}
	move(0, all-n-1)
	b.Cleanup(func() { move(0, all-1) })
}
