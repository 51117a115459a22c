package wire

import (
	"net/netip"
	"sync"
	"time"
	"unicode/utf8"
)

// A Session is one session of a Server. Its exported members never change.
type Session struct {
	ID    int64
	User  User
	MAC   string     // as the client sent it, cut to 64 bytes; not to be trusted
	Peer  netip.Addr // IPv4-mapped addresses in their IPv4 form, without a zone
	Start time.Time

	token []byte
	key   Key // the one at hand; under mu once HELLO_ACK is written

	mu       sync.Mutex // held while a request is answered
	chain    *Chain
	answered int      // fresh answers so far
	last     Sequence // of the last of them
	reply    []byte   // the last of them, to be sent again
	data     []byte   // scratch: the digits of data
	text     [randomTextSize]byte

	until time.Time // when it ends unless it is used before; under Server.mu
	ended bool      // under Server.mu
	pace  meter     // under mu
}

// Answered is how many fresh answers the session has had.
func (s *Session) Answered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answered
}

// AppendClose appends a CLOSE that the client did not ask for: it carries the
// last sequence answered, 0 before there is one. A nil Session is that of a
// connection before its HELLO.
func (s *Session) AppendClose(dst []byte) []byte {
	if s == nil {
		return appendServerClose(dst, nil, false)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return appendServerClose(dst, &s.last, false)
}

// request answers a DATA_REQUEST: the last one again with the same bytes, any
// other afresh.
func (s *Server) request(dst []byte, session *Session, seq *Sequence, now time.Time) Verdict {
	session.mu.Lock()
	defer session.mu.Unlock()
	if !s.touch(session, now) {
		return refuse(dst, seq, NoSession, nil) // it ended while this one waited
	}
	wait := session.pace.take(s.config.Pace, now)
	if session.answered > 0 && *seq == session.last {
		return Verdict{Event: Resent, Wait: wait, Reply: append(dst, session.reply...)}
	}
	key, err := s.seal(session)
	if err != nil {
		return refuse(dst, seq, Failed, err)
	}
	reply, err := appendResponse(session.reply[:0], seq, session.ID, session.data, key)
	rekeyed := key != nil
	if rekeyed {
		*key = Key{} // the session has its own
	}
	if err != nil {
		return refuse(dst, seq, Failed, err)
	}
	session.reply, session.last = reply, *seq
	session.answered++
	return Verdict{Event: Answered, Wait: wait, Reply: append(dst, reply...), KeyChanged: rekeyed}
}

// seal makes the digits of the session's next data, and gives the key that goes
// with them if it is a new one.
func (s *Server) seal(session *Session) (key *Key, err error) {
	rekey := s.config.Rekey > 0 && (session.answered+1)%s.config.Rekey == 0
	register := session.chain.Register()
	if s.config.Text == nil {
		key, err = session.sealRandom(s.config.Random, rekey)
	} else {
		key, err = session.sealText(s.config.Random, cutText(s.config.Text()), rekey)
	}
	switch {
	case err != nil: // what was sealed is not sent
		session.chain.Rekey(session.key)
		session.chain.SetRegister(register)
	case key != nil:
		session.key = *key
	}
	return key, err
}

// cutText cuts a text to MaxText bytes, between two characters.
func cutText(text string) string {
	if len(text) <= MaxText {
		return text
	}
	end := MaxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// touch notes that the session is in use; it says whether it still lives.
func (s *Server) touch(session *Session, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expired(session, now) {
		return false
	}
	session.until = s.deadline(session.Start, now)
	return true
}

func (s *Server) add(session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[session.ID] = session
}

// find gives the living session that an id names; nil if there is none.
func (s *Server) find(id Value, now time.Time) *Session {
	n, ok := id.Int64()
	if !ok {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.sessions[n]
	if session == nil || s.expired(session, now) {
		return nil
	}
	return session
}

// expired says whether a session has ended, and takes it off the table if its
// time has just run out. Server.mu is held.
func (s *Server) expired(session *Session, now time.Time) bool {
	return session.ended || !now.Before(session.until) && s.expire(session, now)
}

// expire is expired where the time seems to have run out.
func (s *Server) expire(session *Session, now time.Time) bool {
	if s.excuse(session, s.lastGap(now)); now.Before(session.until) {
		return false
	}
	s.expiries = append(s.expiries, session)
	s.drop(session)
	return true
}

// gap is a time in which nobody was answered.
type gap struct{ from, to time.Time }

func (s *Server) lastGap(now time.Time) (g gap) {
	if s.config.Paused != nil && s.config.Idle > 0 {
		g.from, g.to = s.config.Paused(now)
	}
	return g
}

// excuse gives a session that lived when nobody was answered any more its idle time anew.
// Server.mu is held.
func (s *Server) excuse(session *Session, g gap) {
	if g.to.IsZero() || !g.from.Before(session.until) {
		return
	}
	if until := s.deadline(session.Start, g.to); until.After(session.until) {
		session.until = until
	}
}

// forever stands for a deadline that never comes.
const forever = 100 * 365 * 24 * time.Hour

// deadline is when a session ends that began at start and was last used at used.
func (s *Server) deadline(start, used time.Time) time.Time {
	d := s.end(start)
	if s.config.Idle > 0 {
		if idle := used.Add(s.config.Idle); idle.Before(d) {
			d = idle
		}
	}
	return d
}

// end is the latest end of a session that began at start.
func (s *Server) end(start time.Time) time.Time {
	if s.config.MaxLife > 0 {
		return start.Add(s.config.MaxLife)
	}
	return start.Add(forever)
}

// remove ends a session; it says whether it still lived.
func (s *Server) remove(session *Session) bool {
	if !s.dropAlive(session) {
		return false
	}
	session.wipe()
	return true
}

func (s *Server) dropAlive(session *Session) bool {
	now := s.config.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expired(session, now) {
		return false
	}
	s.drop(session)
	return true
}

// wipe forgets the key of a session that has ended, and what was last answered: a key may
// be in that. Memory is given to others later than one thinks.
func (s *Session) wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = Key{}
	s.chain.wipe()
	clear(s.reply[:cap(s.reply)])
	clear(s.data[:cap(s.data)])
}

// Deadline is when a session ends unless it is used before; ok is false if it
// has ended.
func (s *Server) Deadline(session *Session) (t time.Time, ok bool) {
	now := s.config.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expired(session, now) {
		return time.Time{}, false
	}
	return session.until, true
}

// TimeIsUp says whether a session's time has run out. A frame that is refused then, on the
// connection that used the session, has crossed the CLOSE that its client did not ask for:
// a server with a loop of its own says that one, as it would have had the frame not come.
func (s *Server) TimeIsUp(session *Session) bool {
	now := s.config.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	return !now.Before(session.until)
}

// Expire ends the sessions whose time has run out, connected or not. It gives
// back each session that ended so, once, also where something else found out
// first. A Server with a maximum life or idle time needs it called every now and
// then: until it is, sessions that nobody asks for stay in memory. One that knows of
// [ServerConfig].Paused needs it after each pause.
func (s *Server) Expire() []*Session {
	ended := s.takeExpired()
	for _, session := range ended {
		session.wipe()
	}
	return ended
}

func (s *Server) takeExpired() []*Session {
	now := s.config.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.lastGap(now)
	for _, session := range s.sessions {
		s.excuse(session, last) // now, as there may be another before its time is up
		s.expired(session, now)
	}
	ended := s.expiries
	s.expiries = nil
	return ended
}

// Sessions is how many sessions live.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}
