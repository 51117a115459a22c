package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	home    = netip.MustParseAddr("127.0.0.1")
	foreign = netip.MustParseAddr("127.0.0.2")
)

// bench is a Server with a clock to be moved by hand, a user test / test, and
// tokens one can guess.
type bench struct {
	*Server
	t   testing.TB
	now time.Time
}

type randomSource struct{ r *rand.Rand }

func (s randomSource) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s.r.Uint32())
	}
	return len(b), nil
}

func newBench(t testing.TB, change ...func(*ServerConfig)) *bench {
	b := &bench{t: t, now: time.Unix(1_700_000_000, 0)}
	config := ServerConfig{
		Login: func(_ context.Context, name string, password []byte) (User, error) {
			if name != "test" || string(password) != "test" {
				return User{}, errors.New("unknown user")
			}
			return User{"client1", 1}, nil
		},
		Token: func(u User, session int64, _, _ time.Time) (string, error) {
			return fmt.Sprintf("token.of-session.%d", session), nil
		},
		RefuseToken: func(token string, session int64) error { return errors.New("parsed and refused") },
		Now:         func() time.Time { return b.now },
		Random:      randomSource{rand.New(rand.NewPCG(4, 4))},
		Rekey:       10,
		MaxLife:     35 * time.Minute,
		Idle:        90 * time.Second,
	}
	for _, c := range change {
		c(&config)
	}
	server, err := NewServer(config)
	if err != nil {
		t.Fatal(err)
	}
	b.Server = server
	return b
}

func (b *bench) from(peer netip.Addr, frame string) Verdict {
	b.t.Helper()
	v := b.Answer(context.Background(), nil, mustParse(b.t, frame), peer)
	if len(v.Reply) > MaxFrame {
		b.t.Errorf("reply of %d bytes", len(v.Reply))
	}
	if len(v.Reply) > 0 && (!bytes.HasSuffix(v.Reply, []byte("}}\n")) || bytes.ContainsRune(v.Reply, '\'')) {
		b.t.Errorf("reply %q", v.Reply)
	}
	return v
}

func (b *bench) send(frame string) Verdict { b.t.Helper(); return b.from(home, frame) }

const goodHello = `{"header":{"MAC":"02:fc:00:00:00:01"},"data":{"username":"test","password":"test","message-type":"HELLO","sequence":1}}`

func (b *bench) login() Verdict {
	b.t.Helper()
	v := b.send(goodHello)
	if v.Event != Opened || v.Close {
		b.t.Fatalf("login: %+v", v)
	}
	return v
}

func request(session int, sequence string) string {
	return fmt.Sprintf(`{"header":{"token":"token.of-session.%d"},"data":{"sessionId":%d,"message-type":"DATA_REQUEST","sequence":%s}}`, session, session, sequence)
}

