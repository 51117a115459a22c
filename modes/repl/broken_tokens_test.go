package repl

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"proto/wire"
)

// brokenTokens are rules about whose request is answered.
func brokenTokens() []brokenRule {
	return []brokenRule{
		{name: "token-not-checked", breaks: "a request needs its session's token", serve: tokenTaken(func(*brokenConnection, int64, wire.Value) bool { return true })},
		{name: "token-missing-accepted", breaks: "a request without a token is refused", serve: tokenTaken(func(_ *brokenConnection, _ int64, token wire.Value) bool { return !token.Present() })},
		{name: "token-unsigned-accepted", breaks: "a token with alg none is refused", serve: tokenTaken(func(_ *brokenConnection, session int64, token wire.Value) bool {
			return tokenSays(token, session, "none")
		})},
		{name: "token-signature-not-checked", breaks: "a token signed otherwise is refused", serve: tokenTaken(func(_ *brokenConnection, session int64, token wire.Value) bool {
			return tokenSays(token, session, "HS256")
		})},
		{name: "token-of-another-session-accepted", breaks: "a token is good for its own session only", serve: tokenTaken(func(c *brokenConnection, _ int64, token wire.Value) bool {
			text, _ := token.Text()
			_, err := c.server.signer.Parse(text)
			return err == nil
		})},
		{name: "token-shared", breaks: "each session has a token of its own", config: func(config *wire.ServerConfig) {
			make, first := config.Token, ""
			config.Token = func(u wire.User, session int64, start, end time.Time) (token string, err error) {
				if first == "" { // one frame is answered at a time
					first, err = make(u, session, start, end)
				}
				return first, err
			}
		}},
	}
}

// tokenTaken takes some wrong tokens for the right one.
func tokenTaken(takes func(c *brokenConnection, session int64, token wire.Value) bool) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return accepted(wire.WrongToken, func(c *brokenConnection, f *wire.Frame) (header, data brokenMembers) {
		session := c.named(f)
		if !takes(c, session.id, f.Header.Get("token")) {
			return nil, nil
		}
		return brokenMembers{"token": brokenQuote(session.token)}, nil
	})
}

// tokenSays says whether a value is a JWT that claims this algorithm and this
// session, whatever its signature.
func tokenSays(token wire.Value, session int64, algorithm string) bool {
	text, _ := token.Text()
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return false
	}
	var header struct{ Alg string }
	var claims struct{ SID int64 }
	return tokenSegment(parts[0], &header) && tokenSegment(parts[1], &claims) &&
		header.Alg == algorithm && claims.SID == session
}

func tokenSegment(segment string, v any) bool {
	b, err := base64.RawURLEncoding.DecodeString(segment)
	return err == nil && json.Unmarshal(b, v) == nil
}
