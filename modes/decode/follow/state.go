package follow

import (
	"bytes"
	"crypto/sha256"
	"strconv"

	"proto/wire"
)

// state is the cipher of a session as far as the capture tells.
type state struct {
	stream, session string
	names           int  // how many other sessions are known to be of it
	stray           bool // see Follower.astray
	shared          bool // there was another HELLO_ACK of its name

	chain   *wire.Chain
	hasKey  bool
	hasPrev bool          // the chain's register is right for the next answer
	dialect *wire.Dialect // nil until it is found out
	period  int
	first   wire.Key // of HELLO_ACK, to know that by
	iv      *wire.IV // as its HELLO_ACK said; nil where that is missing

	lastOf       string                     // the session of what was last
	lastSequence []byte                     // its sequence; HELLO_ACK's, before there is an answer
	before       map[string][]byte          // the last sequences of other sessions that share the cipher
	lastIsBlock  bool                       // as Answer.isBlock
	lastBlock    [wire.BlockSize]byte       // then
	lastData     []byte                     // else its number, or what stands for that
	registers    [len(padded)]wire.Register // then, what it leaves in each padded dialect
	lastKey1     []byte
	key1         []byte // as the answer spelled it that brought the key at hand
	lastResult   Result
	bytes        bool   // there was a text that is none
	any          bool   // there has been an answer
	lost         int    // how many answers in a row could not be read
	lostKey      bool   // a key change is among what is lost
	keyNote      string // why the key is not known
	noIV         bool   // it begins with its key, and the IV is not known
	odd          bool   // there was an unpadded text of other than lower-case letters
	sure         int    // how many bytes of the register are what the server's are
	old          int    // how many answers in a row were overtaken

	was     *state          // before answers that could not be read; nil: there are none
	pending []pendingAnswer // until the dialect is known
	fork    *fork           // until the dialect is certain
	waiting *Result         // of the last answer, if it is pending

	isLive bool
	used   uint64
}

// repeats says whether an answer is the one before once more.
func (s *state) repeats(a *Answer) bool {
	return s.any && bytes.Equal(s.lastSequence, brief(a.Sequence)) && s.lastOf == string(a.Session) &&
		s.sameData(a) && bytes.Equal(s.lastKey1, brief(a.Key1.Raw()))
}

// goesOn says whether the next answer can be read in today's dialect, and nothing before it
// is missing.
func (s *state) goesOn() bool {
	return s.dialect != nil && *s.dialect == (wire.Dialect{}) && s.hasKey && s.hasPrev && s.lost == 0 && s.old == 0 && s.fork == nil
}

func (s *state) sameData(a *Answer) bool {
	if s.lastIsBlock || a.isBlock {
		return s.lastIsBlock == a.isBlock && s.lastBlock == a.block
	}
	return bytes.Equal(s.lastData, brief(a.Data.Raw()))
}

// note remembers an answer as the last one. A block stands for its digits: it is in the
// answer itself, and they are elsewhere in memory.
func (s *state) note(a *Answer) {
	s.any = true
	if s.lastOf != string(a.Session) {
		s.turnTo(a.Session)
	}
	s.lastSequence = append(s.lastSequence[:0], brief(a.Sequence)...)
	if s.lastIsBlock = a.isBlock; a.isBlock {
		s.lastBlock = a.block
	} else {
		s.lastData = append(s.lastData[:0], brief(a.Data.Raw())...)
		s.noteRegisters(a)
	}
	s.lastKey1 = append(s.lastKey1[:0], brief(a.Key1.Raw())...)
}

// noteNext is note for an answer of Next: a block, without a key.
func (s *state) noteNext(a *Answer) {
	if s.lastOf != string(a.Session) || len(a.Sequence) > maxBrief {
		s.note(a)
		return
	}
	s.lastSequence = append(s.lastSequence[:0], a.Sequence...)
	s.any, s.lastIsBlock, s.lastBlock, s.lastKey1 = true, true, a.block, s.lastKey1[:0]
}

// turnTo goes over to another session that shares the cipher, as those of one connection
// to the reference server do. Each counts its own sequence.
func (s *state) turnTo(session []byte) {
	if s.before == nil || len(s.before) > maxNames {
		s.before = make(map[string][]byte)
	}
	s.before[s.lastOf] = bytes.Clone(s.lastSequence)
	s.lastOf = string(session)
}

// sequences are those of the last answer of this one's session, and its own, where both
// have one.
func (s *state) sequences(a *Answer) (before, now int64, ok bool) {
	last := s.lastSequence
	if s.lastOf != string(a.Session) {
		last = s.before[string(a.Session)]
	}
	before, ok = sequence(last)
	now, ok2 := sequence(a.Sequence)
	return before, now, ok && ok2
}

// gap says whether answers are missing between the last one and this, as far as is known.
func (s *state) gap(a *Answer) bool {
	before, now, ok := s.sequences(a)
	return !ok || now != before+1 || s.lastOf != string(a.Session)
}

