package connect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"proto/modes"
	"proto/wire"
)

// The client's tests run in a bubble of testing/synctest against a server that
// answers as wire.Server does, or otherwise where the script says so.

const (
	user     = "alice"
	password = "pass-WORD-of-alice"
)

// script is what a server does otherwise than usual. n counts the client's
// frames: 1 is HELLO, 2 the first request.
type script struct {
	text   func() string                                // nil: random letters
	delay  func(n int) time.Duration                    // before it answers
	answer func(n int, good string, c *conn) (s string) // what it says in place of the good answer
	later  time.Duration                                // from the start, and then
	say    string                                       // says this unasked
	hangUp bool                                         // or closes
	refuse bool                                         // the login
	busy   func(n int) bool                             // to look at the n-th login, the first is 1

	dial   func(n int) error // the n-th connection fails so, the first is 1
	forget func(n int) bool  // the server was started anew before the n-th connection
}

// conn is an end of a net.Pipe. As with a socket, and other than with a pipe, a
// deadline may be set when the other end has closed.
type conn struct {
	net.Conn
}

func (c *conn) SetReadDeadline(t time.Time) error {
	_ = c.Conn.SetReadDeadline(t)
	return nil
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	_ = c.Conn.SetWriteDeadline(t)
	return nil
}

// meter is the server's end of a connection, whose bytes are counted.
type meter struct {
	net.Conn
	p *play
}

func (m meter) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	m.p.bytesIn.Add(int64(n))
	return n, err
}

func (m meter) Write(b []byte) (int, error) {
	n, err := m.Conn.Write(b)
	m.p.bytesOut.Add(int64(n))
	return n, err
}

// heard is a frame that the server heard.
type heard struct {
	kind     string
	sequence string
	at       time.Duration // since the start
	raw      string
}

// play is one run of a client.
type play struct {
	t        *testing.T
	script   script
	settings settings
	signals  chan os.Signal
	terminal bool
	out      io.Writer
	lines    bytes.Buffer // out, unless a test has its own
	err      io.Writer
	notes    bytes.Buffer // err, unless a test has its own
	start    time.Time

	core    *wire.Server
	dials   []time.Duration // when connections were made, or not
	ends    []net.Conn      // the client's
	serving sync.WaitGroup

	mu     sync.Mutex
	heard  []heard
	frames int // answered
	logins int

	bytesIn, bytesOut atomic.Int64 // the server's

	code int
	took time.Duration
}

// usual are the flags as they are by themselves.
func usual() settings {
	return settings{interval: 30 * time.Second, duration: 30 * time.Minute, timeout: 10 * time.Second, mac: "02:fc:00:00:00:01", wait: backoff{first: firstWait, longest: longestWait, random: func() float64 { return 0 }}}
}

// run plays a script in a bubble. change has the play before it begins, and may
// start goroutines.
func run(t *testing.T, s script, change ...func(p *play)) (p *play) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p = &play{t: t, script: s, settings: usual(), signals: make(chan os.Signal, 2), start: time.Now()}
		p.out, p.err = &p.lines, &p.notes
		for _, c := range change {
			c(p)
		}
		p.run()
	})
	p.t = t // the bubble's own has ended
	return p
}

func (p *play) run() {
	p.core = p.newCore()
	process := &modes.Process{Out: p.out, Err: p.err, Signals: p.signals, StatusLine: p.terminal, Width: func() int { return 80 }}
	run := runOne
	if p.settings.sessions > 0 {
		run = runMany
	}
	err := run(p.t.Context(), process, &p.settings, modes.Login{User: user, Password: password}, p.dial)
	p.took = time.Since(p.start)
	p.code = process.Report(err)
	for _, near := range p.ends {
		if _, err := near.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			p.t.Errorf("the connection is open: %v", err)
		}
	}
	p.serving.Wait()
}

// dial makes the next connection.
func (p *play) dial(context.Context) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dials = append(p.dials, time.Since(p.start))
	n := len(p.dials)
	if p.script.dial != nil {
		if err := p.script.dial(n); err != nil {
			return nil, err
		}
	}
	if p.script.forget != nil && p.script.forget(n) {
		p.core = p.newCore()
	}
	near, far := net.Pipe()
	p.ends = append(p.ends, near)
	core := p.core
	p.serving.Go(func() { p.serve(core, &conn{meter{far, p}}, n) })
	return &conn{near}, nil
}

