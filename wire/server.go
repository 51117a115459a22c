package wire

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"time"
)

// A User is who logged in, as the token names it. One of package keys converts to it:
// wire.User(u).
type User struct {
	Name string // MaxPerUser counts by it
	ID   int    // of the user record
}

// A ServerConfig is what a Server is given of the world. Login and Token are
// required. What is a function here is called by several goroutines at once if
// Answer is, and so is Random: crypto/rand.Reader can bear it, a math/rand source
// cannot.
type ServerConfig struct {
	// Login checks a user name and password. It may take its time. Its error is
	// the reason in the log; one after ctx has ended is not the user's fault, and
	// neither is one that is [ErrBusy]: the client is then told nothing about the
	// login. The password is wiped when Login returns.
	Login func(ctx context.Context, name string, password []byte) (User, error)
	// Token makes the token of a session that ends at the latest at end: a JWT, by
	// clause 3.1, of up to MaxToken bytes. Nobody else may be able to guess it.
	Token func(u User, session int64, start, end time.Time) (string, error)
	// RefuseToken says why a token that is not the one issued for this session
	// is refused. It is asked for the log only: the token is refused in any case. May
	// be nil.
	RefuseToken func(token string, session int64) error
	// Text gives the text of the next answer, of which MaxText bytes are sent.
	// Its session waits for it. Nil: 8 random lower-case letters.
	Text func() string
	// Now is the clock, with its monotonic part; nil: time.Now.
	Now func() time.Time
	// Paused is the last time in which nobody was answered though requests may have come, as
	// far as is known at now: a session that lived when it began has its whole Idle after its
	// end. Zero times, or nil: there was none. MaxLife stays as it is. It is asked when a
	// session's time seems to be up, and must not call the Server.
	Paused func(now time.Time) (from, to time.Time)
	// Random gives keys, IV and text; nil: crypto/rand.Reader.
	Random io.Reader

	Rekey   int           // a fresh key with each Rekey-th answer of a session: 10, by clause 3.3; 0: never
	MaxLife time.Duration // of a session, 35 minutes in `proto serve`; 0: no end
	Idle    time.Duration // a session ends after this time without a request, 90 seconds in `proto serve`; 0: never

	// MaxSessions is how many sessions may live, MaxPerUser how many of one user.
	// A HELLO over it is refused after its login was found good. 0: no limit.
	MaxSessions, MaxPerUser int
	// Pace is how many requests a session may make; the zero Pace is no limit. What
	// is over it is answered too, but late: see Verdict.Wait.
	Pace Pace
}

// A Server is the server's half of all its sessions, as a state machine: a frame in
// ([Server.Answer]), an answer and a [Verdict] out. [Server.Serve] and
// [Server.ServeConn] put it on connections; a program with a loop of its own needs
// Answer, [Server.Malformed] and [Server.Expire]. It is made by [NewServer]. All
// methods may be called at once; requests of one session are answered one by one.
type Server struct {
	config ServerConfig
	iv     IV

	mu       sync.Mutex
	sessions map[int64]*Session
	live     int            // sessions in the table, and those about to be
	perUser  map[string]int // the same of each user
	lastID   int64
	expiries []*Session // whose time ran out since the last Expire
}

// NewServer makes a Server and draws its IV, which stays for its life. Its error is
// that of Random.
func NewServer(config ServerConfig) (*Server, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Random == nil {
		config.Random = rand.Reader
	}
	s := &Server{config: config, sessions: make(map[int64]*Session), perUser: make(map[string]int)}
	if err := drawLetters(config.Random, s.iv[:]); err != nil {
		return nil, fmt.Errorf("cannot draw an IV: %w", err)
	}
	return s, nil
}

// Event says what a frame did.
type Event uint8

const (
	Refused  Event = iota // see Verdict.Refusal
	Opened                // HELLO: a session began
	Answered              // DATA_REQUEST: a fresh answer
	Resent                // DATA_REQUEST: the last answer again
	Ended                 // CLOSE: the session is over
)

