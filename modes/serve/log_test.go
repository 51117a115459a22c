package serve

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proto/wire"
)

// refused is a way to be refused: what a client with session 1 sends, on its own
// connection or from another peer.
type refused struct {
	name    string
	frame   func(c *client) string
	peer    string // of another connection; "" is that of the session
	reason  string
	detail  string // "" is none
	session any    // nil is none
}

// attempted is what nobody may find in a log, whoever sent it.
const attempted = "attempted-SECRET"

func say(frame string) func(*client) string { return func(*client) string { return frame } }

// inSession is a frame with the session's token.
func inSession(data string) func(*client) string {
	return func(c *client) string {
		return fmt.Sprintf(`{"header":{"token":"%s"},"data":{%s}}`, c.Token(), data)
	}
}

const other = "192.0.2.9:50009"

func hello(header, data string) func(*client) string {
	return say(fmt.Sprintf(`{"header":{%s},"data":{%s}}`, header, data))
}

var refusals = []refused{
	{"no frame", say(`{"` + attempted + `"]`), other, "no frame", `byte 19: expected ":"`, nil},
	{"no frame in session", say(`{]`), "", "no frame", `found ']'`, 1.0},
	{"too long", say(`{"` + strings.Repeat(attempted, 300) + `"`), other, "no frame", "frame of more than 4096 bytes", nil},
	{"no header", say(`{"data":{"password":"` + attempted + `"}}`), other, "not a frame of the protocol", "header is nothing", nil},
	{"member twice", hello(`"MAC":"m"`, `"password":"a","password":"`+attempted+`"`), other, "not a frame of the protocol", "twice", nil},
	{"no HELLO", hello(`"MAC":"m"`, `"message-type":"FOO","username":"alice","password":"`+goodPassword+`","sequence":1`), other, "no session and no HELLO", "", nil},
	{"incomplete", hello(``, `"message-type":"HELLO","username":"alice","password":"`+goodPassword+`","sequence":1`), other, "incomplete HELLO", "MAC is nothing", nil},
	{"HELLO names session", hello(`"MAC":"m"`, `"message-type":"HELLO","sessionId":1,"username":"alice","password":"`+attempted+`","sequence":1`), other, "HELLO names a session", "", nil},
	{"wrong user", hello(`"MAC":"m"`, `"message-type":"HELLO","username":"bob","password":"`+attempted+`","sequence":1`), other, "wrong login", "unknown user", nil},
	{"wrong password", hello(`"MAC":"m"`, `"message-type":"HELLO","username":"alice","password":"`+attempted+`","sequence":1`), other, "wrong login", "wrong password", nil},
	{"HELLO null", hello(`"MAC":"m"`, `"message-type":"HELLO","username":"alice","password":"`+goodPassword+`","sequence":null`), other, "wrong sequence", "", nil},
	{"no session", inSession(`"sessionId":77,"message-type":"DATA_REQUEST","sequence":2`), other, "no such session", "sessionId is 77", nil},
	{"session no integer", inSession(`"sessionId":"` + attempted + `","message-type":"DATA_REQUEST","sequence":2`), other, "no such session", "sessionId is string", nil},
	{"other address", inSession(`"sessionId":1,"message-type":"DATA_REQUEST","sequence":2`), other, "another address than the session's", "", 1.0},
	{"no token", say(`{"header":{},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":2}}`), "", "wrong token", "missing", 1.0},
	{"forged token", say(`{"header":{"token":"` + attempted + `"},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":2}}`), "192.0.2.1:40009", "wrong token", "token malformed", 1.0},
	{"sequence", inSession(`"sessionId":1,"message-type":"DATA_REQUEST","sequence":2.5`), "", "wrong sequence", "", 1.0},
	{"type", inSession(`"sessionId":1,"message-type":"` + attempted + `","sequence":2`), "", "unknown type", "", 1.0},
	{"CLOSE without token", say(`{"header":{},"data":{"sessionId":1,"message-type":"CLOSE","sequence":2}}`), "", "wrong token", "missing", 1.0},
}

// TestRefusedLog: each refusal is one event, with its reason, peer and session,
// and shows no secret; neither does the trace beside it.
func TestRefusedLog(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, options{verbose: true}, func(t *testing.T, r *rig) { c.run(t, r) })
		})
	}
}

