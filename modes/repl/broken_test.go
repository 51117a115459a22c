package repl

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"proto/keys"
	"proto/wire"
)

// brokenRule is one rule of the protocol, and how a server breaks it. A hook
// that is nil leaves that part of the server good.
type brokenRule struct {
	name   string
	breaks string // the rule, as it should be kept

	config    func(*wire.ServerConfig)
	limits    wire.Limits
	read      func(io.Reader) io.Reader
	serve     func(*brokenConnection, *wire.Frame) wire.Verdict
	malformed func(*brokenConnection, error) wire.Verdict
}

// brokenRules are all of them; the first is "good" and breaks none.
func brokenRules() []brokenRule {
	rules := []brokenRule{{name: "good", breaks: "none"}}
	for _, more := range [][]brokenRule{
		brokenLogins(), brokenSessions(), brokenTokens(), brokenCloses(),
		brokenSequences(), brokenAnswers(), brokenCiphers(), brokenFraming(), brokenRefusals(),
	} {
		rules = append(rules, more...)
	}
	return rules
}

// startBroken starts a server that keeps every rule of the protocol but one.
func startBroken(t testing.TB, rule string) *double {
	t.Helper()
	for _, r := range brokenRules() {
		if r.name == rule {
			return serveBroken(t, r)
		}
	}
	t.Fatalf("no rule is called %q", rule)
	return nil
}