// serve hears at once and answers in its own time.
func (p *play) serve(core *wire.Server, c *conn, n int) {
	frames := make(chan *wire.Frame, 1000)
	var answering sync.WaitGroup
	answering.Go(func() { p.answerAll(core, frames, c) })
	if p.script.later > 0 && n == 1 {
		timer := time.AfterFunc(p.script.later, func() {
			_, _ = io.WriteString(c, p.script.say)
			if p.script.hangUp {
				c.Close()
			}
		})
		defer timer.Stop()
	}
	reader := wire.NewReader(c, wire.Limits{})
	for {
		f, err := reader.Next()
		if err != nil {
			break
		}
		raw := bytes.Clone(f.Raw())
		p.mu.Lock()
		p.heard = append(p.heard, heard{typeOf(f), string(f.Data.Get("sequence").Raw()), time.Since(p.start), string(raw)})
		p.mu.Unlock()
		kept := new(wire.Frame)
		if _, err := wire.Parse(raw, wire.Limits{}, kept); err != nil {
			p.t.Error(err)
		}
		frames <- kept
	}
	close(frames)
	answering.Wait()
	c.Close()
}

func typeOf(f *wire.Frame) string {
	text, _ := f.Type().Text()
	return text
}

// source is randomness for many at once.
type source struct {
	mu     sync.Mutex
	random *rand.ChaCha8
}

func (s *source) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.Read(b)
}

func (p *play) newCore() *wire.Server {
	core, err := wire.NewServer(wire.ServerConfig{
		Login: func(context.Context, string, []byte) (wire.User, error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.logins++
			switch {
			case p.script.refuse:
				return wire.User{}, errors.New("refused")
			case p.script.busy != nil && p.script.busy(p.logins):
				return wire.User{}, wire.ErrBusy
			}
			return wire.User{Name: user, ID: 1}, nil
		},
		Token: func(wire.User, int64, time.Time, time.Time) (string, error) { return "token-SECRET", nil },
		Text:  p.script.text, Now: time.Now, Random: &source{random: rand.NewChaCha8([32]byte{7})}, Rekey: 10,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return core
}

// answerAll answers the frames of one connection.
func (p *play) answerAll(core *wire.Server, frames <-chan *wire.Frame, c *conn) {
	for f := range frames {
		p.mu.Lock()
		p.frames++
		n := p.frames
		p.mu.Unlock()
		v := core.Answer(p.t.Context(), nil, f, netip.MustParseAddr("192.0.2.1"))
		reply := string(v.Reply)
		if p.script.delay != nil {
			time.Sleep(p.script.delay(n))
		}
		if p.script.answer != nil {
			reply = p.script.answer(n, reply, c)
		}
		_, _ = io.WriteString(c, reply) // fails where the client has gone
		if v.Close {
			c.Close()
		}
	}
}

// on answers the n-th frame with something else.
func on(n int, instead string) func(int, string, *conn) string {
	return func(i int, good string, _ *conn) string {
		if i == n {
			return instead
		}
		return good
	}
}

// signal sends a signal after a time.
func signal(after time.Duration, s os.Signal) func(p *play) {
	return func(p *play) { time.AfterFunc(after, func() { p.signals <- s }) }
}

// set changes the flags.
func set(change func(s *settings)) func(p *play) {
	return func(p *play) { change(&p.settings) }
}

// want: the run ended so, with a note that holds these words.
func (p *play) want(code int, took time.Duration, note string) {
	p.t.Helper()
	if p.code != code || p.took != took || !strings.Contains(p.notes.String(), note) || note == "" && p.notes.Len() > 0 {
		p.t.Errorf("code %d after %v, note %q; want %d after %v, %q", p.code, p.took, p.notes.String(), code, took, note)
	}
}

// wantRequests: HELLO came at 0, requests at these times, numbered 2, 3 …, and
// CLOSE at the last one, with the next number; at -1 it did not come.
func (p *play) wantRequests(close time.Duration, times ...time.Duration) {
	p.t.Helper()
	want := []string{"HELLO 1 0s"}
	for i, at := range times {
		want = append(want, fmt.Sprintf("DATA_REQUEST %d %v", i+2, at))
	}
	if close >= 0 {
		want = append(want, fmt.Sprintf("CLOSE %d %v", len(times)+2, close))
	}
	var got []string
	for _, h := range p.heard {
		got = append(got, fmt.Sprint(h.kind, " ", h.sequence, " ", h.at))
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("the server heard\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// wantLines: this many lines of results.
func (p *play) wantLines(n int) []string {
	p.t.Helper()
	lines := strings.Split(strings.TrimSuffix(p.lines.String(), "\n"), "\n")
	if p.lines.Len() == 0 {
		lines = nil
	}
	if len(lines) != n {
		p.t.Errorf("%d lines, want %d:\n%s", len(lines), n, p.lines.String())
	}
	return lines
}
