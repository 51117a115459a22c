package decode

import (
	"encoding/base64"
	"strings"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/modes/decode/diagram"
	"proto/wire"
)

// describe is what a frame says that is no answer. Of a request, and of a client's CLOSE, it is
// a token that is not its session's.
func (op *opener) describe(r *record) (facts []diagram.Fact) {
	header, data := r.aside.header, r.aside.data
	add := func(name, text string) {
		if text != "" {
			if facts == nil {
				facts = make([]diagram.Fact, 0, usualFacts)
			}
			facts = append(facts, diagram.Fact{Name: name, Text: text})
		}
	}
	switch r.kind {
	case helloKind:
		add("user", shown(data.Get("username")))
		add("password", op.secret(data.Get("password")))
		add("MAC", shown(header.Get("MAC")))
	case ackKind:
		note := op.follower.Ack(r.stream(), r.answer.Session, r.answer.Sequence, data)
		if op.o.secrets {
			add("key1", shown(data.Get("key1")))
			add("key2", shown(data.Get("key2")))
		}
		add("token", op.token(data.Get("token")))
		add("", note)
	case closeKind:
		if flag := data.Get("isAuthencatedUser"); flag.Present() {
			add("isAuthencatedUser", shown(flag))
		}
	}
	if token := header.Get("token"); r.aside.token != itsOwn {
		add("token", op.token(token))
		add("", r.aside.token.remark(token))
	}
	if r.kind == helloKind && r.peer() != "" {
		add("peer", modes.Show(r.peer()))
	}
	return facts
}

// usualFacts is how many there are of a HELLO.
const usualFacts = 3

// joined is facts in one line.
func joined(facts []diagram.Fact) string {
	var parts []string
	for _, f := range facts {
		parts = append(parts, f.String())
	}
	return strings.Join(parts, " ")
}

func shown(v wire.Value) string {
	if text, ok := v.Text(); ok {
		return modes.Show(text)
	}
	return string(wire.AppendValue(nil, v))
}

func (op *opener) secret(v wire.Value) string {
	switch {
	case !v.Present():
		return ""
	case op.o.secrets:
		return shown(v)
	}
	return "(hidden)"
}

// maxTokens and maxKnownToken bound what is remembered of tokens.
const (
	maxTokens     = 1024
	maxKnownToken = 512
)

// token is what a token claims. Nothing vouches for it without the key.
func (op *opener) token(v wire.Value) string {
	if v.Kind() != wire.String {
		return ""
	}
	op.scratch = v.AppendText(op.scratch[:0])
	if said, ok := op.tokens[string(op.scratch)]; ok { // without memory for each of many
		return said
	}
	text := string(op.scratch)
	said := claims(text)
	if op.o.signer != nil {
		said += " " + verified(op.o.signer, text)
	} else {
		said += " (not verified)"
	}
	if op.o.secrets {
		said = modes.Show(text) + " " + said
	}
	if len(op.tokens) < maxTokens && len(text) <= maxKnownToken {
		op.tokens[text] = said
	}
	return said
}

// claims are those of a JWT, each name and value safe to be shown.
func claims(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > 4096 {
		return "{no JWT}"
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "{no JWT}"
	}
	v, n, err := wire.ParseValue(b, wire.Limits{Bytes: len(b) + 1})
	if err != nil || n != len(b) || v.Kind() != wire.Object {
		return "{no JWT}"
	}
	var list []string
	for name, m := range v.Members() {
		text := shown(m)
		if seconds, ok := m.Int64(); ok && (name == "exp" || name == "iat" || name == "nbf") {
			text = time.Unix(seconds, 0).UTC().Format(time.RFC3339)
		}
		list = append(list, modes.Show(name)+":"+text)
	}
	return "{" + strings.Join(list, " ") + "}"
}

// verified checks a token's signature, and nothing else: a capture is of the past, and
// when the token was good stands beside it.
func verified(s *keys.Signer, token string) string {
	if err := s.VerifySignature(token); err != nil {
		return "(" + err.Error() + ")"
	}
	return "(verified)"
}
