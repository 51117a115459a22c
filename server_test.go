package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"proto/modes"
)

// patience bounds each wait, so that what hangs is named. Nothing waits so long that works.
const patience = 5 * time.Second

// background is a `proto serve` that a script has started.
type background struct {
	cmd       *exec.Cmd
	announced chan map[string]string // first word of each line, rest; closed at the end of stdout
	stdout    bytes.Buffer           // complete when ended is closed
	stderr    logged
	ended     chan struct{}
	err       error // of Wait
}

// logged is what a server writes to stderr, for others to wait for.
type logged struct {
	mu    sync.Mutex
	text  strings.Builder
	grown chan struct{} // closed by the next write; nil if nobody waits
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
	return l.text.Write(b)
}

// now is what there is, and what is closed when there is more.
func (l *logged) now() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grown == nil {
		l.grown = make(chan struct{})
	}
	return l.text.String(), l.grown
}

// serverKey is where a script keeps its servers.
type serverKey struct{}

func startServer(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, true, "serve FLAG ...")
	isListen := func(arg string) bool { return arg == "--listen" || strings.HasPrefix(arg, "--listen=") }
	if !slices.ContainsFunc(args, isListen) && ts.Getenv("PROTO_LISTEN") == "" {
		args = append([]string{"--listen", "127.0.0.1:0"}, args...)
	}
	program, err := exec.LookPath("proto")
	ts.Check(err)
	b := &background{
		cmd:       exec.Command(program, append([]string{"serve"}, args...)...),
		announced: make(chan map[string]string, 1), ended: make(chan struct{}),
	}
	b.cmd.Dir, b.cmd.Env, b.cmd.Stderr = ts.MkAbs("."), environment(ts), &b.stderr
	stdout, err := b.cmd.StdoutPipe()
	ts.Check(err)
	if name := ts.Getenv("STDIN"); name != "" {
		stdin, err := os.Open(ts.MkAbs(name))
		ts.Check(err)
		defer stdin.Close()
		b.cmd.Stdin = stdin
	}
	ts.Check(b.cmd.Start())
	ts.Defer(b.kill)
	go b.follow(stdout)
	servers(ts).add(b)
	select {
	case said := <-b.announced:
		if said == nil {
			<-b.ended
			text, _ := b.stderr.now()
			ts.Fatalf("proto serve has ended (%v): %s", b.err, text)
		}
		setAddr(ts, said["listening"])
		ts.Setenv("PIN", said["pin"])
		ts.Setenv("CERT", said["certificate"])
	case <-time.After(patience):
		ts.Fatalf("proto serve announces nothing in %v", patience)
	}
}

// follow reads all of stdout, and tells when the announcement is whole: the line to type is its last.
func (b *background) follow(stdout io.Reader) {
	said := make(map[string]string)
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadString('\n')
		b.stdout.WriteString(line)
		if err != nil {
			break
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, again := said[word]; !again {
			said[word] = strings.TrimSpace(rest)
		}
		if word == "connect" {
			b.announced <- said
		}
	}
	close(b.announced)
	b.err = b.cmd.Wait()
	close(b.ended)
}

func (b *background) kill() {
	_ = b.cmd.Process.Kill() // it may have ended
	<-b.ended
}

func stopServer(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM}
	usage(ts, neg, len(args) == 1 && signals[args[0]] != nil, "signal INT|TERM")
	b := servers(ts).take()
	if b == nil {
		ts.Fatalf("no server is running")
	}
	ts.Check(b.cmd.Process.Signal(signals[args[0]]))
	select {
	case <-b.ended:
	case <-time.After(patience):
		ts.Fatalf("proto serve has not ended in %v", patience)
	}
	_, _ = ts.Stdout().Write(b.stdout.Bytes())
	text, _ := b.stderr.now()
	_, _ = ts.Stderr().Write([]byte(text))
	if code := exitCode(b.err); code != modes.ExitDone {
		ts.Fatalf("proto serve: exit code %d, want 0", code)
	}
}

// hangUp has the server read its files again.
func hangUp(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 0, "hangup")
	b := servers(ts).last()
	if b == nil {
		ts.Fatalf("no server is running")
	}
	ts.Check(b.cmd.Process.Signal(syscall.SIGHUP))
}

// waitLogged waits for the log: a client may end before the server has noted it.
func waitLogged(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 2, "logged COUNT PATTERN")
	count, err := strconv.Atoi(args[0])
	ts.Check(err)
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	b := servers(ts).last()
	if b == nil {
		ts.Fatalf("no server is running")
	}
	late := time.After(patience)
	for {
		text, grown := b.stderr.now()
		if len(pattern.FindAllString(text, -1)) >= count {
			return
		}
		select {
		case <-grown:
		case <-late:
			ts.Fatalf("the log has not %d of %s in %v:\n%s", count, args[1], patience, text)
		}
	}
}

// running are a script's servers, the last one started last.
type running struct{ list []*background }

func servers(ts *testscript.TestScript) *running { return ts.Value(serverKey{}).(*running) }

func (r *running) add(b *background) { r.list = append(r.list, b) }

func (r *running) last() *background {
	if len(r.list) == 0 {
		return nil
	}
	return r.list[len(r.list)-1]
}

func (r *running) take() *background {
	b := r.last()
	if b != nil {
		r.list = r.list[:len(r.list)-1]
	}
	return b
}