// A Verdict says what to do about a frame: write Reply if it is not empty, close the
// connection if Close is set, else read nothing more for Wait. The rest is for the log.
type Verdict struct {
	Event      Event
	Reply      []byte    // a whole frame, with its newline; empty after a client's CLOSE, and of Overloaded
	Close      bool      // after Reply; so that it arrives, what still comes is to be read first
	Refusal    Refusal   // of Refused
	Reason     error     // more about the refusal; nil where its name says all
	Session    *Session  // the session meant, where there is one
	KeyChanged bool      // of Answered: Reply brings a new key
	At         time.Time // when a frame of a living session was looked at

	// Wait is how long to read nothing more on this connection, because the session
	// asks too fast. 0 within its Pace.
	Wait time.Duration
}

// Answer takes a frame that came from peer, whose port does not matter. The reply is
// appended to dst; of f nothing is kept. ctx is for Login only: everything else is done
// at once.
func (s *Server) Answer(ctx context.Context, dst []byte, f *Frame, peer netip.Addr) Verdict {
	sequence, seqOK := SequenceOf(f.Data.Get("sequence"))
	seq := &sequence // of 80 bytes: a copy for each call would make the stack of every connection larger
	if err := f.Shape(); err != nil {
		return refuse(dst, seq, BadShape, err)
	}
	id := f.Data.Get("sessionId")
	switch {
	case !id.Present():
		return s.hello(ctx, dst, f, peer)
	case f.Type().Is(TypeHello):
		return refuse(dst, seq, HelloNamesSession, nil)
	}
	now := s.config.Now()
	session := s.find(id, now)
	if session == nil {
		return refuse(dst, seq, NoSession, fmt.Errorf("sessionId is %s", describeID(id)))
	}
	v := s.inSession(dst, f, session, peer, seq, seqOK, now)
	v.Session, v.At = session, now
	return v
}

// Malformed is the verdict on bytes that are no frame (clause 5.6); err is what
// [Reader.Next] said.
func (s *Server) Malformed(dst []byte, err error) Verdict {
	return refuse(dst, nil, NoFrame, err)
}

func refuse(dst []byte, seq *Sequence, r Refusal, reason error) Verdict {
	return Verdict{
		Event: Refused, Refusal: r, Reason: reason, Close: true,
		Reply: appendServerClose(dst, seq, r.Flag()),
	}
}

// notLookedAt is the verdict on a login that there was no time for. Any CLOSE would be an answer to it, and a
// client that takes it for one never tries again; a connection that is lost it makes anew.
func notLookedAt(reason error) Verdict {
	return Verdict{Event: Refused, Refusal: Overloaded, Reason: reason, Close: true}
}

// hello takes a frame that names no session: a login, or nothing we know.
func (s *Server) hello(ctx context.Context, dst []byte, f *Frame, peer netip.Addr) Verdict {
	sequence := f.Data.Get("sequence")
	number, ok := SequenceOf(sequence)
	seq := &number
	if !f.Type().Is(TypeHello) {
		return refuse(dst, seq, NotHello, nil)
	}
	mac, hasMAC := f.Header.Get("MAC").Text()
	name, hasName := f.Data.Get("username").Text()
	given := f.Data.Get("password")
	switch {
	case !hasMAC:
		return refuse(dst, seq, HelloIncomplete, errors.New("MAC is "+f.Header.Get("MAC").kind.String()))
	case !sequence.Present():
		return refuse(dst, seq, HelloIncomplete, errors.New("sequence is missing"))
	case !hasName || given.kind != String:
		return refuse(dst, seq, HelloIncomplete, errors.New("user name or password is no string"))
	case !ok:
		return refuse(dst, seq, WrongSequence, nil)
	}
	password := given.AppendText(make([]byte, 0, 3*len(given.raw))) // room for a U+FFFD each byte: no copy is left behind
	user, err := s.config.Login(ctx, name, password)
	clear(password)
	switch {
	case errors.Is(err, ErrBusy):
		return notLookedAt(nil)
	case err != nil && ctx.Err() != nil:
		return notLookedAt(fmt.Errorf("the login was not checked in time: %w", err))
	case err != nil:
		return refuse(dst, seq, WrongLogin, err)
	}
	id, err := s.reserve(user)
	if err != nil {
		return refuse(dst, seq, TooManySessions, err)
	}
	session, err := s.open(id, user, mac, peer)
	if err != nil {
		s.release(user)
		return refuse(dst, seq, Failed, err)
	}
	reply, err := appendHelloAck(dst, &helloAck{
		sequence: seq, session: session.ID, key: session.key, iv: s.iv, token: string(session.token),
	})
	if err != nil {
		s.release(user)
		return refuse(dst, seq, Failed, err)
	}
	s.add(session)
	return Verdict{Event: Opened, Reply: reply, Session: session}
}

