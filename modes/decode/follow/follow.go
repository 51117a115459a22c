// Package follow decrypts the answers of a capture: it follows sessions from their
// HELLO_ACK on, finds the state that an answer belongs to, and says why an answer
// cannot be read.
//
// The state is found by stream and session, then by the stream's last HELLO_ACK (in
// the reference server the cipher belongs to the connection), then by session id,
// then by trying the states used last. An answer counts as read where its padding
// is valid and its text is UTF-8; in the state that it follows on without a gap,
// valid padding is enough, and in one that may not be its own nearly all of the text
// must be printable where there is little padding.
package follow

import (
	"encoding/binary"
	"maps"
	"unicode/utf8"

	"proto/wire"
)

// A Result is what came of an answer. One that is pending is completed later, by
// another answer or by Finish.
type Result struct {
	Status  Status
	Text    []byte
	Note    string
	Period  int // of the key, from 1 on; 0 where the key is not known
	Pending bool
	// Other is the other reading of an ambiguous one, nil if there is none.
	Other []byte
}

// A Follower follows all sessions of a capture. One goroutine at a time.
type Follower struct {
	// Only, if it is not empty, are the dialects that answers may be in. Where there is
	// more than one, it is found out.
	Only []wire.Dialect
	// Key and IV, if not nil, are those of sessions whose HELLO_ACK is missing.
	Key *wire.Key
	IV  *wire.IV
	// Hold says that results may be pending. Without it an answer that later ones
	// would make readable is given up at once.
	Hold bool

	states  map[string]*state // by stream and session
	streams map[string]*state // by stream: of its last HELLO_ACK
	byID    map[string]*state // by session: the one used last
	live    []*state          // the last ones used, for trying
	strays  []*state          // see astray
	servers map[string]*server
	holding map[*state]struct{}   // those with answers that are pending
	forks   map[*state]struct{}   // those with an answer that may be read in another dialect
	other   *fork                 // how the answer last opened can be read, too
	again   map[*Result][]*Result // of answers that repeat one that is pending
	scratch []byte
	spare   *wire.Chain // to try a key in
	last    *state      // the state of the answer before, found again at once
	clock   uint64
	dialect [4]int // how many answers were read in each
	opened  int    // sessions
	swept   uint64 // when makeRoom may look again

	lastStream, lastSession string // what last was found for
}

const (
	maxLive     = 64
	maxSessions = 2048 // and streams; the one used longest ago goes
)

// server is what the sessions of one server share: its IV.
type server struct {
	iv        *wire.IV
	recovered bool
	dialect   wire.Dialect // in which it was, then
	samples   samples      // of answers that wait for it
	waiting   []waiting
}

// Sessions is how many sessions were seen.
func (f *Follower) Sessions() int { return f.opened }

func (f *Follower) init() {
	if f.states == nil {
		f.states, f.streams, f.byID = make(map[string]*state), make(map[string]*state), make(map[string]*state)
		f.servers, f.holding = make(map[string]*server), make(map[*state]struct{})
		f.again, f.forks = make(map[*Result][]*Result), make(map[*state]struct{})
	}
}

// key names a session of a stream, in f.scratch.
func (f *Follower) key(stream string, session []byte) []byte {
	f.scratch = append(append(append(f.scratch[:0], stream...), 0), session...)
	return f.scratch
}

// add makes a new state for a session, in place of an older one. Who has it knows whether it is
// one more session.
func (f *Follower) add(stream string, session []byte) *state {
	name := string(f.key(stream, session))
	f.makeRoom()
	s := &state{stream: stream, session: string(session), lastOf: string(session), dialect: f.onlyOne()}
	if old := f.states[name]; old != nil && !f.Hold {
		f.settle(old, true) // nobody comes back to it
		f.endFork(old)
	}
	f.states[name] = s
	f.byID[s.session] = s
	f.last = nil
	f.use(s)
	return s
}

// makeRoom drops the sessions used longest ago.
func (f *Follower) makeRoom() {
	if len(f.states) < maxSessions || f.clock < f.swept {
		return
	}
	f.swept = f.clock + maxSessions/8 // all may have been used just now
	limit := f.clock - uint64(min(f.clock, maxSessions/2))
	old := func(_ string, s *state) bool { return s.used < limit }
	for _, s := range f.states {
		if s.used < limit {
			f.settle(s, true)
			f.endFork(s)
		}
	}
	maps.DeleteFunc(f.states, old)
	maps.DeleteFunc(f.byID, old)
	maps.DeleteFunc(f.streams, old)
}

