package decode

import (
	"encoding/binary"

	"proto/wire"
)

// lastToken is that of the last request of a layout: most have the one of the request before.
// The zero one is of none.
type lastToken struct {
	texts   int    // of that frame
	session uint64 // whose own it was, as shortOf has it; 0: nobody's
	hash    uint64 // of the token
	stream  string
}

// isOwn says whether a request has that token, in that session.
func (l *lastToken) isOwn(f *wire.Frame, r *record) bool {
	return l.texts == f.Texts() && l.session != 0 && l.session == shortOf(r.answer.Session) && l.stream == r.stream()
}

// own notes whose own it is.
func (l *lastToken) own(r *record) { l.session, l.stream = shortOf(r.answer.Session), r.stream() }

// forget has all tokens looked at again, as behind a HELLO_ACK.
func (ls *layouts) forget() {
	for i := range ls {
		ls[i].token.session = 0
	}
}

// shortOf is a session of up to seven bytes in a word; 0 for others.
func shortOf(session []byte) uint64 {
	n := len(session)
	if n > 7 || cap(session) < 8 {
		return 0
	}
	return binary.LittleEndian.Uint64(session[:8]) &^ (^uint64(0) << (8 * n))
}
