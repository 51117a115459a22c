package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"proto/keys"
	"proto/wire"
)

// pair is both servers, with the same randomness, clock and signer.
type pair struct {
	t      testing.TB
	fast   *wire.Server
	plain  *plainServer
	dice   *rand.Rand
	tokens []string
	secret []byte
	now    time.Time
}

var home, away = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")

// stream is randomness that both servers see alike.
type stream struct{ r *rand.ChaCha8 }

func (s stream) Read(b []byte) (int, error) { return s.r.Read(b) }

func newPair(t testing.TB, seed byte) *pair {
	p := &pair{t: t, dice: rand.New(rand.NewPCG(uint64(seed), 1)), secret: keys.RandomSecret(), now: time.Unix(1_700_000_000, 5)}
	now := func() time.Time { return p.now }
	signer, err := keys.NewSigner(p.secret, now)
	if err != nil {
		t.Fatal(err)
	}
	random := func() stream { return stream{rand.NewChaCha8([32]byte{seed})} }
	p.fast, err = wire.NewServer(wire.ServerConfig{
		Login: loginAlice, Token: token(signer), RefuseToken: refuseToken(signer), Now: now, Random: random(),
		Rekey: 10, MaxLife: 35 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.plain = &plainServer{random: random(), now: now, signer: signer, sessions: map[int64]*plainSession{}}
	p.plain.iv = p.plain.letters(16)
	return p
}

// notJSON are the characters of which the second spelling is made, and what only
// one of the two parsers takes: with them both may differ.
const notJSON = "'\\TFN\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"

// same gives both the same bytes and compares what they answer.
func (p *pair) same(frame []byte, peer netip.Addr) (answered bool) {
	p.t.Helper()
	plain, ok := p.plain.answer(frame, peer)
	var f wire.Frame
	var v wire.Verdict
	if _, err := wire.Parse(frame, wire.Limits{}, &f); err != nil {
		v = p.fast.Malformed(nil, err)
	} else if !ok {
		if !bytes.ContainsAny(frame, notJSON) {
			p.t.Errorf("encoding/json refuses %q", frame)
		}
		return false // only one of the parsers takes it: nothing to compare
	} else {
		v = p.fast.Answer(context.Background(), nil, &f, peer)
	}
	if !ok {
		plain = plainRefusal("", false)
	}
	got, want := v.Reply, plain.bytes
	if plain.shape {
		got, want = withoutSequence(got), withoutSequence(want)
	}
	if !bytes.Equal(got, want) || v.Close != plain.close {
		p.t.Fatalf("to %q\nthe server says %s%v,\nthe plain one    %s%v", frame, v.Reply, v.Close, plain.bytes, plain.close)
	}
	if v.Event == wire.Opened {
		reply, _, _ := strings.Cut(string(v.Reply[bytes.Index(v.Reply, []byte(`"token":"`))+9:]), `"`)
		p.tokens = append(p.tokens, reply)
	}
	return v.Event != wire.Refused
}

var anySequence = regexp.MustCompile(`"sequesce":[^,]*`)

func withoutSequence(reply []byte) []byte {
	return anySequence.ReplaceAll(reply, nil)
}

func (p *pair) one(of ...string) string { return of[p.dice.IntN(len(of))] }

// frame draws a frame: most are good, the others wrong in one place or another.
func (p *pair) frame() string {
	session := max(1, len(p.tokens)-p.dice.IntN(3))
	if p.dice.IntN(20) == 0 {
		session = p.dice.IntN(len(p.tokens)+2) + 1
	}
	id, token, sequence := fmt.Sprint(session), p.token(session), fmt.Sprint(p.dice.IntN(30))
	kind := "DATA_REQUEST"
	if p.dice.IntN(10) == 0 {
		kind = p.one("HELLO", "CLOSE", "HELLO")
	}
	if p.dice.IntN(4) == 0 {
		sequence = p.one(`"7"`, "-3", `"-4"`, "007", `"007"`, "1.0", "2e3", "null", "true", `""`, `"x"`, "[]", "{}", "-", "-0", `"-"`,
			strings.Repeat("9", 78), strings.Repeat("9", 79), `"`+strings.Repeat("8", 18)+`"`, `"`+strings.Repeat("8", 19)+`"`, `"\u0031\u0032"`)
	}
	if p.dice.IntN(8) == 0 {
		id = p.one(`"1"`, "1.0", "true", "null", "-1", "0", "01", "1e0", "99999999999999999999", "[1]", "9223372036854775807", "-9223372036854775808")
	}
	if p.dice.IntN(12) == 0 {
		kind = p.one("FOO", "data_request", "", "DATA_REQUEST\x00", `DATA_REQUES\u0054`, "HELLO_ACK", "DATA_RESPONSE")
	}
	if kind == "HELLO" {
		name, password := p.one(goodUser, goodUser, goodUser, "bob", ""), p.one(goodPassword, goodPassword, goodPassword, "x")
		extra := p.one("", "", "", "", `,"sessionId":1`, `,"username":"alice"`)
		mac := p.one(`"MAC":"02:fc"`, `"MAC":"02:fc"`, `"MAC":"02:fc"`, `"MAC":5`, `"mac":"x"`, "")
		return fmt.Sprintf(`{"header":{%s},"data":{"username":%q,"password":%q,"message-type":"HELLO","sequence":%s%s}}`, mac, name, password, sequence, extra)
	}
	extra := p.one("", "", "", "", "", `,"x":{"sequence":1}`, `,"sequence":2`, `,"Sequence":2`, `,"isConnectionClose":"True"`)
	return fmt.Sprintf(`{"header":{"token":"%s"},"data":{"sessionId":%s,"message-type":"%s","sequence":%s%s}}`, token, id, kind, sequence, extra)
}

// token draws a token: most are the session's.
func (p *pair) token(session int) string {
	if len(p.tokens) == 0 {
		return "x"
	}
	token := p.tokens[min(session, len(p.tokens))-1]
	switch p.dice.IntN(24) {
	case 0:
		return p.tokens[p.dice.IntN(len(p.tokens))]
	case 1:
		return token[:p.dice.IntN(len(token))]
	case 2:
		b := []byte(token)
		b[p.dice.IntN(len(b))] = "ABCDabcd0123-_.=+/"[p.dice.IntN(18)]
		return string(b)
	case 3:
		return fmt.Sprintf(`\u%04x%s`, token[0], token[1:]) // another spelling of the same
	case 4:
		return p.forged(jwt.SigningMethodHS256, session, []byte("another secret of thirty-two byte"))
	case 5:
		return p.forged(jwt.SigningMethodHS512, session, p.secret)
	case 6:
		return p.forged(jwt.SigningMethodNone, session, jwt.UnsafeAllowNoneSignatureType)
	case 7:
		return token + "="
	}
	return token
}

func (p *pair) forged(method jwt.SigningMethod, session int, key any) string {
	claims := jwt.MapClaims{"name": goodUser, "id": 1, "sid": session, "iat": p.now.Unix(), "exp": p.now.Unix() + 2100}
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

// TestFastEqualsPlain: the server by hand and the one by libraries answer every
// frame with the same bytes.
func TestFastEqualsPlain(t *testing.T) {
	answered := 0
	for seed := range byte(8) {
		p := newPair(t, seed)
		for range 800 {
			peer := home
			if p.dice.IntN(20) == 0 {
				peer = away
			}
			frame := []byte(p.frame())
			if !json.Valid(frame) {
				if bytes.ContainsAny(frame, notJSON) {
					continue
				}
			}
			if p.same(frame, peer) {
				answered++
			}
		}
	}
	if answered < 800 {
		t.Errorf("only %d frames were good", answered)
	}
}

// FuzzFastEqualsPlain changes what comes after a login and one request.
func FuzzFastEqualsPlain(f *testing.F) {
	p := newPair(f, 1)
	for range 40 {
		f.Add([]byte(p.frame()))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		p := newPair(t, 1)
		hello := fmt.Sprintf(`{"header":{"MAC":"x"},"data":{"username":%q,"password":%q,"message-type":"HELLO","sequence":1}}`, goodUser, goodPassword)
		p.same([]byte(hello), home)
		request := func(sequence string) []byte {
			return fmt.Appendf(nil, `{"header":{"token":%q},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":%s}}`, p.tokens[0], sequence)
		}
		p.same(request("2"), home)
		if !json.Valid(frame) && bytes.ContainsAny(frame, notJSON) || len(frame) > 4000 {
			return // of the second spelling
		}
		p.same(bytes.ReplaceAll(frame, []byte("TOKEN"), []byte(p.tokens[0])), home)
		p.same(request("3"), home)
	})
}