func (c *refused) run(t *testing.T, r *rig) {
	session := r.login(peerOne)
	at, peer := session, peerOne
	if c.peer != "" {
		peer = c.peer
		at = r.dial(peer)
	}
	at.send(c.frame(session))
	if f := at.mustNext(); !f.Type().Is(wire.TypeClose) {
		t.Errorf("answer %s", f.Raw())
	}
	at.wantEOF()
	wantRefused(t, r, peer, c.reason, c.detail, c.session)
	for _, secret := range append(session.secret, attempted) {
		if c.name == "type" && secret == attempted {
			continue // the trace shows a type
		}
		if c.name == "session no integer" && secret == attempted {
			continue // and a session
		}
		if strings.Contains(r.out.String(), secret) {
			t.Errorf("the log shows %s:\n%s", secret, r.out)
		}
	}
}

func wantRefused(t *testing.T, r *rig, peer, reason, detail string, session any) {
	t.Helper()
	synctest.Wait()
	events := r.out.events(t, "refused")
	if len(events) != 1 {
		t.Fatalf("%d events of refusal:\n%s", len(events), r.out)
	}
	e := events[0]
	if e["level"] != "WARN" || e["peer"] != peer || e["reason"] != reason || e["session"] != session {
		t.Errorf("event %v", e)
	}
	got, _ := e["detail"].(string)
	if (got == "") != (detail == "") || !strings.Contains(got, detail) {
		t.Errorf("detail %q, want %q", got, detail)
	}
}

// TestRefusedByTime: no HELLO in time is a refusal too.
func TestRefusedByTime(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		r.dial(peerOne).wantClose(0)
		wantRefused(t, r, peerOne, "no HELLO in 10s", "", nil)
	})
}

// TestRefusedByFailure: what fails in the server is said to the log only.
func TestRefusedByFailure(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		r.random.broken = true
		frame, err := c.Request(nil)
		fatal(t, err)
		c.send(string(frame))
		c.wantFrame(`{"header":{},"data":{"sequesce":2,"message-type":"CLOSE"}}`)
		wantRefused(t, r, peerOne, "server failure", "no more randomness", 1.0)
	})
}

// TestSessionLog: the beginning and the end of a session, without its secrets.
func TestSessionLog(t *testing.T) {
	bubble(t, options{verbose: true}, func(t *testing.T, r *rig) {
		c := r.login(peerOne)
		for range 10 { // a new key among them
			frame, err := c.Request(nil)
			fatal(t, err)
			c.send(string(frame))
			f := c.mustNext()
			if key := f.Data.Get("key1"); key.Present() {
				c.secret = append(c.secret, string(key.Raw()))
			}
			time.Sleep(time.Second)
		}
		bye, err := c.Close(nil)
		fatal(t, err)
		c.send(string(bye))
		c.wantEOF()
		opened, closed := r.out.events(t, "session opened"), r.out.events(t, "session closed")
		if len(opened) != 1 || opened[0]["user"] != goodUser || opened[0]["mac"] != "02:fc:00:00:00:01" || opened[0]["peer"] != peerOne || opened[0]["session"] != 1.0 {
			t.Errorf("opened: %v", opened)
		}
		if len(closed) != 1 || closed[0]["answers"] != 10.0 || closed[0]["age"] != "10s" || closed[0]["session"] != 1.0 {
			t.Errorf("closed: %v", closed)
		}
		if len(c.secret) != 5 {
			t.Errorf("%d secrets", len(c.secret))
		}
		for _, secret := range c.secret {
			if strings.Contains(r.out.String(), secret) {
				t.Errorf("the log shows %s:\n%s", secret, r.out)
			}
		}
		if n := strings.Count(r.out.String(), "(hidden)"); n < 12 {
			t.Errorf("%d secrets hidden in the trace", n)
		}
	})
}

// TestLogTime: the times of both logs are RFC 3339.
func TestLogTime(t *testing.T) {
	bubble(t, options{}, func(t *testing.T, r *rig) {
		r.login(peerOne)
		for _, e := range r.out.events(t, "session opened") {
			at, err := time.Parse(time.RFC3339, e["time"].(string))
			if err != nil || !at.Equal(time.Now()) {
				t.Errorf("time %v, %v", e["time"], err)
			}
		}
	})
}

