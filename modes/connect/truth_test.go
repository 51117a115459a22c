package connect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"proto/wire"
)

// What a server sealed is read from its own log, which shows the frames that it
// sends; what a client read, from what it was sent and what it gave out.

// sealed are the answers that servers made.
type sealed struct {
	mu       sync.Mutex
	sessions []*sealedSession
	open     map[string]*sealedSession // of the server that runs
	rest     []byte                    // of a line
	problems []string
	serving  int
	punished int // addresses refused
}

// sealedSession is one session's answers, in the order in which they were made.
type sealedSession struct {
	name    string // server and number
	answers []sealedAnswer
	claimed bool
}

type sealedAnswer struct{ sequence, data string }

// newServer begins the log of another server.
func (s *sealed) newServer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving++
	s.open = make(map[string]*sealedSession)
	s.rest = nil
}

// Write takes the log of `proto serve -v --log json`.
func (s *sealed) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, b...)
	for {
		i := bytes.IndexByte(s.rest, '\n')
		if i < 0 {
			return len(b), nil
		}
		s.line(s.rest[:i])
		s.rest = s.rest[i+1:]
	}
}

func (s *sealed) line(line []byte) {
	var event struct{ Msg, Frame string }
	if err := json.Unmarshal(line, &event); err != nil {
		s.problems = append(s.problems, fmt.Sprintf("log line %q: %v", line, err))
		return
	}
	if event.Msg == "address refused" {
		s.punished++
	}
	if event.Msg != "sending" {
		return
	}
	var f wire.Frame
	frame, err := strconv.Unquote(`"` + event.Frame + `"`)
	if err == nil {
		_, err = wire.Parse([]byte(frame), wire.Limits{}, &f)
	}
	if err != nil {
		s.problems = append(s.problems, fmt.Sprintf("frame %s: %v", event.Frame, err))
		return
	}
	if !f.Type().Is(wire.TypeResponse) {
		return
	}
	s.answer(string(f.Data.Get("sessionId").Raw()), sealedAnswer{string(f.Data.Get("sequesce").Raw()), string(f.Data.Get("data").Raw())})
}

// answer notes an answer; the last one again is a retransmission.
func (s *sealed) answer(id string, a sealedAnswer) {
	session := s.open[id]
	if session == nil {
		session = &sealedSession{name: fmt.Sprintf("server %d, session %s", s.serving, id)}
		s.open[id] = session
		s.sessions = append(s.sessions, session)
	}
	if n := len(session.answers); n > 0 && session.answers[n-1] == a {
		return
	}
	session.answers = append(session.answers, a)
}

// reader is a display that remembers: what one client was sent and gave out.
type reader struct {
	*display
	shown    bytes.Buffer // its lines
	notes    bytes.Buffer
	sessions []*readSession
	count    atomic.Int64
	state    atomic.Pointer[string]
	progress chan struct{} // one for each answer, if somebody waits
}

// readSession is one session as the client met it.
type readSession struct {
	id      int64
	key     wire.Key
	iv      wire.IV
	answers []readAnswer
}

type readAnswer struct {
	sequence, data string
	key            *wire.Key
	text           string
}

// doing is what the client is at: a handshake, or the wait for an answer to a frame.
func (r *reader) doing() string { return *r.state.Load() }

func (r *reader) at(state string) { r.state.Store(&state) }

func (r *reader) connected() { r.at("idle") }

func (r *reader) lost(kind trouble, note string) {
	r.at("handshake")
	r.display.lost(kind, note)
}

func (r *reader) sent(frame []byte) {
	switch {
	case bytes.Contains(frame, []byte(`"HELLO"`)):
		r.at("HELLO")
	case bytes.Contains(frame, []byte(`"CLOSE"`)):
		r.at("CLOSE")
	case len(r.last().answers)%10 == 9:
		r.at("key change")
	default:
		r.at("request")
	}
}

func (r *reader) last() *readSession { return r.sessions[len(r.sessions)-1] }

func (r *reader) received(f *wire.Frame) {
	var key *wire.Key
	if digits := f.Data.Get("key1"); digits.Present() {
		k, err := wire.ParseKey(digits.Raw())
		if err != nil {
			panic(err)
		}
		key = &k
	}
	switch {
	case f.Type().Is(wire.TypeHelloAck):
		iv, err := wire.ParseIV(f.Data.Get("key2").Raw())
		if err != nil {
			panic(err)
		}
		id, _ := f.Data.Get("sessionId").Int64()
		r.sessions = append(r.sessions, &readSession{id: id, key: *key, iv: iv})
	case f.Type().Is(wire.TypeResponse):
		s := r.last()
		s.answers = append(s.answers, readAnswer{sequence: string(f.Data.Get("sequesce").Raw()), data: string(f.Data.Get("data").Raw()), key: key})
	}
}

