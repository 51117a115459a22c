package decode

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"proto/keys"
)

// ackOf, requestOf and closeOf are frames of a session with a token, as JSON has it; "" for none.
func ackOf(session int, token string) string {
	return fmt.Sprintf(`{"header":{},"data":{"sequesce":1,"sessionId":%d,"message-type":"HELLO_ACK","isAuthencatedUser":"True",`+
		`"key1":62083099969198950088840661006039682774096309907196298908499742085715836180319,"key2":132104839826221409394459996176492231521%s}}`,
		session, member(`,"token":`, token))
}

func requestOf(session int, token string) string {
	return fmt.Sprintf(`{"header":{%s},"data":{"sessionId":%d,"message-type":"DATA_REQUEST","sequence":2}}`, member(`"token":`, token), session)
}

func closeOf(session int, token string) string {
	return fmt.Sprintf(`{"header":{%s},"data":{"sessionId":%d,"message-type":"CLOSE","sequence":3,"isConnectionClose":"True"}}`, member(`"token":`, token), session)
}

func member(name, value string) string {
	if value == "" {
		return ""
	}
	return name + value
}

// TestTokens: what is said of the tokens of requests and CLOSE: nothing where it is what the
// session's HELLO_ACK gave.
func TestTokens(t *testing.T) {
	secret, start := []byte(strings.Repeat("s", 32)), time.Unix(1_000_000_000, 0)
	signer, err := keys.NewSigner(secret, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	other, err := keys.NewSigner([]byte(strings.Repeat("z", 32)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(s *keys.Signer, name string) string {
		token, err := s.Sign(name, 1, 1, start, start.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return `"` + token + `"`
	}
	said := func(name, verified, remark string) string {
		return "token={name:" + name + " id:1 sid:1 exp:2001-09-09T02:46:40Z iat:2001-09-09T01:46:40Z} (" + verified + ") (" + remark + ")"
	}
	alice, bob, mallory := sign(signer, "alice"), sign(signer, "bob"), sign(other, "mallory")
	one := ackOf(1, alice)
	const notOwn, unknown = "not its session's", "session not known"
	for name, test := range map[string]struct {
		frames []string
		change func(*options)
		want   []string // of the requests and CLOSE
	}{
		"its own": {[]string{one, requestOf(1, alice), requestOf(1, alice), requestOf(1, alice), closeOf(1, alice)}, nil, []string{"", "", "", ""}},
		"another's": {[]string{one, requestOf(1, alice), requestOf(1, mallory), requestOf(1, mallory), requestOf(1, alice), closeOf(1, mallory)}, nil,
			[]string{"", said("mallory", "not verified", notOwn), said("mallory", "not verified", notOwn), "", said("mallory", "not verified", notOwn)}},
		"verified": {[]string{one, requestOf(1, mallory), requestOf(1, bob), closeOf(1, bob)}, func(o *options) { o.signer = signer },
			[]string{said("mallory", "token signed with another key", notOwn), said("bob", "verified", notOwn), said("bob", "verified", notOwn)}},
		"secrets": {[]string{one, requestOf(1, `"s3cret"`), closeOf(1, alice)}, func(o *options) { o.secrets = true },
			[]string{"token=s3cret {no JWT} (not verified) (not its session's)", ""}},
		"garbage": {[]string{one, requestOf(1, `"gar\u001bbage"`)}, nil, []string{"token={no JWT} (not verified) (not its session's)"}},
		"none":    {[]string{one, requestOf(1, ""), requestOf(1, ""), closeOf(1, "")}, nil, []string{"(no token)", "(no token)", "(no token)"}},
		"no string": {[]string{one, requestOf(1, "5"), requestOf(1, "5"), requestOf(1, "6"), closeOf(1, "null")}, nil,
			[]string{"(its token is no string)", "(its token is no string)", "(its token is no string)", "(its token is no string)"}},
		"a number is the session's": {[]string{ackOf(1, "5"), requestOf(1, "5"), requestOf(1, "5"), requestOf(1, "5"), requestOf(1, "6")}, nil,
			[]string{"", "", "", "(its token is no string)"}},
		"of another session": {[]string{one, ackOf(2, bob), requestOf(1, alice), requestOf(2, bob), requestOf(1, alice), requestOf(2, alice), requestOf(1, alice)}, nil,
			[]string{"", "", "", said("alice", "not verified", notOwn), ""}},
		"spelled otherwise":      {[]string{one, requestOf(1, strings.Replace(alice, "e", `\u0065`, 1)), strings.ReplaceAll(requestOf(1, alice), `"`, `'`)}, nil, []string{"", ""}},
		"a session not known":    {[]string{requestOf(1, alice), requestOf(1, alice), requestOf(1, bob), requestOf(1, alice), closeOf(1, alice)}, nil, []string{said("alice", "not verified", unknown), "", said("bob", "not verified", unknown), "", ""}},
		"a session begins later": {[]string{requestOf(1, alice), one, requestOf(1, alice), requestOf(1, bob)}, nil, []string{said("alice", "not verified", unknown), "", said("bob", "not verified", notOwn)}},
		"two servers, nothing tells them apart": {[]string{one, requestOf(1, alice), ackOf(1, bob), requestOf(1, alice), requestOf(1, bob), requestOf(1, alice), requestOf(1, mallory)}, nil,
			[]string{"", "", "", "", said("mallory", "not verified", notOwn)}},
		"two servers": {[]string{"server-1  | " + one, "server-2  | " + ackOf(1, bob), "server-1  | " + requestOf(1, alice), "server-2  | " + requestOf(1, bob), "server-2  | " + requestOf(1, bob), "server-2  | " + requestOf(1, alice)}, nil,
			[]string{"", "", "", said("alice", "not verified", notOwn)}},
		"a new session, the old token": {[]string{"server-1  | " + one, "server-1  | " + requestOf(1, alice), "server-1  | " + requestOf(1, alice), "server-1  | " + ackOf(1, bob), "server-1  | " + requestOf(1, alice), "server-1  | " + requestOf(1, bob)}, nil,
			[]string{"", "", said("alice", "not verified", notOwn), ""}},
		"over another connection":             {[]string{"server-1  | " + one, "server-2  | " + requestOf(1, alice), "server-2  | " + requestOf(1, bob), "server-2  | " + closeOf(1, alice)}, nil, []string{"", said("bob", "not verified", unknown), ""}},
		"what is cut, and what has no header": {[]string{one, `{"sessionId":1,"message-type":"DATA_REQUEST","sequence":2}`, `{"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":2}}`, strings.TrimSuffix(requestOf(1, bob), "2}}")}, nil, []string{"", "", "the capture ends within this frame"}},
		"CLOSE of the server":                 {[]string{one, `{"header":{},"data":{"sequesce":2,"message-type":"CLOSE"}}`}, nil, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			for workers := 1; workers <= 2; workers++ {
				var got []string
				lines, _ := decodeJSON(t, []byte(strings.Join(test.frames, "\n")), func(o *options) {
					o.workers = workers
					if test.change != nil {
						test.change(o)
					}
				})
				for _, l := range lines {
					if l.Type == "DATA_REQUEST" || l.Type == "CLOSE" {
						got = append(got, l.Note)
					}
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("%q\nnot\n%q", got, test.want)
				}
			}
		})
	}
}
