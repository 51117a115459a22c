package serve

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/urfave/cli/v2"

	"proto/keys"
	"proto/modes"
	"proto/wire"
)

// The tests of the server run in a bubble of testing/synctest: its clock stands
// while anybody has something to do, so every deadline is met to the nanosecond.

const (
	goodUser     = "alice"
	goodPassword = "pass-WORD-of-alice"
	peerOne      = "192.0.2.1:40001"
)

// rig is a server on a listener in memory, its log captured.
type rig struct {
	t        *testing.T
	server   *server
	listener *memListener
	signals  chan os.Signal
	out      *output
	random   *randomness
	ended    chan error
	aside    sync.WaitGroup // what must end before the bubble's clock stops for good
}

// options are what a test wants otherwise than usual.
type options struct {
	drain   time.Duration // 10 s
	log     string        // json
	verbose bool
	login   func(ctx context.Context, name string, password []byte) (wire.User, error)
	listen  func(*memListener) net.Listener // in place of the listener itself
	flags   []string                        // of the limits; nil: there are none
	idle    time.Duration                   // 90 s; below 0: for ever
	life    time.Duration                   // 35 min; below 0: for ever
	change  func(*server)                   // before it starts
}

func newRig(t *testing.T, o options) *rig {
	t.Helper()
	if o.drain == 0 {
		o.drain = 10 * time.Second
	}
	if o.idle == 0 {
		o.idle = 90 * time.Second
	}
	if o.life == 0 {
		o.life = 35 * time.Minute
	}
	if o.log == "" {
		o.log = "json"
	}
	if o.login == nil {
		o.login = loginAlice
	}
	if o.listen == nil {
		o.listen = func(l *memListener) net.Listener { return l }
	}
	r := &rig{t: t, listener: newMemListener(), signals: make(chan os.Signal, 2), out: &output{}, random: &randomness{}, ended: make(chan error, 1)}
	log, err := modes.NewLog(r.out, o.log, slog.LevelDebug)
	fatal(t, err)
	id, err := keys.Memory(time.Now)
	fatal(t, err)
	signer, err := keys.NewSigner(keys.RandomSecret(), time.Now)
	fatal(t, err)
	l := readFlags(t, o.flags)
	core, err := wire.NewServer(wire.ServerConfig{
		Login: o.login, Token: token(signer), RefuseToken: refuseToken(signer), Now: time.Now, Random: r.random,
		Rekey: 10, MaxLife: max(0, o.life), Idle: max(0, o.idle),
		MaxSessions: l.sessions, MaxPerUser: l.perUser, Pace: l.pace,
	})
	fatal(t, err)
	r.server = newServer(core, id, log)
	r.server.metrics = newFigures(r.server)
	if o.flags != nil {
		r.server.limit(l, []net.Listener{r.listener}, 0)
	}
	if o.change != nil {
		o.change(r.server)
	}
	if o.verbose {
		r.server.trace = tracer(r.out, o.log, log)
	}
	r.aside.Go(func() { r.ended <- r.server.serveUntil([]net.Listener{o.listen(r.listener)}, r.signals, o.drain) })
	t.Cleanup(r.aside.Wait)
	t.Cleanup(r.cut)
	return r
}

// readFlags reads the flags of the limits; without any, nothing is limited.
func readFlags(t *testing.T, flags []string) (l limits) {
	t.Helper()
	if flags == nil {
		return l
	}
	app := &cli.App{Flags: limitFlags(), Action: func(c *cli.Context) (err error) {
		l, err = readLimits(c)
		return err
	}}
	fatal(t, app.Run(append([]string{"proto"}, flags...)))
	return l
}