func (r *reader) answered(a wire.Answer, session int64, asked time.Time) error {
	s := r.last()
	s.answers[len(s.answers)-1].text = string(a.Text)
	if session != s.id || a.Unreadable != nil {
		return fmt.Errorf("session %d, not %d; %v", session, s.id, a.Unreadable)
	}
	r.at("idle")
	r.count.Add(1)
	if r.progress != nil {
		select {
		case r.progress <- struct{}{}:
		default:
		}
	}
	return r.display.answered(a, session, asked)
}

// missing is an answer that was sealed and not read.
type missing struct {
	session int // the client's n-th, from 0
	words   string
}

// check holds what the client read against what was sealed: the same texts, in the
// same order, none twice. Of each session mayMiss of the last may be missing; what
// the client must have said of them is given back. Of each session mayLack of the last
// may be missing in the log: a server that is killed has not written all of it.
func (s *sealed) check(t *testing.T, r *reader, mayMiss, mayLack int) (lost []missing) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, read := range r.sessions {
		if len(read.answers) == 0 {
			continue
		}
		made := s.find(read.answers[0].data)
		if made == nil && len(read.answers) <= mayLack {
			continue
		}
		if made == nil {
			t.Errorf("session %d: nobody sealed its answer %s", read.id, read.answers[0].sequence)
			continue
		}
		if made.claimed {
			t.Errorf("%s was read twice", made.name)
		}
		made.claimed = true
		if n := len(made.answers) - len(read.answers); n < -mayLack || n > mayMiss {
			t.Errorf("%s: %d answers sealed, %d read", made.name, len(made.answers), len(read.answers))
			continue
		}
		made.compare(t, read)
		for _, a := range made.answers[min(len(made.answers), len(read.answers)):] {
			words := fmt.Sprintf("session %d is gone, and what it may have answered to request %s;", read.id, a.sequence)
			lost = append(lost, missing{i, words})
		}
	}
	return lost
}

func (s *sealed) find(data string) *sealedSession {
	i := slices.IndexFunc(s.sessions, func(made *sealedSession) bool { return made.answers[0].data == data })
	if i < 0 {
		return nil
	}
	return s.sessions[i]
}

// compare decrypts what the server sealed by a chain that knows no reconnecting.
func (made *sealedSession) compare(t *testing.T, read *readSession) {
	t.Helper()
	chain := wire.NewChain(read.key, read.iv, wire.Dialect{})
	for i, a := range read.answers {
		sealed := sealedAnswer{a.sequence, a.data} // where the log lacks it
		if i < len(made.answers) {
			sealed = made.answers[i]
		}
		if sealed != (sealedAnswer{a.sequence, a.data}) || sealed.sequence != fmt.Sprint(i+2) {
			t.Errorf("%s: answer %d is %v, read was %s %s", made.name, i+1, sealed, a.sequence, a.data)
			return
		}
		if a.key != nil {
			chain.Rekey(*a.key)
		}
		text, err := chain.Open(nil, []byte(sealed.data))
		if err != nil || string(text) != a.text || len(text) != 8 || (a.key != nil) != (i%10 == 9) {
			t.Errorf("%s: answer %d is %q (%v, new key %t), read was %q", made.name, i+1, text, err, a.key != nil, a.text)
			return
		}
	}
}

// checkShown: the lines are the answers, each once.
func (r *reader) checkShown(t *testing.T) {
	t.Helper()
	var want []string
	for _, s := range r.sessions {
		for _, a := range s.answers {
			want = append(want, fmt.Sprintf("%s %d %s", a.sequence, s.id, a.text))
		}
	}
	var got []string
	for line := range strings.Lines(r.shown.String()) {
		var a struct {
			Sequence, Session int
			Text              string
		}
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Errorf("line %q: %v", line, err)
		}
		got = append(got, fmt.Sprintf("%d %d %s", a.Sequence, a.Session, a.Text))
	}
	if !slices.Equal(got, want) {
		t.Errorf("shown were\n%q\nwant\n%q", got, want)
	}
}
