package wire

import (
	"strconv"
	"unicode/utf8"
)

// The limits of the frames that this package writes (clause 2.3): with them each
// takes at most MaxFrame bytes, which is what the reference programs read. More is a
// *[SizeError]. What is read has [Limits].
const (
	MaxFrame    = 1024 // bytes, with the newline behind it
	MaxUser     = 64   // bytes
	MaxPassword = 72   // bytes; bcrypt reads no more
	MaxMAC      = 64   // bytes
	MaxToken    = 512  // bytes
	MaxText     = 256  // bytes of plain text in one DATA_RESPONSE
)

// The values of data["message-type"].
const (
	TypeHello    = "HELLO"
	TypeHelloAck = "HELLO_ACK"
	TypeRequest  = "DATA_REQUEST"
	TypeResponse = "DATA_RESPONSE"
	TypeClose    = "CLOSE"
)

// The flags are strings, and spelled as the reference programs spell them.
const (
	flagTrue  = "True"
	flagFalse = "false"
)

// A Hello is what the first frame of a session says.
type Hello struct {
	MAC      string // of a network card, f8:94:c2:02:86:ee; any text of up to MaxMAC bytes is taken
	User     string // up to MaxUser bytes
	Password string // up to MaxPassword bytes
	Sequence int64  // 1 in every known client; Login and Client.Hello fill it in
}

// AppendHello appends a HELLO, with its newline. Its error is a *[SizeError]: then
// dst comes back as it was.
func AppendHello(dst []byte, h Hello) ([]byte, error) {
	w := frameWriter{b: dst, start: len(dst)}
	w.limit("user name", len(h.User), MaxUser)
	w.limit("password", len(h.Password), MaxPassword)
	w.limit("MAC", len(h.MAC), MaxMAC)
	w.raw(`{"header":{"MAC":`).text(h.MAC)
	w.raw(`},"data":{"username":`).text(h.User)
	w.raw(`,"password":`).text(h.Password)
	w.raw(`,"message-type":"HELLO","sequence":`).int(h.Sequence)
	return w.end()
}

// AppendRequest appends a DATA_REQUEST, as AppendHello does.
func AppendRequest(dst []byte, token string, session, sequence int64) ([]byte, error) {
	w := frameWriter{b: dst, start: len(dst)}
	w.limit("token", len(token), MaxToken)
	w.raw(`{"header":{"token":`).text(token)
	w.raw(`},"data":{"sessionId":`).int(session)
	w.raw(`,"message-type":"DATA_REQUEST","sequence":`).int(sequence)
	return w.end()
}

// AppendClose appends a client's CLOSE, as AppendHello does.
func AppendClose(dst []byte, token string, session, sequence int64) ([]byte, error) {
	w := frameWriter{b: dst, start: len(dst)}
	w.limit("token", len(token), MaxToken)
	w.raw(`{"header":{"token":`).text(token)
	w.raw(`},"data":{"sessionId":`).int(session)
	w.raw(`,"message-type":"CLOSE","sequence":`).int(sequence)
	w.raw(`,"isConnectionClose":"` + flagTrue + `"`)
	return w.end()
}

// helloAck is what a HELLO_ACK says.
type helloAck struct {
	sequence *Sequence
	session  int64
	key      Key
	iv       IV
	token    string
}

func appendHelloAck(dst []byte, a *helloAck) ([]byte, error) {
	w := frameWriter{b: dst, start: len(dst)}
	w.limit("token", len(a.token), MaxToken)
	w.raw(`{"header":{},"data":{"sequesce":`).sequence(a.sequence)
	w.raw(`,"sessionId":`).int(a.session)
	w.raw(`,"message-type":"HELLO_ACK","isAuthencatedUser":"` + flagTrue + `","key1":`)
	w.b = AppendNumber(w.b, a.key[:], Shift)
	w.raw(`,"key2":`)
	w.b = AppendNumber(w.b, a.iv[:], Shift)
	w.raw(`,"token":`).text(a.token)
	return w.end()
}

