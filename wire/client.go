package wire

import "errors"

// A Client is the client's half of a session, as a pure state machine: it says
// what to send ([Client.Hello], [Client.Request], [Client.Close]) and what an answer
// means ([Client.Receive]), and knows no connection and no clock. Several requests may
// be under way. It outlives its connection: on another one it goes on with Request, or
// with [Client.Again] where an answer was lost. The zero Client is before its HELLO.
// One goroutine at a time. For one connection and one request at a time there is
// [Caller].
type Client struct {
	session int64
	token   string
	chain   *Chain
	next    int64 // the sequence of the next frame
	last    int64 // the last sequence answered
	data    []byte
	text    []byte // of the last answer, and what was wrong with it

	unreadable error
}

// AnswerKind says what a frame from the server is.
type AnswerKind uint8

const (
	Unknown  AnswerKind = iota // a type that is none of the others
	Accepted                   // HELLO_ACK: the session is open
	Data                       // DATA_RESPONSE
	Repeated                   // the last DATA_RESPONSE once more
	Closed                     // CLOSE
)

// An Answer is what a frame from the server means: see [Client.Receive].
type Answer struct {
	Kind       AnswerKind
	Sequence   int64  // of the request answered, where it could be read; else 0
	Text       []byte // of Data and Repeated: the plain text; valid until the next Receive
	KeyChanged bool   // of Data: it brought a new key
	Lost       int64  // of Data: how many answers before this one never came
	Refused    bool   // of Closed: with the flag, the server does not know us
	Unasked    bool   // of Closed: it answers no frame of ours; it names another sequence than the open one, or none is open
	Unreadable error  // of Data and Repeated: why Text cannot be trusted; the chain heals with the next
}

// ErrNoPrevious, in Answer.Unreadable, says that an answer cannot be decrypted because
// the one before it was lost. The next one can.
var ErrNoPrevious = errors.New("the answer before it was lost, and with it the cipher text to go on from")

// Open says whether a HELLO_ACK has been received.
func (c *Client) Open() bool { return c.chain != nil }

// Session is the session's id, 0 before it is open.
func (c *Client) Session() int64 { return c.session }

// Token is the session's token, "" before it is open.
func (c *Client) Token() string { return c.token }

// NextSequence is the sequence of the next frame: 1 for HELLO, then 2, 3 …
func (c *Client) NextSequence() int64 { return c.next + 1 }

// Hello appends the HELLO; its Sequence is filled in. The error is a *[SizeError].
func (c *Client) Hello(dst []byte, h Hello) ([]byte, error) {
	h.Sequence = c.NextSequence()
	dst, err := AppendHello(dst, h)
	return c.sent(dst, err)
}

// Request appends the next DATA_REQUEST. Before the session is open it has no token
// and names session 0, which a server refuses.
func (c *Client) Request(dst []byte) ([]byte, error) {
	dst, err := AppendRequest(dst, c.token, c.session, c.NextSequence())
	return c.sent(dst, err)
}

// Awaiting says whether the last request has not been answered.
func (c *Client) Awaiting() bool { return c.chain != nil && c.next > c.last }

// ErrNothingOpen is what [Client.Again] says where there is no request to send again.
var ErrNothingOpen = errors.New("no request waits for an answer")

// Again appends the request that waits for an answer once more, byte for byte:
// for a connection that takes the place of a lost one. A server that answered it
// already sends the same answer again; so it is counted once, whatever was lost.
func (c *Client) Again(dst []byte) ([]byte, error) {
	if !c.Awaiting() {
		return dst, ErrNothingOpen
	}
	return AppendRequest(dst, c.token, c.session, c.next)
}

// Close appends the CLOSE that ends the session. It has no answer.
func (c *Client) Close(dst []byte) ([]byte, error) {
	dst, err := AppendClose(dst, c.token, c.session, c.NextSequence())
	return c.sent(dst, err)
}

func (c *Client) sent(dst []byte, err error) ([]byte, error) {
	if err == nil {
		c.next++
	}
	return dst, err
}

// Receive takes a frame from the server and says what it means. An answer that cannot
// be decrypted is no error of Receive: see Answer.Unreadable. Its errors,
// *[ShapeError], *[FieldError] and *[SizeError], say that the server does not keep to
// the protocol; the state has not moved then.
func (c *Client) Receive(f *Frame) (Answer, error) {
	if err := f.Shape(); err != nil {
		return Answer{}, err
	}
	a := Answer{}
	var numbered bool
	a.Sequence, numbered = f.Data.Get("sequesce").Int64()
	switch t := f.Type(); {
	case t.Is(TypeHelloAck):
		a.Kind = Accepted
		err := c.accept(f)
		return a, err
	case t.Is(TypeResponse):
		err := c.response(f, &a)
		return a, err
	case t.Is(TypeClose):
		a.Kind = Closed
		a.Refused = f.Data.Get("isAuthencatedUser").Is(flagFalse)
		a.Unasked = c.next == c.last || numbered && a.Sequence != c.next
	}
	return a, nil
}

