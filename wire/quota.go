package wire

import (
	"errors"
	"math"
	"math/bits"
	"time"
)

// ErrBusy is what a [ServerConfig].Login says that has not looked at a login because too many
// wait. It is nobody's fault: the connection ends without a frame, and the HELLO may be said again.
var ErrBusy = errors.New("too many logins wait")

// Why a good login gets no session.
var (
	errServerFull = errors.New("the limit of all sessions is reached")
	errUserFull   = errors.New("the limit of one user's sessions is reached")
)

// reserve takes a place and a number for a session of this user, until release
// or the session's end.
func (s *Server) reserve(user User) (id int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.config.MaxSessions > 0 && s.live >= s.config.MaxSessions:
		return 0, errServerFull
	case s.config.MaxPerUser > 0 && s.perUser[user.Name] >= s.config.MaxPerUser:
		return 0, errUserFull
	}
	s.live++
	s.perUser[user.Name]++
	s.lastID++
	return s.lastID, nil
}

// release gives a place back of which no session came.
func (s *Server) release(user User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(user)
}

// leave counts a session less. Server.mu is held.
func (s *Server) leave(user User) {
	s.live--
	if s.perUser[user.Name]--; s.perUser[user.Name] == 0 {
		delete(s.perUser, user.Name)
	}
}

// drop ends a session that lives. Server.mu is held.
func (s *Server) drop(session *Session) {
	session.ended = true
	delete(s.sessions, session.ID)
	s.leave(session.User)
}

// A Pace is how fast a session may ask: Burst requests at once, and from then on
// one each Every. The zero Pace is no limit.
type Pace struct {
	Burst int
	Every time.Duration
}

// A meter counts one session's requests against its Pace, by the generic cell
// rate algorithm: due is when the last request would have come had all of them
// come evenly.
type meter struct{ due time.Time }

// take counts a request at now and gives the time until another may come. A Burst that would
// last for longer than a time.Duration can say is never used up.
func (m *meter) take(p Pace, now time.Time) time.Duration {
	if p.Every <= 0 {
		return 0
	}
	over, ahead := bits.Mul64(uint64(max(p.Burst, 1)-1), uint64(p.Every))
	if over > 0 || ahead > math.MaxInt64 {
		return 0
	}
	if m.due.Before(now) {
		m.due = now
	}
	m.due = m.due.Add(p.Every)
	return max(0, m.due.Add(-time.Duration(ahead)).Sub(now))
}