// TestSection5 is the table of odd input, row by row; in each, session 1 lives,
// session 2 lives, session 3 has ended.
func TestSection5(t *testing.T) {
	const (
		flag = `{"header":{},"data":{"sequesce":7,"isAuthencatedUser":"false","message-type":"CLOSE"}}`
		bare = `{"header":{},"data":{"sequesce":7,"message-type":"CLOSE"}}`
		zero = `{"header":{},"data":{"sequesce":0,"message-type":"CLOSE"}}`
	)
	hello := func(header, data string) string {
		return `{"header":{` + header + `},"data":{` + data + `}}`
	}
	in := func(token, data string) string {
		return `{"header":{` + token + `},"data":{` + data + `}}`
	}
	const good, token = `"MAC":"m"`, `"token":"token.of-session.1"`
	for _, c := range []struct {
		name, frame, want string
		refusal           Refusal
	}{
		{"wrong user", hello(good, `"username":"x","password":"test","message-type":"HELLO","sequence":7`), flag, WrongLogin},
		{"wrong password", hello(good, `"username":"test","password":"x","message-type":"HELLO","sequence":7`), flag, WrongLogin},
		{"no MAC", hello(``, `"username":"test","password":"test","message-type":"HELLO","sequence":7`), flag, HelloIncomplete},
		{"MAC no string", hello(`"MAC":1`, `"username":"test","password":"test","message-type":"HELLO","sequence":7`), flag, HelloIncomplete},
		{"no sequence", hello(good, `"username":"test","password":"test","message-type":"HELLO"`), strings.Replace(flag, "7", "0", 1), HelloIncomplete},
		{"user no string", hello(good, `"username":1,"password":"test","message-type":"HELLO","sequence":7`), flag, HelloIncomplete},
		{"password null", hello(good, `"username":"test","password":null,"message-type":"HELLO","sequence":7`), flag, HelloIncomplete},
		{"no user", hello(good, `"password":"test","message-type":"HELLO","sequence":7`), flag, HelloIncomplete},
		{"FOO with credentials", hello(good, `"username":"test","password":"test","message-type":"FOO","sequence":7`), flag, NotHello},
		{"no type", hello(good, `"username":"test","password":"test","sequence":7`), flag, NotHello},
		{"other case of type", hello(good, `"username":"test","password":"test","Message-Type":"HELLO","sequence":7`), flag, NotHello},
		{"request without sessionId", in(token, `"message-type":"DATA_REQUEST","sequence":7`), flag, NotHello},
		{"HELLO sequence null", hello(good, `"username":"test","password":"test","message-type":"HELLO","sequence":null`), zero, WrongSequence},
		{"HELLO names living session", hello(good, `"username":"test","password":"test","message-type":"HELLO","sequence":7,"sessionId":1`), bare, HelloNamesSession},
		{"HELLO names unknown session", hello(good, `"username":"test","password":"test","message-type":"HELLO","sequence":7,"sessionId":99`), bare, HelloNamesSession},
		{"unknown session", in(token, `"sessionId":99,"message-type":"DATA_REQUEST","sequence":7`), flag, NoSession},
		{"ended session", in(`"token":"token.of-session.3"`, `"sessionId":3,"message-type":"DATA_REQUEST","sequence":7`), flag, NoSession},
		{"sessionId string", in(token, `"sessionId":"1","message-type":"DATA_REQUEST","sequence":7`), flag, NoSession},
		{"sessionId true", in(token, `"sessionId":true,"message-type":"DATA_REQUEST","sequence":7`), flag, NoSession},
		{"sessionId 1.0", in(token, `"sessionId":1.0,"message-type":"DATA_REQUEST","sequence":7`), flag, NoSession},
		{"sessionId null", in(token, `"sessionId":null,"message-type":"DATA_REQUEST","sequence":7`), flag, NoSession},
		{"sessionId huge", in(token, `"sessionId":18446744073709551617,"message-type":"DATA_REQUEST","sequence":7`), flag, NoSession},
		{"token missing", in(``, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":7`), bare, WrongToken},
		{"token no string", in(`"token":1`, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":7`), bare, WrongToken},
		{"token malformed", in(`"token":"x"`, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":7`), bare, WrongToken},
		{"token in data", in(``, `"token":"token.of-session.1","sessionId":1,"message-type":"DATA_REQUEST","sequence":7`), bare, WrongToken},
		{"token of another session", in(`"token":"token.of-session.2"`, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":7`), bare, WrongToken},
		{"unknown type", in(token, `"sessionId":1,"message-type":"FOO","sequence":7`), bare, UnknownType},
		{"server's type", in(token, `"sessionId":1,"message-type":"DATA_RESPONSE","sequence":7`), bare, UnknownType},
		{"type no string", in(token, `"sessionId":1,"message-type":1,"sequence":7`), bare, UnknownType},
		{"CLOSE with a bad token", in(`"token":"x"`, `"sessionId":1,"message-type":"CLOSE","sequence":7,"isConnectionClose":"True"`), bare, WrongToken},
		{"sequence null", in(token, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":null`), zero, WrongSequence},
		{"sequence 2.5", in(token, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":2.5`), zero, WrongSequence},
		{"sequence true", in(token, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":true`), zero, WrongSequence},
		{"sequence text", in(token, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":"two"`), zero, WrongSequence},
		{"sequence empty", in(token, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":""`), zero, WrongSequence},
		{"sequence of 19 digits as string", in(token, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":"1234567890123456789"`), zero, WrongSequence},
		{"sequence of 79 digits", in(token, `"sessionId":1,"message-type":"DATA_REQUEST","sequence":1`+strings.Repeat("0", 78)+``), zero, WrongSequence},
		{"sequence missing", in(token, `"sessionId":1,"message-type":"DATA_REQUEST"`), zero, WrongSequence},
		{"member twice", in(token, `"sessionId":1,"message-type":"DATA_REQUEST","x":1,"x":1,"sequence":7`), bare, BadShape},
		{"no header", `{"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":7}}`, bare, BadShape},
		{"header no object", `{"header":[],"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":7}}`, bare, BadShape},
		{"data no object", `{"header":{},"data":7}`, zero, BadShape},
		{"empty object", `{}`, zero, BadShape},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			for range 3 {
				b.login()
			}
			if v := b.send(`{"header":{"token":"token.of-session.3"},"data":{"sessionId":3,"message-type":"CLOSE","sequence":2}}`); v.Event != Ended || !v.Close || len(v.Reply) != 0 {
				t.Fatalf("CLOSE without isConnectionClose: %+v", v)
			}
			for _, frame := range []string{c.frame, string(appendLiteral(nil, mustParse(t, c.frame).Value()))} {
				if c.name == "member twice" {
					frame = c.frame
				}
				v := b.send(frame)
				if got := strings.TrimSuffix(string(v.Reply), "\n"); got != c.want || !v.Close || v.Event != Refused || v.Refusal != c.refusal {
					t.Errorf("%s\ngot  %s %+v\nwant %s %v", frame, got, v.Refusal, c.want, c.refusal)
				}
			}
			if b.Sessions() != 2 {
				t.Errorf("%d sessions live on, want 2", b.Sessions())
			}
			if v := b.send(request(1, "2")); v.Event != Answered {
				t.Errorf("session 1 is not answered any more: %v %v", v.Refusal, v.Reason)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	b := newBench(t)
	_, err := Parse([]byte("garbage"), Limits{}, new(Frame))
	if v := b.Malformed(nil, err); string(v.Reply) != `{"header":{},"data":{"sequesce":0,"message-type":"CLOSE"}}`+"\n" || !v.Close || v.Refusal != NoFrame || v.Reason != err {
		t.Errorf("%+v", v)
	}
}

func TestAddresses(t *testing.T) {
	b := newBench(t)
	b.login()
	if v := b.from(foreign, request(1, "2")); v.Refusal != WrongAddress || string(v.Reply) != `{"header":{},"data":{"sequesce":2,"message-type":"CLOSE"}}`+"\n" {
		t.Errorf("another address: %s", v.Reply)
	}
	if v := b.from(netip.MustParseAddr("::ffff:127.0.0.1"), request(1, "2")); v.Event != Answered {
		t.Errorf("IPv4-mapped address: %v", v.Refusal)
	}
}

// TestHelloAck: the members are exactly those of the protocol, the numbers open.
func TestHelloAck(t *testing.T) {
	b := newBench(t)
	for id := 1; id <= 600; id++ { // 600: a leading zero in key1 would have come up twice
		var ack struct {
			Header struct{}
			Data   map[string]any
		}
		dec := json.NewDecoder(bytes.NewReader(b.login().Reply))
		dec.UseNumber()
		if err := dec.Decode(&ack); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"sequesce": "1", "sessionId": fmt.Sprint(id), "message-type": "HELLO_ACK", "isAuthencatedUser": "True", "token": fmt.Sprintf("token.of-session.%d", id)}
		for name, value := range want {
			if fmt.Sprint(ack.Data[name]) != value {
				t.Fatalf("%s is %v, want %s", name, ack.Data[name], value)
			}
		}
		key, err := ParseKey([]byte(ack.Data["key1"].(json.Number)))
		iv, ivErr := ParseIV([]byte(ack.Data["key2"].(json.Number)))
		if err != nil || ivErr != nil || key[0] == 0 || len(ack.Data) != 7 {
			t.Fatalf("%v %v %v", ack.Data, err, ivErr)
		}
		if iv != b.iv || strings.Trim(string(iv[:]), "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Fatalf("IV %q", iv)
		}
	}
}

// session runs both halves against each other and gives the answers.
func (b *bench) session(t *testing.T, count int) (answers []Answer, frames []string) {
	var c Client
	hello, err := c.Hello(nil, Hello{MAC: "m", User: "test", Password: "test"})
	if err != nil {
		t.Fatal(err)
	}
	ack := b.send(string(hello))
	if a, err := c.Receive(mustParse(t, string(ack.Reply))); err != nil || a.Kind != Accepted || !c.Open() {
		t.Fatalf("%+v %v", a, err)
	}
	for range count {
		req, err := c.Request(nil)
		if err != nil {
			t.Fatal(err)
		}
		v := b.send(string(req))
		a, err := c.Receive(mustParse(t, string(v.Reply)))
		if err != nil || a.Kind != Data || a.KeyChanged != v.KeyChanged {
			t.Fatalf("%+v %v to %s", a, err, v.Reply)
		}
		a.Text = bytes.Clone(a.Text)
		answers, frames = append(answers, a), append(frames, string(v.Reply))
	}
	end, err := c.Close(nil)
	if err != nil {
		t.Fatal(err)
	}
	if v := b.send(string(end)); v.Event != Ended {
		t.Fatalf("CLOSE: %v", v.Refusal)
	}
	return answers, frames
}

// TestKeyChanges: the 10th, 20th, 30th … answer carries the new key and is
// under it; texts are 8 letters; no number lost a byte.
func TestKeyChanges(t *testing.T) {
	b := newBench(t)
	answers, frames := b.session(t, 3000)
	for i, a := range answers {
		if a.Sequence != int64(i+2) || a.KeyChanged != ((i+1)%10 == 0) || a.Unreadable != nil {
			t.Fatalf("answer %d: %+v", i+1, a)
		}
		if len(a.Text) != 8 || strings.Trim(string(a.Text), "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Fatalf("text %q", a.Text)
		}
		f := mustParse(t, frames[i])
		for _, name := range []string{"data", "key1"} {
			size := map[string]int{"data": 16, "key1": 32}[name]
			if v := f.Data.Get(name); v.Present() && byteLength(v.Raw(), Shift) != size {
				t.Fatalf("answer %d: %s lost a zero byte: %s", i+1, name, frames[i])
			}
		}
		if want := 4 + map[bool]int{true: 1}[a.KeyChanged]; len(f.Data) != want || len(f.Header) != 0 {
			t.Fatalf("answer %d has %d members: %s", i+1, len(f.Data), frames[i])
		}
	}
}

// TestGivenTexts: every text arrives as it was given; where its number would
// lose a zero byte, a fresh key comes with it and the count to the tenth stays.
func TestGivenTexts(t *testing.T) {
	n := 0
	b := newBench(t, func(c *ServerConfig) {
		c.Text = func() string { n++; return strings.Repeat("é", n%129) }
	})
	answers, frames := b.session(t, 4000)
	extra := 0
	for i, a := range answers {
		if want := strings.Repeat("é", (i+1)%129); string(a.Text) != want || a.Unreadable != nil {
			t.Fatalf("answer %d: %q, want %q", i+1, a.Text, want)
		}
		if (i+1)%10 == 0 && !a.KeyChanged {
			t.Fatalf("answer %d has no new key", i+1)
		}
		if a.KeyChanged && (i+1)%10 != 0 {
			extra++
		}
		if byteLength(mustParse(t, frames[i]).Data.Get("data").Raw(), Shift)%16 != 0 {
			t.Fatalf("answer %d lost a zero byte: %s", i+1, frames[i])
		}
	}
	if extra == 0 {
		t.Error("no leading zero came up in 4000 given texts")
	}
}

func TestRetransmission(t *testing.T) {
	b := newBench(t)
	b.login()
	first := b.send(request(1, "2"))
	again := b.send(request(1, "2"))
	if again.Event != Resent || !bytes.Equal(first.Reply, again.Reply) {
		t.Errorf("not the same bytes: %v %s, first %s", again.Event, again.Reply, first.Reply)
	}
	text := b.send(request(1, `"2"`))
	if text.Event != Answered || !bytes.Contains(text.Reply, []byte(`"sequesce":"2"`)) {
		t.Errorf(`"2" after 2: %v %s`, text.Event, text.Reply)
	}
	if again := b.send(request(1, `'\x32'`)); again.Event != Resent || !bytes.Equal(again.Reply, text.Reply) {
		t.Errorf(`"2" in other words: %v %s`, again.Event, again.Reply)
	}
	for _, seq := range []string{"1", "-5", "0", "99999999999999999999", strings.Repeat("9", 78), `"-1"`, `"007"`} {
		if v := b.send(request(1, seq)); v.Event != Answered || !bytes.Contains(v.Reply, []byte(`"sequesce":`+seq+`,`)) {
			t.Errorf("sequence %s: %v %s", seq, v.Event, v.Reply)
		}
	}
	// Nine fresh answers so far; retransmissions were not counted.
	if v := b.send(request(1, "3")); !v.KeyChanged {
		t.Error("the tenth fresh answer has no new key")
	}
	if v := b.send(request(1, "3")); v.Event != Resent || !bytes.Contains(v.Reply, []byte("key1")) {
		t.Errorf("retransmitted key change: %s", v.Reply)
	}
}

func TestSessionsAreApart(t *testing.T) {
	b := newBench(t)
	var clients [2]Client
	for i := range clients {
		hello, _ := clients[i].Hello(nil, Hello{User: "test", Password: "test"})
		if _, err := clients[i].Receive(mustParse(t, string(b.send(string(hello)).Reply))); err != nil {
			t.Fatal(err)
		}
	}
	for range 25 {
		for i := range clients {
			req, _ := clients[i].Request(nil)
			if a, err := clients[i].Receive(mustParse(t, string(b.send(string(req)).Reply))); err != nil || a.Unreadable != nil {
				t.Fatalf("session %d: %+v %v", i+1, a, err)
			}
		}
	}
}

func TestSessionEnds(t *testing.T) {
	b := newBench(t)
	s := b.login().Session
	for range 23 { // 34.5 minutes, never idle
		b.now = b.now.Add(89 * time.Second)
		if v := b.send(request(1, b.now.Format("150405"))); v.Event != Answered {
			t.Fatalf("after %v: %v", b.now.Sub(s.Start), v.Refusal)
		}
	}
	if d, ok := b.Deadline(s); !ok || d.Sub(s.Start) != 35*time.Minute {
		t.Errorf("deadline %v %t", d.Sub(s.Start), ok)
	}
	b.now = s.Start.Add(35 * time.Minute)
	if v := b.send(request(1, "9")); v.Refusal != NoSession {
		t.Errorf("after its maximum life: %v", v.Event)
	}
	idle := b.login().Session
	b.now = b.now.Add(90 * time.Second)
	if ended := b.Expire(); !slices.Equal(ended, []*Session{s, idle}) || len(b.Expire()) != 0 {
		t.Errorf("expired %v", ended)
	}
	if _, ok := b.Deadline(idle); ok || b.Sessions() != 0 {
		t.Error("an idle session lives on")
	}
}

func TestUnaskedClose(t *testing.T) {
	b := newBench(t)
	s := b.login().Session
	if got := string(s.AppendClose(nil)); got != `{"header":{},"data":{"sequesce":0,"message-type":"CLOSE"}}`+"\n" {
		t.Error(got)
	}
	b.send(request(1, `"17"`))
	if got := string(s.AppendClose(nil)); got != `{"header":{},"data":{"sequesce":"17","message-type":"CLOSE"}}`+"\n" {
		t.Error(got)
	}
}

// TestConcurrentRequests: requests of one session on many connections are
// answered one after the other; every text opens from the order of the chain.
func TestConcurrentRequests(t *testing.T) {
	b := newBench(t)
	b.config.Random = &lockedSource{randomSource: randomSource{rand.New(rand.NewPCG(5, 5))}}
	b.login()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				f := new(Frame)
				if _, err := Parse([]byte(request(1, fmt.Sprint(g*1000+i))), Limits{}, f); err != nil {
					t.Error(err)
				}
				if v := b.Answer(context.Background(), nil, f, home); v.Event != Answered {
					t.Errorf("%v", v.Refusal)
				}
			}
		})
	}
	wg.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := b.sessions[1].answered; n != 1600 {
		t.Errorf("%d answers, want 1600", n)
	}
}

type lockedSource struct {
	sync.Mutex
	randomSource
}

func (s *lockedSource) Read(b []byte) (int, error) {
	s.Lock()
	defer s.Unlock()
	return s.randomSource.Read(b)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestBrokenRandom: a source that gives only zeros ends in an error, not in a
// loop or a key of zeros.
func TestBrokenRandom(t *testing.T) {
	b := newBench(t)
	b.config.Random = zeros{}
	if v := b.send(goodHello); v.Refusal != Failed || v.Session != nil {
		t.Errorf("%+v", v)
	}
}

func TestEveryRefusalHasItsRow(t *testing.T) {
	seen := map[string]bool{}
	for r := NotRefused; r <= Failed; r++ {
		if r.String() == "" || seen[r.String()] {
			t.Errorf("refusal %d: name %q", r, r)
		}
		seen[r.String()] = true
	}
}

// TestRequestAllocations: the answer to a DATA_REQUEST takes no memory.
func TestRequestAllocations(t *testing.T) {
	b := newBench(t, func(c *ServerConfig) { c.Rekey = 0 })
	b.login()
	frames := []*Frame{mustParse(t, request(1, "2")), mustParse(t, request(1, "3"))}
	dst := make([]byte, 0, MaxFrame)
	i := 0
	if n := testing.AllocsPerRun(100, func() {
		i++
		if v := b.Answer(context.Background(), dst, frames[i%2], home); v.Event != Answered {
			t.Fatal(v.Refusal)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestTwoCloses: of two CLOSEs at once only one ends the session.
func TestTwoCloses(t *testing.T) {
	b := newBench(t)
	s := b.login().Session
	if !b.remove(s) || b.remove(s) {
		t.Error("a session ended not once")
	}
	b.now = b.now.Add(time.Second)
	idle := b.login().Session
	b.now = b.now.Add(time.Hour)
	if b.remove(idle) {
		t.Error("a session that had expired was ended by CLOSE")
	}
}

// TestFailedSeal: an answer that could not be made leaves no trace in the chain.
func TestFailedSeal(t *testing.T) {
	for _, text := range []func() string{nil, func() string { return strings.Repeat("given ", 40) }} {
		b := newBench(t, func(c *ServerConfig) { c.Text = text })
		var c Client
		hello, _ := c.Hello(nil, Hello{User: "test", Password: "test"})
		if _, err := c.Receive(mustParse(t, string(b.send(string(hello)).Reply))); err != nil {
			t.Fatal(err)
		}
		good := b.config.Random
		for range 2000 { // a given text loses a zero byte in one answer of 256
			req, _ := c.Request(nil)
			b.config.Random = zeros{}
			v := b.send(string(req))
			b.config.Random = good
			if v.Refusal == Failed {
				v = b.send(string(req))
			}
			a, err := c.Receive(mustParse(t, string(v.Reply)))
			if err != nil || a.Unreadable != nil || text != nil && string(a.Text) != text() {
				t.Fatalf("%+v %q %v", a, a.Text, err)
			}
		}
	}
}

// TestPasswordWiped: the bytes that Login is given hold the password then, however it
// is spelled, and nothing afterwards.
func TestPasswordWiped(t *testing.T) {
	for spelled, want := range map[string]string{
		`s3cret`: "s3cret", `\u0073\x33cret`: "s3cret", "\xff\xfe\x80": "\ufffd\ufffd\ufffd", ``: "",
		strings.Repeat(`\ud83d\ude00`, 100): strings.Repeat("\U0001f600", 100),
	} {
		var got string
		var kept []byte
		b := newBench(t, func(c *ServerConfig) {
			c.Login = func(_ context.Context, _ string, password []byte) (User, error) {
				got, kept = string(password), password[:cap(password)]
				return User{"client1", 1}, nil
			}
		})
		b.send(`{"header":{"MAC":"m"},"data":{"username":"test","password":"` + spelled + `","message-type":"HELLO","sequence":1}}`)
		if got != want {
			t.Errorf("%s: password %q, want %q", spelled, got, want)
		}
		if string(kept) != string(make([]byte, len(kept))) {
			t.Errorf("%s: left is %q", spelled, kept)
		}
	}
}

// TestKeyWiped: a session that has ended, by CLOSE or as its time was over, has no key any
// more, nor an answer that brought one.
func TestKeyWiped(t *testing.T) {
	for name, end := range map[string]func(*bench){
		"CLOSE": func(b *bench) {
			b.send(`{"header":{"token":"token.of-session.1"},"data":{"sessionId":1,"message-type":"CLOSE","isConnectionClose":"True","sequence":30}}`)
		},
		"idle": func(b *bench) {
			b.now = b.now.Add(time.Hour)
			b.Expire()
		},
	} {
		b := newBench(t, func(c *ServerConfig) { c.Rekey = 1 })
		s := b.login().Session
		v := b.send(request(1, "2"))
		if !v.KeyChanged {
			t.Fatalf("%+v", v)
		}
		reply := s.reply
		if end(b); b.Sessions() != 0 {
			t.Fatalf("%s: it lives", name)
		}
		if s.key != (Key{}) || s.chain.cfb8 != (cfb8{}) || bytes.Count(reply, []byte{0}) != len(reply) {
			t.Errorf("%s: left are %x and %q", name, s.key[:], reply)
		}
		if got := string(s.AppendClose(nil)); !strings.Contains(got, `"sequesce":2,`) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
