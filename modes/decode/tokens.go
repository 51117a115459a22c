package decode

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"

	"proto/modes/decode/scan"
	"proto/wire"
)

// standing is what a token is to its session.
type standing uint8

const (
	itsOwn    standing = iota // what HELLO_ACK gave; or that is missing, and the token has been told
	notItsOwn                 // another one
	notKnown                  // HELLO_ACK is missing
)

// remark is what there is to say of it.
func (s standing) remark(token wire.Value) string {
	what := "not its session's"
	if s == notKnown {
		what = "session not known"
	}
	switch token.Kind() {
	case wire.String:
		return what
	case wire.Absent:
		return "no token"
	}
	return "its token is no string"
}

// tokens finds the requests whose token is not the one of their session. Of tokens, sessions
// and streams it keeps hashes.
type tokens struct {
	seed    maphash.Seed
	last    recent // by stream and session, and by session: that of its last HELLO_ACK
	older   recent // by session and token: of HELLO_ACKs before, in any stream
	told    recent // by stream, session and token: those that were told to be notKnown
	scratch []byte
}

func newTokens() *tokens { return &tokens{seed: maphash.MakeSeed()} }

// ack takes the token of a HELLO_ACK.
func (t *tokens) ack(stream string, session []byte, token wire.Value) {
	hash := t.hashOf(token)
	if stream != "" {
		t.last.put(t.hash(stream, session, 0), hash)
	}
	anywhere := t.hash("", session, 0)
	if before := t.last.get(anywhere); before != 0 && before != hash {
		t.older.put(t.hash("", session, before), 1)
	}
	t.last.put(anywhere, hash)
}

// of is what the token with a hash is to its session.
func (t *tokens) of(stream string, session []byte, hash uint64) standing {
	last := t.last.get(t.hash(stream, session, 0))
	switch {
	case last == hash:
		return itsOwn
	case last != 0 && stream != "":
		return notItsOwn
	}
	// A session may go on over another connection. And where nothing tells streams apart, there
	// may be servers that number their sessions alike.
	if t.last.get(t.hash("", session, 0)) == hash || t.older.get(t.hash("", session, hash)) != 0 {
		return itsOwn
	}
	if last != 0 {
		return notItsOwn
	}
	key := t.hash(stream, session, hash)
	if t.told.get(key) != 0 {
		return itsOwn
	}
	t.told.put(key, 1)
	return notKnown
}

// ofRequest is of for a request.
func (t *tokens) ofRequest(r *record, f *wire.Frame, last *lastToken) standing {
	hash := last.hash
	if hash == 0 || last.texts != f.Texts() {
		token := f.Header.Get("token")
		hash = t.hashOf(token)
		*last = lastToken{}
		if f.Likeness() > 0 && token.Kind() != wire.Integer { // which no text is
			*last = lastToken{texts: f.Texts(), hash: hash}
		}
	}
	s := t.of(r.stream(), r.answer.Session, hash)
	if last.session = 0; s == itsOwn && last.hash != 0 {
		last.own(r)
	}
	return s
}

// ofRare takes the token of a HELLO_ACK, and is of for a client's CLOSE.
func (t *tokens) ofRare(r *record, f *scan.Found) standing {
	switch {
	case !f.Whole:
	case r.kind == ackKind: // its token is in data
		t.ack(r.stream(), r.answer.Session, r.aside.data.Get("token"))
	case r.kind == closeKind && hasHeader(f) && !r.fromServer && len(r.answer.Sequence) > 0:
		return t.of(r.stream(), r.answer.Session, t.hashOf(f.Frame.Header.Get("token")))
	}
	return itsOwn
}

// hasHeader says whether all that was sent is there: of some frames only data was logged.
func hasHeader(f *scan.Found) bool {
	return f.Whole && !f.Bare && f.Frame.Top.Get("header").Present()
}

// hashOf is the hash of a token, whatever its spelling; never 0.
func (t *tokens) hashOf(token wire.Value) uint64 {
	raw := token.Raw()
	switch {
	case token.Kind() != wire.String:
		raw = append(append(t.scratch[:0], 0), raw...)
		t.scratch = raw
	case bytes.IndexByte(raw, '\\') >= 0:
		raw = token.AppendText(t.scratch[:0])
		t.scratch = raw
	default:
		raw = raw[1 : len(raw)-1]
	}
	return maphash.Bytes(t.seed, raw) | 1
}

// hash is that of a session, and of a token of it.
func (t *tokens) hash(stream string, session []byte, token uint64) uint64 {
	t.scratch = append(append(append(t.scratch[:0], stream...), 0), session...)
	t.scratch = binary.LittleEndian.AppendUint64(t.scratch, token)
	return maphash.Bytes(t.seed, t.scratch)
}
