package wire

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

const sampleAck = `{'header': {}, 'data': {'sequesce': 1, 'sessionId': 1, 'message-type': 'HELLO_ACK', 'isAuthencatedUser': 'True', 'key1': ` + sampleKey1 + `, 'key2': ` + sampleKey2 + `, 'token': 't'}}`

func openClient(t *testing.T) *Client {
	t.Helper()
	var c Client
	if _, err := c.Hello(nil, Hello{MAC: "m", User: "u", Password: "p"}); err != nil {
		t.Fatal(err)
	}
	if a, err := c.Receive(mustParse(t, sampleAck)); err != nil || a.Kind != Accepted || c.Session() != 1 || c.Token() != "t" {
		t.Fatalf("%+v %v", a, err)
	}
	return &c
}

func TestClientRefusesWrongAnswers(t *testing.T) {
	for _, c := range []struct{ frame, want string }{
		{`{"header":{}}`, "data is nothing, not an object"},
		{`{"header":{},"data":{"message-type":"HELLO_ACK","sequesce":1}}`, `data.isAuthencatedUser is not "True"`},
		{strings.Replace(sampleAck, "'sessionId': 1, ", "", 1), "data.sessionId is missing"},
		{strings.Replace(sampleAck, "'sessionId': 1", "'sessionId': '1'", 1), "data.sessionId is string, not integer"},
		{strings.Replace(sampleAck, sampleKey1, "1", 1), "data.key1 is below 1269"},
		{strings.Replace(sampleAck, sampleKey1, strings.Repeat("9", 80), 1), "data.key1 takes more than 32 bytes"},
		{strings.Replace(sampleAck, sampleKey2, sampleKey1, 1), "data.key2 takes more than 16 bytes"},
		{strings.Replace(sampleAck, "'t'", "7", 1), "data.token is integer, not string"},
		{strings.Replace(sampleAck, "'t'", "'"+strings.Repeat("t", 513)+"'", 1), "token of 513 bytes is over the limit of 512"},
		{`{"header":{},"data":{"message-type":"DATA_RESPONSE","sequesce":2,"sessionId":2,"data":5555}}`, "data.sessionId is 2, another session's"},
		{`{"header":{},"data":{"message-type":"DATA_RESPONSE","sequesce":2,"sessionId":1}}`, "data.data is missing"},
		{`{"header":{},"data":{"message-type":"DATA_RESPONSE","sequesce":2,"sessionId":1,"data":2.7e38}}`, "data.data is real number, not integer"},
		{`{"header":{},"data":{"message-type":"DATA_RESPONSE","sequesce":2,"sessionId":1,"data":7}}`, "data.data is below 1269"},
		{`{"header":{},"data":{"message-type":"DATA_RESPONSE","sequesce":3,"sessionId":1,"data":5555}}`, "data.sequesce is 3, which no open request has"},
		{`{"header":{},"data":{"message-type":"DATA_RESPONSE","sequesce":"2","sessionId":1,"data":5555}}`, "data.sequesce is string, not integer"},
	} {
		client := openClient(t)
		if _, err := client.Request(nil); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Receive(mustParse(t, c.frame)); err == nil || err.Error() != c.want {
			t.Errorf("%s\ngot  %v\nwant %s", c.frame, err, c.want)
		}
	}
	var before Client
	if _, err := before.Receive(mustParse(t, `{"header":{},"data":{"message-type":"DATA_RESPONSE","sequesce":2,"sessionId":1,"data":5555}}`)); err == nil {
		t.Error("DATA_RESPONSE before HELLO_ACK was taken")
	}
}

func TestClientReadsClose(t *testing.T) {
	c := openClient(t)
	for frame, refused := range map[string]bool{
		`{"header":{},"data":{"sequesce":2,"message-type":"CLOSE"}}`:                                     false,
		`{'header': {}, 'data': {'sequesce': 2, 'isAuthencatedUser': 'false', 'message-type': 'CLOSE'}}`: true,
	} {
		if a, err := c.Receive(mustParse(t, frame)); err != nil || a.Kind != Closed || a.Refused != refused || a.Sequence != 2 {
			t.Errorf("%s: %+v %v", frame, a, err)
		}
	}
	if a, err := c.Receive(mustParse(t, `{"header":{},"data":{"message-type":"FOO_ACK"}}`)); err != nil || a.Kind != Unknown {
		t.Errorf("%+v %v", a, err)
	}
}