// appendResponse appends a DATA_RESPONSE around the digits of its data; key is
// nil where the key has not changed.
func appendResponse(dst []byte, seq *Sequence, session int64, data []byte, key *Key) ([]byte, error) {
	w := frameWriter{b: dst, start: len(dst)}
	w.raw(`{"header":{},"data":{"sequesce":`).sequence(seq)
	w.raw(`,"sessionId":`).int(session)
	w.raw(`,"message-type":"DATA_RESPONSE","data":`)
	w.b = append(w.b, data...)
	if key != nil {
		w.raw(`,"key1":`)
		w.b = AppendNumber(w.b, key[:], Shift)
	}
	return w.end()
}

// appendServerClose appends a server's CLOSE, with or without the flag.
func appendServerClose(dst []byte, seq *Sequence, flag bool) []byte {
	w := frameWriter{b: dst, start: len(dst)}
	w.raw(`{"header":{},"data":{"sequesce":`).sequence(seq)
	if flag {
		w.raw(`,"isAuthencatedUser":"` + flagFalse + `"`)
	}
	w.raw(`,"message-type":"CLOSE"`)
	b, _ := w.end() // its longest sequence takes some 80 bytes
	return b
}

// frameWriter appends one frame and remembers the first limit passed.
type frameWriter struct {
	b     []byte
	start int
	err   error
}

func (w *frameWriter) limit(part string, size, limit int) {
	if w.err == nil && size > limit {
		w.err = &SizeError{Part: part, Size: size, Limit: limit}
	}
}

func (w *frameWriter) raw(s string) *frameWriter {
	w.b = append(w.b, s...)
	return w
}

func (w *frameWriter) int(n int64) {
	w.b = AppendInteger(w.b, n)
}

func (w *frameWriter) sequence(s *Sequence) { w.b = s.append(w.b) }

func (w *frameWriter) text(s string) { w.b = AppendText(w.b, s) }

// end closes `data` and the frame, and gives back nothing of a frame too long.
func (w *frameWriter) end() ([]byte, error) {
	w.raw("}}\n")
	w.limit("frame", len(w.b)-w.start, MaxFrame)
	if w.err != nil {
		return w.b[:w.start], w.err
	}
	return w.b, nil
}

// AppendText appends a text as a JSON string that the reference programs read
// too: they turn every ' into " before they parse, so an apostrophe is written
// \u0027. Nothing is escaped for HTML; bytes that are no UTF-8 become U+FFFD.
func AppendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		dst = appendEscaped(dst, c)
		i++
	}
	return append(dst, '"')
}

// AppendValue appends a value in the spelling that both reference programs
// read: JSON without white space, texts as AppendText writes them, numbers as
// they were spelled. Members keep their order, also those that stand twice.
func AppendValue(dst []byte, v Value) []byte {
	switch v.kind {
	case Object:
		dst = append(dst, '{')
		for name, member := range v.Members() {
			if dst[len(dst)-1] != '{' {
				dst = append(dst, ',')
			}
			dst = AppendValue(append(AppendText(dst, name), ':'), member)
		}
		return append(dst, '}')
	case Array:
		dst = append(dst, '[')
		for element := range v.Elements() {
			if dst[len(dst)-1] != '[' {
				dst = append(dst, ',')
			}
			dst = AppendValue(dst, element)
		}
		return append(dst, ']')
	case String:
		text, _ := v.Text()
		return AppendText(dst, text)
	case Null:
		return append(dst, "null"...)
	case Bool:
		return strconv.AppendBool(dst, v.IsTrue())
	}
	return append(dst, v.raw...)
}

func appendEscaped(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case c == '\n':
		return append(dst, '\\', 'n')
	case c == '\r':
		return append(dst, '\\', 'r')
	case c == '\t':
		return append(dst, '\\', 't')
	case c < 0x20 || c == '\'' || c == 0x7f:
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
	return append(dst, c)
}