// missing says whether the sequences tell that answers before this one are missing.
func (s *state) missing(a *Answer) bool {
	before, now, ok := s.sequences(a)
	return ok && now != before+1
}

// isOld says whether an answer has been overtaken by the last one.
func (s *state) isOld(a *Answer) bool {
	last, now, ok := s.sequences(a)
	return s.any && ok && now <= last
}

// sequence is a sequence's number.
func sequence(spelled []byte) (n int64, ok bool) {
	if n := len(spelled); n > 1 && spelled[0] == spelled[n-1] && (spelled[0] == '"' || spelled[0] == '\'') {
		spelled = spelled[1 : n-1]
	}
	n, err := strconv.ParseInt(string(spelled), 10, 64)
	return n, err == nil
}

// try opens an answer in a state. Where it cannot be read the state is as it was,
// and r untouched. own says that the answer most likely belongs to the state.
func (f *Follower) try(s *state, a *Answer, r *Result, own bool) bool {
	if (s.dialect == nil || len(s.pending) > 0) && s.isUnpadded(f, a) {
		return (own || f.spells(s, a)) && f.hold(s, a, r)
	}
	if s.fork != nil && !s.fork.unproved {
		f.choose(s, a)
	}
	key, hasKey := newKey(a)
	if hasKey {
		return f.tryNewKey(s, a, key, r, own)
	}
	if !s.hasKey || !s.hasPrev {
		return false
	}
	before := s.chain.Register()
	text, d, ok := f.open(a, s.chain, s.dialect, r.Text[:0])
	if ok && !s.accepts(a, text, d, own) {
		s.chain.SetRegister(before)
		ok = false
	}
	if !ok && s.dialect == nil && s.lost > 0 && f.may(padded[1]) {
		text, d, ok = s.openUnshifted(a, r.Text[:0])
	}
	if !ok {
		return false
	}
	f.read(s, a, r, text, d, "")
	f.waitForNext(s, r)
	return true
}

// openUnshifted opens an answer behind one that could not be read, if both are
// unshifted: until the dialect is known the register has what the usual one makes of it.
func (s *state) openUnshifted(a *Answer, dst []byte) (text []byte, d wire.Dialect, ok bool) {
	chain := s.chain.Clone()
	chain.SetRegister(s.lastRegister(padded[1]))
	if text, ok = a.openIn(chain, padded[1], dst); ok && credible(text, false) {
		s.chain = chain
		return text, padded[1], true
	}
	return nil, padded[1], false
}

// noteRegisters keeps what an answer leaves that is no block.
func (s *state) noteRegisters(a *Answer) {
	for i, d := range padded {
		long := a.cipherText(d)
		if long == nil {
			var block [wire.BlockSize]byte
			_ = wire.ParseNumber(block[:], a.Data.Raw(), d.Shift()) // of what is none nothing follows
			long = block[:]
		}
		s.registers[i] = wire.Register(long[len(long)-wire.BlockSize:])
	}
}

// lastRegister is what the last answer left, in a padded dialect.
func (s *state) lastRegister(d wire.Dialect) (r wire.Register) {
	if !s.lastIsBlock {
		return s.registers[number(d)]
	}
	if r = wire.Register(s.lastBlock); d.Unshifted {
		r = wire.Register{}
		_ = wire.ParseNumber(r[:], wire.AppendNumber(nil, s.lastBlock[:], wire.Shift), 0)
	}
	return r
}

// maxBrief bounds what is kept of what is only compared, in bytes.
const maxBrief = 128

// brief is what a number or name is compared by: what is long is not kept.
func brief(b []byte) []byte {
	if len(b) <= maxBrief {
		return b
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// read is an answer that could be read.
func (f *Follower) read(s *state, a *Answer, r *Result, text []byte, d wire.Dialect, note string) {
	if s.isUnproved() {
		s.bytes = true
		f.unfork(s)
	}
	if s.dialect == nil {
		known := d // which else were on the heap for each answer
		s.dialect = &known
	}
	f.dialect[number(d)]++
	status := OK
	if d.Unpadded {
		if odd := fitnessOf(text) < letters; odd && s.isLoose(a) && !s.odd && !a.Key1.Present() {
			status, note = Ambiguous, ifWhole
		} else {
			s.odd = s.odd || odd
		}
	} else if s.chain.Register()[0] == 0 && len(text) < wire.BlockSize {
		note = join(note, "leading zero put back")
	}
	if s.lost > 0 && !a.Key1.Present() {
		note = join(note, "healed")
	}
	r.Status, r.Text, r.Note, r.Period, r.Pending = status, text, note, s.period, false
	s.lost, s.lostKey, s.sure, s.old = 0, false, wire.BlockSize, 0
	if s.was != nil && s.was.period == s.period {
		s.was = nil // they were its own
	}
	s.note(a)
	s.wait(r)
}

// keep remembers a result for an answer that comes again.
func (s *state) keep(r *Result) {
	l := &s.lastResult
	l.Status, l.Note, l.Period = r.Status, r.Note, r.Period
	l.Text = append(l.Text[:0], r.Text...)
}