// TestClientHeals: after a lost answer the next is marked, the one after it is
// read; an answer that comes twice is known; a key in any answer is taken.
func TestClientHeals(t *testing.T) {
	c := openClient(t)
	key, _ := ParseKey([]byte(sampleKey1))
	iv, _ := ParseIV([]byte(sampleKey2))
	chain := NewChain(key, iv, Dialect{})
	answer := func(seq int, text string, key1 *Key) *Frame {
		if key1 != nil {
			chain.Rekey(*key1)
		}
		data, _ := chain.Seal(nil, []byte(text))
		number := sequenceNumber(seq)
		b, err := appendResponse(nil, &number, 1, data, key1)
		if err != nil {
			t.Fatal(err)
		}
		return mustParse(t, string(b))
	}
	for range 6 {
		if _, err := c.Request(nil); err != nil {
			t.Fatal(err)
		}
	}
	second := answer(2, "second", nil)
	a, err := c.Receive(second)
	if err != nil || string(a.Text) != "second" || a.Kind != Data {
		t.Fatalf("%+v %v", a, err)
	}
	if a, err = c.Receive(second); err != nil || a.Kind != Repeated || string(a.Text) != "second" {
		t.Errorf("repeated: %+v %v", a, err)
	}
	answer(3, "never arrives", nil)
	unreadable := answer(4, "unreadable", nil)
	if a, err = c.Receive(unreadable); err != nil || a.Lost != 1 || !errors.Is(a.Unreadable, ErrNoPrevious) {
		t.Errorf("after a loss: %+v %v", a, err)
	}
	if a, err = c.Receive(unreadable); err != nil || a.Kind != Repeated || !errors.Is(a.Unreadable, ErrNoPrevious) {
		t.Errorf("an unreadable answer once more: %+v %v", a, err)
	}
	if a, err = c.Receive(answer(5, "healed", nil)); err != nil || a.Lost != 0 || a.Unreadable != nil || string(a.Text) != "healed" {
		t.Errorf("healing: %+v %v", a, err)
	}
	answer(6, "never arrives", nil)
	if a, err = c.Receive(answer(7, "new key", &Key{9})); err != nil || !a.KeyChanged || a.Unreadable != nil || string(a.Text) != "new key" {
		t.Errorf("a loss before a new key does no harm: %+v %v", a, err)
	}
}

