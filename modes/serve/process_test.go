package serve

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"proto/modes"
	"proto/wire"
)

// asProcess is the variable that makes this test binary another program: serve is
// `proto serve` with the arguments given, floor and attack are of the benchmarks.
const asProcess = "PROTO_TEST_PROCESS"

func TestMain(m *testing.M) {
	switch os.Getenv(asProcess) {
	case "":
		os.Exit(m.Run())
	case "serve":
		os.Exit(serveAsProcess())
	case "floor":
		os.Exit(benchFloor())
	case "attack":
		os.Exit(attackers())
	}
}

func serveAsProcess() int {
	p := modes.FromOS(modes.Version{Number: "test"})
	p.Args = append([]string{"serve"}, p.Args...)
	return p.Report(modes.Run(context.Background(), modes.NewApp(p, []modes.Mode{Command(p)}), p.Args))
}

// program is `proto serve` as a process of its own.
type program struct {
	t       *testing.T
	cmd     *exec.Cmd
	log     *output
	out     *bufio.Scanner
	address string
}

// started starts one with these arguments, and waits until it has announced
// itself. The listener, if there is one, is handed over as systemd does it.
func started(t *testing.T, activated *net.TCPListener, args ...string) *program {
	t.Helper()
	p := &program{t: t, log: &output{}}
	// The shell gives LISTEN_PID the number that the server then has.
	p.cmd = exec.Command("sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, os.Args[0]}, args...)...)
	p.cmd.Env = append(os.Environ(), asProcess+"=serve", "XDG_STATE_HOME="+t.TempDir(), "LocalAppData="+t.TempDir())
	if activated != nil {
		f, err := activated.File()
		fatal(t, err)
		defer f.Close()
		p.cmd.ExtraFiles = []*os.File{f}
		p.cmd.Env = append(p.cmd.Env, "LISTEN_FDS=1")
	}
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	fatal(t, err)
	if err := p.cmd.Start(); err != nil {
		t.Skipf("cannot start a process: %v", err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	p.out = bufio.NewScanner(out)
	for p.out.Scan() {
		word, rest, _ := strings.Cut(p.out.Text(), " ")
		if word == "listening" && p.address == "" {
			p.address = strings.TrimSpace(rest)
		}
		if word == "connect" {
			return p
		}
	}
	_ = p.cmd.Wait()
	t.Fatalf("it has ended: %s", p.log)
	return nil
}

// logged waits until the log has a line that matches, and gives what is in the
// pattern's first group.
func (p *program) logged(pattern string) string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if m := re.FindStringSubmatch(p.log.String()); m != nil {
			return m[len(m)-1]
		}
	}
	p.t.Fatalf("no %s in\n%s", pattern, p.log)
	return ""
}

// stop ends it by TERM, and wants it to say so.
func (p *program) stop() {
	p.t.Helper()
	fatal(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("it has ended: %v\n%s", err, p.log)
	}
}

// session logs in at an address as test, from another one, and asks once.
func session(t *testing.T, address, from string) *tls.Conn {
	t.Helper()
	d := net.Dialer{Timeout: 10 * time.Second}
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	conn, err := tls.DialWithDialer(&d, "tcp", address, &tls.Config{InsecureSkipVerify: true})
	fatal(t, err)
	t.Cleanup(func() { conn.Close() })
	fatal(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	var c wire.Client
	hello, err := c.Hello(nil, wire.Hello{MAC: "02:fc:00:00:00:01", User: "test", Password: "test"})
	fatal(t, err)
	_, err = conn.Write(hello)
	fatal(t, err)
	reader := wire.NewReader(conn, wire.Limits{})
	f, err := reader.Next()
	fatal(t, err)
	if a, err := c.Receive(f); err != nil || a.Kind != wire.Accepted {
		t.Fatalf("login: %+v %v", a, err)
	}
	request, err := c.Request(nil)
	fatal(t, err)
	_, err = conn.Write(request)
	fatal(t, err)
	f, err = reader.Next()
	fatal(t, err)
	if a, err := c.Receive(f); err != nil || a.Kind != wire.Data {
		t.Fatalf("answer: %+v %v", a, err)
	}
	return conn
}

func listenLoopback(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	t.Cleanup(func() { l.Close() })
	return l.(*net.TCPListener)
}

// TestActivated: sockets of systemd are served in place of --listen.
func TestActivated(t *testing.T) {
	l := listenLoopback(t)
	p := started(t, l, "--listen", "127.0.0.1:1")
	if p.address != l.Addr().String() {
		t.Errorf("listens on %s, want %s", p.address, l.Addr())
	}
	session(t, p.address, "").Close()
	p.stop()
}

// TestHangup: HUP reads again, and does not end the server.
func TestHangup(t *testing.T) {
	p := started(t, nil, "--listen", "127.0.0.1:0")
	fatal(t, p.cmd.Process.Signal(syscall.SIGHUP))
	p.logged("reading certificate, key and users again")
	session(t, p.address, "").Close()
	p.stop()
}

// TestFileLimit: the limit on open files is raised and logged.
func TestFileLimit(t *testing.T) {
	p := started(t, nil, "--listen", "127.0.0.1:0")
	if n := p.logged(`msg=limits file_limit=\d+ connections=(\d+)`); len(n) < 3 {
		t.Errorf("%s connections", n)
	}
	p.stop()
}

// TestAdmin: figures, health and readiness; profiles only if asked for.
func TestAdmin(t *testing.T) {
	p := started(t, nil, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	admin := p.logged(`msg=admin address=(\S+)`)
	session(t, p.address, "")
	for path, want := range map[string]string{
		"/metrics":      `(?s)proto_requests_total\{answer="fresh"\} 1\n.*proto_sessions 1\n`,
		"/healthz":      `^ok: 1 connections, 1 sessions\n$`,
		"/readyz":       `^ready\n$`,
		"/debug/pprof/": `404`,
	} {
		body := ""
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			if body = get(t, "http://"+admin+path); regexp.MustCompile(want).MatchString(body) {
				break // a request is counted when its answer is on its way
			}
		}
		if !regexp.MustCompile(want).MatchString(body) {
			t.Errorf("%s: %s", path, body)
		}
	}
	p.stop()
	p = started(t, nil, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--admin-pprof")
	if body := get(t, "http://"+p.logged(`msg=admin address=(\S+)`)+"/debug/pprof/"); !strings.Contains(body, "goroutine") {
		t.Errorf("pprof: %s", body)
	}
	p.stop()
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := (&http.Client{Timeout: 10 * time.Second}).Get(url)
	fatal(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fatal(t, err)
	return string(body)
}

const haproxyConfig = `
global
    log stderr format raw local0
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend in
    bind fd@3
    default_backend proto
backend proto
    server proto %s %s check inter 100ms
`

// TestHaproxy: behind the real program, by both versions of the protocol, a
// session is that of the client's address.
func TestHaproxy(t *testing.T) {
	haproxy, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("haproxy is missing")
	}
	for _, version := range []string{"send-proxy", "send-proxy-v2"} {
		t.Run(version, func(t *testing.T) {
			p := started(t, nil, "--listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.1", "--exempt", "none")
			front := listenLoopback(t)
			config := filepath.Join(t.TempDir(), "haproxy.cfg")
			fatal(t, os.WriteFile(config, fmt.Appendf(nil, haproxyConfig, p.address, version), 0o600))
			f, err := front.File()
			fatal(t, err)
			defer f.Close()
			proxy := exec.Command(haproxy, "-db", "-f", config)
			said := &output{}
			proxy.ExtraFiles, proxy.Stdout, proxy.Stderr = []*os.File{f}, said, said
			fatal(t, proxy.Start())
			defer func() {
				_ = proxy.Process.Kill()
				_ = proxy.Wait()
			}()
			session(t, front.Addr().String(), "127.0.0.77")
			p.logged(`session opened" peer=(127\.0\.0\.77:\d+)`)
			// Without the header the proxy's own address is refused.
			conn, err := tls.Dial("tcp", p.address, &tls.Config{InsecureSkipVerify: true})
			if err == nil {
				conn.Close()
				t.Error("served without a header")
			}
			p.logged("no good PROXY header")
			if log := p.log.String(); strings.Contains(log, "handshake failed") {
				t.Errorf("log %s", log)
			}
			p.stop()
		})
	}
}