// figures are what /metrics shows under a name.
func (r *rig) figure(name string) string {
	r.t.Helper()
	var b bytes.Buffer
	r.server.metrics.write(&b)
	for line := range strings.Lines(b.String()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	r.t.Fatalf("no %s in\n%s", name, b.String())
	return ""
}

// cut ends the server whatever it is at.
func (r *rig) cut() {
	for range cap(r.signals) {
		select {
		case r.signals <- os.Interrupt:
		default:
		}
	}
}

// connections is how many the server holds once nobody has anything to do.
func (r *rig) connections() int {
	synctest.Wait()
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return len(r.server.conns)
}

// connectionsUntil: the server holds n connections until d has passed, and then
// none.
func (r *rig) connectionsUntil(n int, d time.Duration) {
	r.t.Helper()
	time.Sleep(d - time.Nanosecond)
	if got := r.connections(); got != n {
		r.t.Errorf("%d connections 1 ns before %v, want %d", got, d, n)
	}
	time.Sleep(time.Nanosecond)
	if got := r.connections(); got != 0 {
		r.t.Errorf("%d connections after %v, want none", got, d)
	}
}

// wantEnd: serveUntil has returned nil, d after start.
func (r *rig) wantEnd(start time.Time, d time.Duration) {
	r.t.Helper()
	if err := <-r.ended; err != nil {
		r.t.Errorf("serveUntil: %v", err)
	}
	if took := time.Since(start); took != d {
		r.t.Errorf("ended after %v, want %v", took, d)
	}
}

func loginAlice(_ context.Context, name string, password []byte) (wire.User, error) {
	switch {
	case name != goodUser:
		return wire.User{}, keys.ErrUnknownUser
	case string(password) != goodPassword:
		return wire.User{}, keys.ErrWrongPassword
	}
	return wire.User{Name: name, ID: 1}, nil
}

// randomness ends when it is told to.
type randomness struct{ broken bool }

func (r *randomness) Read(b []byte) (int, error) {
	if r.broken {
		return 0, errors.New("no more randomness")
	}
	return rand.Read(b)
}

// output takes a log and a trace from many goroutines.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// events are the log's events of one message, from a JSON log.
func (o *output) events(t *testing.T, message string) (found []map[string]any) {
	t.Helper()
	for line := range strings.Lines(o.String()) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("log line %q: %v", line, err)
		}
		if e["msg"] == message {
			found = append(found, e)
		}
	}
	return found
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// memListener hands out connections that tests made.
type memListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newMemListener() *memListener {
	return &memListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memListener) Addr() net.Addr { return &net.TCPAddr{} }

// from is the server's end of a net.Pipe that says it is TCP. As with a socket,
// and other than with a pipe, a deadline may be set when the client has closed.
type from struct {
	net.Conn
	peer *net.TCPAddr
}

func (f from) RemoteAddr() net.Addr { return f.peer }

func (f from) SetReadDeadline(t time.Time) error {
	_ = f.Conn.SetReadDeadline(t)
	return nil
}

func (f from) SetWriteDeadline(t time.Time) error {
	_ = f.Conn.SetWriteDeadline(t)
	return nil
}

func (f from) SetDeadline(t time.Time) error {
	_ = f.Conn.SetDeadline(t)
	return nil
}

// pipeEnd is the client's end. It takes what comes at once, as a socket's buffer
// would: else a server that writes while the client writes would wait forever.
type pipeEnd struct {
	net.Conn
	mu   sync.Mutex
	come *sync.Cond
	buf  []byte
	err  error
}

func (p *pipeEnd) fill() {
	buf := make([]byte, 4096)
	for {
		n, err := p.Conn.Read(buf)
		p.mu.Lock()
		p.buf, p.err = append(p.buf, buf[:n]...), err
		p.come.Broadcast()
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *pipeEnd) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buf) == 0 && p.err == nil {
		p.come.Wait()
	}
	if len(p.buf) == 0 {
		return 0, p.err
	}
	n := copy(b, p.buf)
	p.buf = p.buf[n:]
	return n, nil
}

// stopReading leaves in the pipe whatever comes from now on.
func (p *pipeEnd) stopReading() {
	fatalNot(p.SetReadDeadline(time.Unix(1, 0)))
	synctest.Wait()
}

func fatalNot(err error) {
	if err != nil {
		panic(err)
	}
}

// client is a client of the tests: a wire.Client on a connection, which may be
// changed for another.
type client struct {
	wire.Client
	r      *rig
	t      *testing.T
	pipe   *pipeEnd
	tls    *tls.Conn
	reader *wire.Reader
	secret []string // what no log may show
}