func serveBroken(t testing.TB, rule brokenRule) *double {
	t.Helper()
	id, err := keys.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := keys.NewSigner(keys.RandomSecret(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s := &brokenServer{rule: rule, signer: signer, sessions: make(map[int64]*brokenSession)}
	config := s.config()
	if rule.config != nil {
		rule.config(&config)
	}
	if s.core, err = wire.NewServer(config); err != nil {
		t.Fatal(err)
	}
	s.sockets = listenDouble(t)
	s.tls = &tls.Config{Certificates: []tls.Certificate{id.Certificate}}
	s.sockets.running.Go(s.accept)
	return &double{
		Addr: s.sockets.Addr().String(), CAFile: writeCertificate(t, id.Certificate.Certificate[0]),
		User: doubleUser, Password: doublePassword,
	}
}

// brokenServer is a wire.Server with a rule broken around it.
type brokenServer struct {
	rule    brokenRule
	core    *wire.Server
	signer  *keys.Signer
	tls     *tls.Config
	sockets *doubleSockets

	mu       sync.Mutex // held while a frame is answered
	sessions map[int64]*brokenSession
	unused   int64 // see substitute
}

// brokenSession is what rules need to know of a session.
type brokenSession struct {
	id    int64
	token string
	key   wire.Key
	iv    wire.IV
	chain *wire.Chain       // see resealed
	on    *brokenConnection // that it was opened on

	answered int               // fresh answers
	asked    int               // those and retransmissions
	last     string            // the sequence last answered, as it was spelled
	reply    []byte            // its answer
	sealed   []byte            // the same, where it was sealed anew
	keys     int               // how many new ones it was sent
	replies  map[string][]byte // all of them, by their sequence
}

var errBrokenLogin = errors.New("wrong user name or password")

// config is that of the program's own server, with its defaults.
func (s *brokenServer) config() wire.ServerConfig {
	return wire.ServerConfig{
		Login: func(_ context.Context, name string, password []byte) (wire.User, error) {
			if name != doubleUser || string(password) != doublePassword {
				return wire.User{}, errBrokenLogin
			}
			return wire.User{Name: name, ID: 1}, nil
		},
		Token: func(u wire.User, session int64, start, end time.Time) (string, error) {
			return s.signer.Sign(u.Name, u.ID, session, start, end)
		},
		Now: time.Now, Random: rand.Reader,
		Rekey: 10, MaxLife: 35 * time.Minute, Idle: 90 * time.Second,
	}
}

func (s *brokenServer) accept() {
	for {
		conn, err := s.sockets.accept()
		if err != nil {
			return
		}
		s.sockets.running.Go(func() {
			defer s.sockets.close(conn)
			s.handle(conn)
		})
	}
}

// brokenConnection is one client's connection.
type brokenConnection struct {
	server   *brokenServer
	peer     netip.Addr
	opened   []*brokenSession // on this connection
	chain    *wire.Chain      // of the session opened last
	spelling string           // of the first frame
}

func (s *brokenServer) handle(raw net.Conn) {
	conn := tls.Server(raw, s.tls)
	c := &brokenConnection{server: s, peer: netip.MustParseAddrPort(raw.RemoteAddr().String()).Addr()}
	var source io.Reader = conn
	if s.rule.read != nil {
		source = s.rule.read(conn)
	}
	reader := wire.NewReader(source, s.rule.limits)
	for {
		if conn.SetDeadline(time.Now().Add(doublePatience)) != nil {
			return
		}
		f, err := reader.Next()
		v, over := c.verdict(f, err)
		if over {
			return
		}
		if len(v.Reply) > 0 {
			if _, err := conn.Write(v.Reply); err != nil {
				return
			}
		}
		if v.Close {
			lingerDouble(conn, raw)
			return
		}
	}
}

// verdict is what to do about a frame, or about an error in its place; over is
// true where the connection is.
func (c *brokenConnection) verdict(f *wire.Frame, err error) (v wire.Verdict, over bool) {
	s := c.server
	var syntax *wire.SyntaxError
	var limit *wire.LimitError
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil && s.rule.serve != nil:
		return s.rule.serve(c, f), false
	case err == nil:
		return c.good(f), false
	case !errors.As(err, &syntax) && !errors.As(err, &limit):
		return v, true
	case s.rule.malformed != nil:
		return s.rule.malformed(c, err), false
	}
	return s.core.Malformed(nil, err), false
}

// lingerDouble has the peer read the last frame: a connection closed with bytes
// unread is reset, and the reset would overtake the frame.
func lingerDouble(conn *tls.Conn, raw net.Conn) {
	if conn.CloseWrite() != nil {
		return
	}
	if half, ok := raw.(*net.TCPConn); ok {
		_ = half.CloseWrite() // the peer may be gone
	}
	_, _ = io.Copy(io.Discard, raw)
}

// good answers as the program does, and notes what rules may want to know.
func (c *brokenConnection) good(f *wire.Frame) wire.Verdict {
	v := c.server.core.Answer(context.Background(), nil, f, c.peer)
	switch v.Event {
	case wire.Opened:
		c.noteSession(v)
	case wire.Answered:
		session := c.server.sessions[v.Session.ID]
		session.answered++
		session.asked++
		session.last, session.reply = string(f.Data.Get("sequence").Raw()), v.Reply
		session.replies[session.last] = v.Reply
	case wire.Resent:
		c.server.sessions[v.Session.ID].asked++
	}
	return v
}

func (c *brokenConnection) noteSession(v wire.Verdict) {
	data := brokenParse(v.Reply).Data
	session := &brokenSession{id: v.Session.ID, on: c, replies: make(map[string][]byte)}
	session.token, _ = data.Get("token").Text()
	key, err := wire.ParseKey(data.Get("key1").Raw())
	iv, err2 := wire.ParseIV(data.Get("key2").Raw())
	if err := errors.Join(err, err2); err != nil {
		panic(err) // wire's own HELLO_ACK
	}
	session.key, session.iv = key, iv
	session.chain = wire.NewChain(key, iv, wire.Dialect{})
	c.chain = session.chain
	c.opened = append(c.opened, session)
	c.server.sessions[session.id] = session
}

// named is the session that a frame names; nil where there is none.
func (c *brokenConnection) named(f *wire.Frame) *brokenSession {
	id, ok := f.Data.Get("sessionId").Int64()
	if !ok {
		return nil
	}
	return c.server.sessions[id]
}

// passes says whether a frame names a living session, and has its token and a
// sequence: one that does is refused for its type alone.
func (c *brokenConnection) passes(f *wire.Frame) bool {
	return c.instead(f, nil, brokenMembers{"message-type": `"FOO"`}).Refusal == wire.UnknownType
}

// instead answers a frame as if these members stood in it.
func (c *brokenConnection) instead(f *wire.Frame, header, data brokenMembers) wire.Verdict {
	if f.Shape() != nil {
		return c.good(f)
	}
	return c.good(brokenParse(brokenEdit(f, header, data)))
}

// substitute answers a request as if its sequence were one never used before,
// and lets the answer echo the one that it has.
func (c *brokenConnection) substitute(f *wire.Frame, echo string) wire.Verdict {
	c.server.unused++
	unused := strconv.FormatInt(1e15+c.server.unused, 10)
	return brokenAmend(c.instead(f, nil, brokenMembers{"sequence": unused}), brokenMembers{"sequesce": echo})
}