// accept takes what a HELLO_ACK gives.
func (c *Client) accept(f *Frame) error {
	if !f.Data.Get("isAuthencatedUser").Is(flagTrue) {
		return &FieldError{"data.isAuthencatedUser", `is not "True"`}
	}
	session, ok := f.Data.Get("sessionId").Int64()
	if !ok {
		return wrongKind(f, "sessionId", Integer)
	}
	token, ok := f.Data.Get("token").Text()
	if !ok {
		return wrongKind(f, "token", String)
	}
	if len(token) > MaxToken {
		return &SizeError{Part: "token", Size: len(token), Limit: MaxToken}
	}
	var key Key
	if err := numberField(f, "key1", key[:]); err != nil {
		return err
	}
	var iv IV
	if err := numberField(f, "key2", iv[:]); err != nil {
		return err
	}
	c.session, c.token = session, token
	c.chain = NewChain(key, iv, Dialect{})
	c.last = c.next
	return nil
}

// response opens a DATA_RESPONSE into a.
func (c *Client) response(f *Frame, a *Answer) error {
	if c.chain == nil {
		return &FieldError{"data.message-type", "is DATA_RESPONSE before any HELLO_ACK"}
	}
	if err := c.checkOwn(f); err != nil {
		return err
	}
	data := f.Data.Get("data")
	if data.kind != Integer {
		return wrongKind(f, "data", Integer)
	}
	if seq := f.Data.Get("sequesce"); seq.kind != Integer {
		return wrongKind(f, "sequesce", Integer)
	}
	if a.Sequence == c.last && string(data.raw) == string(c.data) {
		a.Kind, a.Text, a.Unreadable = Repeated, c.text, c.unreadable
		return nil
	}
	if a.Sequence <= c.last || a.Sequence > c.next {
		return &FieldError{"data.sequesce", "is " + quoteShort(f.Data.Get("sequesce").raw) + ", which no open request has"}
	}
	var key Key
	if a.KeyChanged = f.Data.Get("key1").Present(); a.KeyChanged {
		if err := numberField(f, "key1", key[:]); err != nil {
			return err
		}
	}
	if err := c.chain.parseData(data.raw); err != nil {
		return &FieldError{"data.data", err.(*NumberError).Problem}
	}
	if a.KeyChanged {
		c.chain.Rekey(key)
	}
	text, err := c.chain.OpenCipherText(c.text[:0], c.chain.text)
	a.Kind, a.Unreadable = Data, err
	if a.Lost = a.Sequence - c.last - 1; a.Lost > 0 && !a.KeyChanged {
		a.Unreadable = ErrNoPrevious
	}
	c.text, a.Text, c.unreadable = text, text, a.Unreadable
	c.data = append(c.data[:0], data.raw...)
	c.last = a.Sequence
	return nil
}

// checkOwn says whether an answer is for this session.
func (c *Client) checkOwn(f *Frame) error {
	id := f.Data.Get("sessionId")
	if n, ok := id.Int64(); !ok || n != c.session {
		if id.kind != Integer {
			return wrongKind(f, "sessionId", Integer)
		}
		return &FieldError{"data.sessionId", "is " + quoteShort(id.raw) + ", another session's"}
	}
	return nil
}

// numberField reads a shifted number of the frame's data.
func numberField(f *Frame, name string, dst []byte) error {
	v := f.Data.Get(name)
	if v.kind != Integer {
		return wrongKind(f, name, Integer)
	}
	if err := ParseNumber(dst, v.raw, Shift); err != nil {
		return &FieldError{"data." + name, err.(*NumberError).Problem}
	}
	return nil
}

// wrongKind is the error for a member of data that is not there or of another kind.
func wrongKind(f *Frame, name string, want Kind) error {
	v := f.Data.Get(name)
	if !v.Present() {
		return &FieldError{"data." + name, "is missing"}
	}
	return &FieldError{"data." + name, "is " + v.kind.String() + ", not " + want.String()}
}

// quoteShort shows digits of a peer, of which there may be thousands.
func quoteShort(digits []byte) string {
	if len(digits) > 24 {
		return string(digits[:20]) + "…"
	}
	return string(digits)
}