// connect opens a connection and leaves the handshake undone.
func (r *rig) connect(peer string) *client {
	r.t.Helper()
	near, far := net.Pipe()
	c := &client{r: r, t: r.t, pipe: &pipeEnd{Conn: near}}
	c.pipe.come = sync.NewCond(&c.pipe.mu)
	go c.pipe.fill()
	r.t.Cleanup(func() { near.Close() })
	addr := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(peer))
	select {
	case r.listener.conns <- from{far, addr}:
	case <-time.After(time.Hour): // and not forever: see next
		r.t.Fatal("the server does not accept")
	}
	return c
}

func (c *client) handshake() *client {
	c.t.Helper()
	c.tls = tls.Client(c.pipe, &tls.Config{InsecureSkipVerify: true}) // the bubble's year is 2000
	fatal(c.t, c.tls.Handshake())
	c.reader = wire.NewReader(c.tls, wire.Limits{})
	return c
}

func (r *rig) dial(peer string) *client {
	r.t.Helper()
	return r.connect(peer).handshake()
}

// move goes on with c's session over a new connection.
func (c *client) move(peer string) *client {
	c.t.Helper()
	other := c.r.dial(peer)
	other.Client = c.Client
	return other
}

func (r *rig) login(peer string) *client {
	r.t.Helper()
	c := r.dial(peer)
	c.hello()
	return c
}

// hello logs in.
func (c *client) hello() {
	c.t.Helper()
	hello, err := c.Hello(nil, wire.Hello{MAC: "02:fc:00:00:00:01", User: goodUser, Password: goodPassword})
	fatal(c.t, err)
	c.send(string(hello))
	f := c.mustNext()
	if a, err := c.Receive(f); err != nil || a.Kind != wire.Accepted {
		c.t.Fatalf("login: %+v %v", a, err)
	}
	c.secret = []string{c.Token(), goodPassword, string(f.Data.Get("key1").Raw()), string(f.Data.Get("key2").Raw())}
}

func (c *client) send(frame string) {
	c.t.Helper()
	_, err := io.WriteString(c.tls, frame)
	fatal(c.t, err)
}

// next reads a frame. It waits for an hour and not forever: the server's own
// ticker would keep the bubble's clock going.
func (c *client) next() (*wire.Frame, error) {
	guard := time.AfterFunc(time.Hour, func() { c.pipe.Close() })
	defer guard.Stop()
	return c.reader.Next()
}

func (c *client) mustNext() *wire.Frame {
	c.t.Helper()
	f, err := c.next()
	fatal(c.t, err)
	return f
}

// ask sends one DATA_REQUEST and takes its answer.
func (c *client) ask() wire.Answer {
	c.t.Helper()
	frame, err := c.Request(nil)
	fatal(c.t, err)
	c.send(string(frame))
	a, err := c.Receive(c.mustNext())
	if err != nil || a.Kind != wire.Data || a.Unreadable != nil || len(a.Text) != 8 {
		c.t.Fatalf("answer %+v %v", a, err)
	}
	return a
}

// wantClose: a CLOSE without the flag and of this sequence comes, then the end
// of TLS, and the server closes the connection though the client does not.
func (c *client) wantClose(sequence int) {
	c.t.Helper()
	c.wantFrame(fmt.Sprintf(`{"header":{},"data":{"sequesce":%d,"message-type":"CLOSE"}}`, sequence))
	c.wantEOF()
}

func (c *client) wantFrame(want string) {
	c.t.Helper()
	f, err := c.next()
	if err != nil {
		c.t.Errorf("%v instead of %s", err, want)
		return
	}
	if got := string(f.Raw()); got != want {
		c.t.Errorf("frame\n%s, want\n%s", got, want)
	}
}

func (c *client) wantEOF() {
	c.t.Helper()
	start := time.Now()
	if f, err := c.next(); !errors.Is(err, io.EOF) || time.Since(start) > 0 {
		c.t.Errorf("frame %v, error %v after %v, want the end of TLS at once", f, err, time.Since(start))
	}
	if _, err := c.pipe.Read(make([]byte, 1)); err != io.EOF {
		c.t.Errorf("connection: %v, want EOF", err)
	}
	if took := time.Since(start); took > c.r.server.timeouts.linger {
		c.t.Errorf("the connection is closed %v after CLOSE", took)
	}
}

// trickle writes a byte a second until it no longer can.
func trickle(w io.Writer, b []byte) {
	for i := range b {
		if _, err := w.Write(b[i : i+1]); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}