// open makes a session, which is not in the table yet.
func (s *Server) open(id int64, user User, mac string, peer netip.Addr) (*Session, error) {
	now := s.config.Now()
	session := &Session{ID: id, User: user, MAC: cutMAC(mac), Peer: plainAddr(peer), Start: now, until: s.deadline(now, now)}
	key, err := drawKey(s.config.Random)
	if err != nil {
		return nil, err
	}
	session.key, session.chain = key, NewChain(key, s.iv, Dialect{})
	token, err := s.config.Token(user, id, now, s.end(now))
	if err != nil {
		return nil, err
	}
	session.token = []byte(token)
	return session, nil
}

// inSession takes a frame of a living session: address, token and sequence are
// checked in this order, then it is answered.
func (s *Server) inSession(dst []byte, f *Frame, session *Session, peer netip.Addr, seq *Sequence, seqOK bool, now time.Time) Verdict {
	if plainAddr(peer) != session.Peer {
		return refuse(dst, seq, WrongAddress, nil)
	}
	if err := s.checkToken(f.Header.Get("token"), session); err != nil {
		return refuse(dst, seq, WrongToken, err)
	}
	if !seqOK {
		return refuse(dst, nil, WrongSequence, nil)
	}
	t := f.Type()
	switch {
	case t.Is(TypeRequest):
		return s.request(dst, session, seq, now)
	case t.Is(TypeClose):
		if !s.remove(session) {
			return refuse(dst, seq, NoSession, nil) // another connection was first
		}
		return Verdict{Event: Ended, Close: true}
	}
	return refuse(dst, seq, UnknownType, nil)
}

var errTokenMissing = errors.New("the token is missing")

// checkToken compares a token with the one issued, in a time that depends on
// its length only. One that differs is refused, whatever it says.
func (s *Server) checkToken(v Value, session *Session) error {
	if v.kind != String {
		if !v.Present() {
			return errTokenMissing
		}
		return errors.New("the token is " + v.kind.String())
	}
	if inner := v.raw[1 : len(v.raw)-1]; sameToken(inner, session.token) {
		return nil
	}
	text, _ := v.Text()
	if sameToken([]byte(text), session.token) {
		return nil // written with escapes
	}
	if s.config.RefuseToken != nil {
		if err := s.config.RefuseToken(text, session.ID); err != nil {
			return err
		}
	}
	return errors.New("the token is not the one issued for this session")
}

// sameToken compares in a time that depends on the lengths only, eight bytes at a
// time: byte by byte it would be a tenth of all that a request takes.
func sameToken(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	var differ uint64
	for ; len(a) >= 8; a, b = a[8:], b[8:] {
		differ |= binary.LittleEndian.Uint64(a) ^ binary.LittleEndian.Uint64(b)
	}
	for i := range a {
		differ |= uint64(a[i] ^ b[i])
	}
	return subtle.ConstantTimeEq(int32(differ>>32), 0)&subtle.ConstantTimeEq(int32(differ), 0) == 1
}

// plainAddr makes an address comparable: IPv4-mapped addresses equal their IPv4
// form, and a zone does not count.
func plainAddr(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// cutMAC bounds what a session keeps of the MAC, which only logs show.
func cutMAC(mac string) string {
	if len(mac) > MaxMAC {
		mac = mac[:MaxMAC]
	}
	return string([]byte(mac))
}

func describeID(v Value) string {
	if v.kind != Integer {
		return v.kind.String()
	}
	return quoteShort(v.raw)
}