func (f *Follower) server(stream string) *server {
	srv := f.servers[stream]
	if srv == nil {
		if len(f.servers) >= maxSessions {
			for _, old := range f.servers {
				f.giveUp(old)
			}
			clear(f.servers) // IVs of servers not heard of for long
		}
		srv = &server{iv: f.IV}
		f.servers[stream] = srv
	}
	return srv
}

// use notes that a state was used now.
func (f *Follower) use(s *state) {
	f.clock++
	s.used = f.clock
	if s.isLive {
		return
	}
	s.isLive = true
	if len(f.live) == maxLive {
		oldest := 0
		for i, l := range f.live {
			if l.used < f.live[oldest].used {
				oldest = i
			}
		}
		f.live[oldest].isLive = false
		f.live[oldest] = s
		return
	}
	f.live = append(f.live, s)
}

// Open decrypts an answer. The result is the caller's to keep.
func (f *Follower) Open(a *Answer, r *Result) {
	f.init()
	if f.Next(a, r) {
		return
	}
	if len(a.Session) > maxBrief {
		named := *a
		named.Session = brief(a.Session)
		a = &named
	}
	s := f.find(a)
	if s == nil {
		if s = f.adopt(a, r); s != nil {
			f.move(a, s)
			return
		}
		s = f.blank(a)
		f.opened++
	}
	suspect := a.isSuspect()
	if a.Data.Kind() != wire.Integer || a.rounded && !suspect {
		f.unreadable(s, a, r)
		return
	}
	f.use(s)
	if f.repeat(s, a, r) {
		return
	}
	if f.tryBefore(s, a, r) {
		return
	}
	if other := f.tryBetter(s, a, r); other != nil {
		f.move(a, other)
		return
	}
	if suspect {
		if !s.isUnpadded(f, a) || !f.hold(s, a, r) {
			f.unreadable(s, a, r)
		}
		return
	}
	if f.try(s, a, r, true) {
		return
	}
	if other := f.tryOthers(s, a, r); other != nil {
		f.move(a, other)
		return
	}
	if other := f.tryBeforeOthers(s, a, r); other != nil {
		f.move(a, other)
		return
	}
	if f.tryBytes(s, a, r) {
		return
	}
	if other := f.otherBytes(s, a, r); other != nil {
		f.move(a, other)
		return
	}
	if other := f.tryBehind(a, r); other != nil {
		f.move(a, other)
		return
	}
	if s.overtakes(a) || s.isUnproved() && !s.gap(a) {
		f.part(s, false)
	}
	f.fail(f.astray(s, a), a, r)
}

// repeat takes an answer that is the last one of a state once more.
func (f *Follower) repeat(s *state, a *Answer, r *Result) bool {
	switch {
	case !s.repeats(a):
		return false
	case s.waiting != nil:
		*r = Result{Period: s.period, Pending: true}
		f.again[s.waiting] = append(f.again[s.waiting], r)
	default:
		*r = repeated(&s.lastResult, r.Text)
	}
	return true
}

// Next opens an answer as most are: the next one of the session that the one before was
// of, in today's dialect, nothing new in it and nothing missing before it. Its result is never
// pending. Else Next leaves all as it was, and the answer is for Open.
func (f *Follower) Next(a *Answer, r *Result) bool {
	if !a.prepared {
		a.Prepare()
	}
	s := f.last
	if s == nil || !s.goesOn() || !a.isBlock || a.Key1.Present() || a.Stream != f.lastStream || string(a.Session) != f.lastSession {
		return false
	}
	if a.block[0] == 0 || a.block == s.lastBlock {
		return false // there is something to say of it
	}
	before := s.chain.Register()
	text, err := s.chain.OpenCipherText(r.Text[:0], a.block[:])
	if err != nil || !isText(text) {
		s.chain.SetRegister(before)
		return false
	}
	f.clock++
	s.used = f.clock
	f.dialect[number(wire.Dialect{})]++
	r.Status, r.Text, r.Note, r.Period, r.Pending = OK, text, "", s.period, false
	s.noteNext(a)
	s.keep(r)
	return true
}

// isText says whether a text is UTF-8: one of eight bytes of ASCII at once.
func isText(text []byte) bool {
	const notASCII = 0x8080808080808080
	if len(text) == 8 && binary.LittleEndian.Uint64(text)&notASCII == 0 {
		return true
	}
	return utf8.Valid(text)
}
