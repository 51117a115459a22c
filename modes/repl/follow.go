package repl

import (
	"bytes"
	"errors"
	"sync"

	"proto/wire"
)

// follower decrypts the answers of all sessions of a bench, whichever connection
// they come on. It takes what comes: that a server keeps to the protocol is for
// the scripts to say.
type follower struct {
	mu       sync.Mutex
	sessions map[sessionKey]*followed
}

// sessionKey names a session: ids are a server's own.
type sessionKey struct{ address, id string }

// followed is one session as far as it was seen.
type followed struct {
	chain *wire.Chain
	last  []byte // the sequesce and data of the last answer
	text  []byte // of it
	note  string // of it
	bad   bool   // its padding was wrong
}

// opened is what an answer gave.
type opened struct {
	text     []byte
	readable bool
	note     string
}

// maxFollowed bounds the sessions that are followed at once; a flood of HELLO
// begins more, which stay unread.
const maxFollowed = 10_000

var errNoNumber = errors.New("is no integer")

// ack begins to follow the session of a HELLO_ACK; the error says why it cannot.
func (f *follower) ack(address string, frame *wire.Frame) (*followed, error) {
	var key wire.Key
	var iv wire.IV
	for name, dst := range map[string][]byte{"key1": key[:], "key2": iv[:]} {
		v := frame.Data.Get(name)
		if v.Kind() != wire.Integer {
			return nil, &wire.FieldError{Field: name, Problem: errNoNumber.Error()}
		}
		if err := wire.ParseNumber(dst, v.Raw(), wire.Shift); err != nil {
			return nil, &wire.FieldError{Field: name, Problem: err.(*wire.NumberError).Problem}
		}
	}
	s := &followed{chain: wire.NewChain(key, iv, wire.Dialect{})}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sessions == nil {
		f.sessions = make(map[sessionKey]*followed)
	}
	if len(f.sessions) < maxFollowed {
		f.sessions[keyOf(address, frame)] = s
	}
	return s, nil
}

func keyOf(address string, frame *wire.Frame) sessionKey {
	return sessionKey{address, string(frame.Data.Get("sessionId").Raw())}
}

// response opens a DATA_RESPONSE: with the session it names or, where that does
// not fit, with the one that the connection opened last, as the reference server
// has it.
func (f *follower) response(address string, frame *wire.Frame, onConnection *followed) opened {
	f.mu.Lock()
	defer f.mu.Unlock()
	data := frame.Data.Get("data")
	if data.Kind() != wire.Integer {
		return opened{note: "data is no integer"}
	}
	session := f.sessions[keyOf(address, frame)]
	if session == nil {
		session = onConnection
	}
	if session == nil {
		return opened{note: "no key: its HELLO_ACK was not seen"}
	}
	got, state := session.open(frame, data)
	if got.readable || onConnection == nil || onConnection == session {
		*session = state
		return got
	}
	if other, otherState := onConnection.open(frame, data); other.readable {
		*onConnection = otherState
		other.note = joinNotes(other.note, "key of the connection's last HELLO")
		return other
	}
	*session = state
	return got
}

// open reads one answer and gives the state that follows; s itself stays.
func (s *followed) open(frame *wire.Frame, data wire.Value) (got opened, after followed) {
	this := append(append(bytes.Clone(frame.Data.Get("sequesce").Raw()), ' '), data.Raw()...)
	if bytes.Equal(this, s.last) {
		return opened{text: s.text, readable: !s.bad, note: joinNotes("repeated", s.note)}, *s
	}
	after = followed{chain: s.chain.Clone(), last: this}
	if key1 := frame.Data.Get("key1"); key1.Present() {
		var key wire.Key
		if key1.Kind() != wire.Integer || wire.ParseNumber(key[:], key1.Raw(), wire.Shift) != nil {
			return opened{note: "key1 is no key"}, *s
		}
		after.chain.Rekey(key)
		got.note = "new key"
	}
	text, err := after.chain.Open(nil, data.Raw())
	var number *wire.NumberError
	switch {
	case errors.As(err, &number):
		return opened{note: "data " + number.Problem}, *s
	case err != nil:
		after.bad = true
		got.note = joinNotes(got.note, "wrong padding: an answer before it was lost, or the key is another")
	case s.bad && got.note == "":
		got.note = "healed"
	}
	got.text, got.readable = text, err == nil
	after.text, after.note = text, got.note
	return got, after
}

func joinNotes(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}