// TestTraceHides: a secret is hidden however its name and itself are spelled.
func TestTraceHides(t *testing.T) {
	for name, frame := range map[string]string{
		"escaped name": `{"header":{"MAC":"m"},"data":{"p\u0061ssw\x6frd":"` + attempted + `","username":"u","sequence":1,"message-type":"HELLO"}}`,
		"twice":        `{"header":{"MAC":"m"},"data":{"password":1,"password":"` + attempted + `"}}`,
		"array":        `{"header":{"token":["` + attempted + `"]},"data":{"sessionId":1}}`,
		"top":          `{"password":"` + attempted + `","header":{},"data":{}}`,
		"deep":         `{"header":{"x":[{"y":{"token":"` + attempted + `"}}]},"data":{}}`,
		"object":       `{"header":{"token":{"token":"` + attempted + `"}},"data":{}}`,
	} {
		for _, kind := range []string{"text", "json"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				bubble(t, options{verbose: true, log: kind}, func(t *testing.T, r *rig) {
					c := r.dial(peerOne)
					c.send(frame)
					c.mustNext()
					if out := r.out.String(); strings.Contains(out, attempted) || !strings.Contains(out, "(hidden)") {
						t.Errorf("trace:\n%s", out)
					}
				})
			})
		}
	}
}

// acting are characters that act on a terminal or make two lines of one.
var acting = map[string]string{
	"newline": "\nFAKE", "CR": "\rFAKE", "ESC": "\x1b", "C1": "\u0085", "right to left": "\u202e",
	"DEL": "\x7f", "NUL": "\x00", "line separator": "\u2028", "bad UTF-8": "\xff", "BOM": "\ufeff",
}

// anyLogin lets everybody in under the name given.
func anyLogin(_ context.Context, name string, _ []byte) (wire.User, error) {
	return wire.User{Name: name, ID: 1}, nil
}

// TestLogInjection: what a client sends stands in no log and no trace as it is.
func TestLogInjection(t *testing.T) {
	for name, chars := range acting {
		for _, kind := range []string{"text", "json"} {
			for _, verbose := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " ", kind, " trace ", verbose), func(t *testing.T) {
					bubble(t, options{log: kind, verbose: verbose, login: anyLogin}, func(t *testing.T, r *rig) {
						injectAll(r, chars)
						wantHarmless(t, r.out.String(), chars, verbose)
					})
				})
			}
		}
	}
}

// injectAll puts the characters everywhere, with nothing beside them that would
// have a text quoted anyhow.
func injectAll(r *rig, chars string) {
	evil := string(wire.AppendText(nil, "evil"+chars+"x"))
	if chars == "\xff" {
		evil = "\"evil\xffx\""
	}
	evilHello := fmt.Sprintf(`{"header":{"MAC":%s,%s:1},"data":{"username":%s,"password":%s,"message-type":"HELLO","sequence":1}}`, evil, evil, evil, evil)
	for _, frame := range []string{
		evilHello,
		fmt.Sprintf(`{"header":{"token":%s},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":2}}`, evil),
		fmt.Sprintf(`{"header":{},"data":{"sessionId":%s,"message-type":%s,"sequence":%s}}`, evil, evil, evil),
		fmt.Sprintf(`{"header":{"MAC":"m"},"data":{"message-type":%s,"sequence":1}}`, evil),
		evilHello[:len(evilHello)-1] + "," + evil + ":1," + evil + ":2}", // twice
		`{"header":{},"data":{` + chars,
	} {
		c := r.dial(peerOne)
		c.send(frame)
		if _, err := c.next(); err != nil {
			_ = c.pipe.Close() // white space is no error; then it ends in the midst
		}
		c.pipe.Close()
	}
	synctest.Wait()
}

func wantHarmless(t *testing.T, out, chars string, verbose bool) {
	t.Helper()
	if strings.TrimSuffix(chars, "FAKE") != "\n" && strings.Contains(out, strings.TrimSuffix(chars, "FAKE")) {
		t.Errorf("%q stands in\n%q", chars, out)
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "FAKE") {
			t.Errorf("a line is made up:\n%s", out)
		}
	}
	if !strings.Contains(out, "evil") || verbose != strings.Contains(strings.ToLower(out), "received") {
		t.Errorf("the test shows nothing:\n%s", out)
	}
}