// TestClientResumes: what waits for an answer is sent again as it was, whether the
// server never heard it or its answer was lost, and nothing else is.
func TestClientResumes(t *testing.T) {
	server := newBench(t)
	var c Client
	if _, err := c.Again(nil); !errors.Is(err, ErrNothingOpen) || c.Awaiting() {
		t.Errorf("before HELLO: %v", err)
	}
	hello, err := c.Hello(nil, Hello{MAC: "m", User: "test", Password: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Again(nil); !errors.Is(err, ErrNothingOpen) || c.Awaiting() {
		t.Errorf("HELLO is no request: %v", err)
	}
	say := func(frame []byte) *Frame { return mustParse(t, string(server.send(string(frame)).Reply)) }
	if a, err := c.Receive(say(hello)); err != nil || a.Kind != Accepted {
		t.Fatalf("%+v %v", a, err)
	}
	for n := range 40 {
		frame, err := c.Request(nil)
		if err != nil || !c.Awaiting() {
			t.Fatal(err)
		}
		if n%3 > 0 {
			say(frame) // and the answer is lost
		}
		for range n % 4 {
			again, err := c.Again(nil)
			if err != nil || string(again) != string(frame) {
				t.Fatalf("%v: sent again as\n%s, at first\n%s", err, again, frame)
			}
			frame = again
		}
		a, err := c.Receive(say(frame))
		if err != nil || a.Kind != Data || a.Unreadable != nil || a.Lost != 0 || len(a.Text) != 8 || a.KeyChanged != (n%10 == 9) {
			t.Fatalf("answer %d: %+v %v", n+1, a, err)
		}
		if _, err := c.Again(nil); !errors.Is(err, ErrNothingOpen) || c.Awaiting() {
			t.Fatalf("after its answer: %v", err)
		}
	}
}

// TestClientUnaskedClose: a CLOSE that names another sequence than the open
// request's, or comes while none is open, answers nothing.
func TestClientUnaskedClose(t *testing.T) {
	c := openClient(t)
	look := func(data string, want bool) {
		t.Helper()
		a, err := c.Receive(mustParse(t, `{"header":{},"data":{`+data+`"message-type":"CLOSE"}}`))
		if err != nil || a.Kind != Closed || a.Unasked != want {
			t.Errorf("%s %+v %v, want unasked %t", data, a, err, want)
		}
	}
	look(`"sequesce":1,`, true)
	look("", true)
	if _, err := c.Request(nil); err != nil {
		t.Fatal(err)
	}
	look(`"sequesce":2,`, false)
	look(`"sequesce":1,`, true)
	look(`"sequesce":0,`, true)
	look(`"sequesce":"x",`, false)
	look("", false)
}

func TestWrittenFrames(t *testing.T) {
	hello, err := AppendHello([]byte("before"), Hello{MAC: "m", User: `o'neil "<&>" ` + "\x01\u2028\xff", Password: "p\\", Sequence: 1})
	want := `before{"header":{"MAC":"m"},"data":{"username":"o\u0027neil \"<&>\" \u0001` + "\u2028\ufffd" + `","password":"p\\","message-type":"HELLO","sequence":1}}` + "\n"
	if err != nil || string(hello) != want {
		t.Errorf("%s %v\nwant %s", hello, err, want)
	}
	for part, h := range map[string]Hello{
		"user name": {User: strings.Repeat("x", 65)},
		"password":  {Password: strings.Repeat("x", 73)},
		"MAC":       {MAC: strings.Repeat("x", 65)},
	} {
		b, err := AppendHello([]byte("kept"), h)
		var e *SizeError
		if !errors.As(err, &e) || e.Part != part || string(b) != "kept" {
			t.Errorf("%s: %q %v", part, b, err)
		}
	}
	if _, err := AppendRequest(nil, strings.Repeat("x", 513), 1, 2); err == nil {
		t.Error("a token of 513 bytes was written")
	}
	// The longest of all: every byte escaped six-fold still does not pass 1024 unnoticed.
	b, err := AppendHello(nil, Hello{MAC: strings.Repeat("'", 64), User: strings.Repeat("'", 64), Password: strings.Repeat("'", 72), Sequence: 1})
	if err == nil && len(b) > MaxFrame || err != nil && !strings.Contains(err.Error(), "frame of") {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

// FuzzWrittenReadsBack: what is written reads back equal, also through the
// reference programs' way of reading, and keeps its limits.
func FuzzWrittenReadsBack(f *testing.F) {
	f.Add("f8:94:c2:02:86:ee", "o'neil", `"\`, int64(1))
	f.Fuzz(func(t *testing.T, mac, user, password string, seq int64) {
		b, err := AppendHello(nil, Hello{MAC: mac, User: user, Password: password, Sequence: seq})
		if err != nil {
			var e *SizeError
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			return
		}
		if len(b) > MaxFrame || strings.ContainsAny(string(b[:len(b)-1]), "'\n") {
			t.Fatalf("%d bytes: %q", len(b), b)
		}
		frame := mustParse(t, string(b))
		checkText(t, frame.Header.Get("MAC"), mac)
		checkText(t, frame.Data.Get("username"), user)
		checkText(t, frame.Data.Get("password"), password)
		if n, ok := frame.Data.Get("sequence").Int64(); n != seq || !ok {
			t.Fatalf("sequence %d, want %d", n, seq)
		}
	})
}

func checkText(t *testing.T, v Value, want string) {
	t.Helper()
	if got, ok := v.Text(); !ok || got != string([]rune(want)) {
		t.Fatalf("text %q, want %q", got, want)
	}
}

// sequenceNumber is a sequence as an integer.
func sequenceNumber(n int) (s Sequence) {
	s.n = uint8(copy(s.digits[:], strconv.Itoa(n)))
	return s
}
