package serve

import (
	"bytes"
	"crypto/aes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"time"

	"proto/keys"
	"proto/wire"
)

// plainServer is the server's half of the protocol as one would write it with
// libraries: encoding/json, golang-jwt, math/big, and CFB8 after the book. It is
// what the hand-written path is held against, byte by byte.
type plainServer struct {
	random   io.Reader
	now      func() time.Time
	signer   *keys.Signer
	iv       []byte
	sessions map[int64]*plainSession
	lastID   int64
}

type plainSession struct {
	user     wire.User
	peer     netip.Addr
	start    time.Time
	end      time.Time
	key      []byte
	register []byte
	answered int
	last     string // the sequence as it was spelled
	reply    []byte
}

// plainReply is an answer, and whether the connection is closed.
type plainReply struct {
	bytes []byte
	close bool
	shape bool // refused for its shape: of which sequence is left open
}

func (s *plainServer) read(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.random, b); err != nil {
		panic(err)
	}
	return b
}

// letters draws n letters, eight at a time: a number of 64 bits written in base 26,
// its last digit first.
func (s *plainServer) letters(n int) (text []byte) {
	texts := new(big.Int).Exp(big.NewInt(26), big.NewInt(8), nil)
	all := new(big.Int).SetUint64(math.MaxUint64)
	limit := new(big.Int).Mul(texts, all.Div(all, texts))
	for len(text) < n {
		b := s.read(8)
		slices.Reverse(b)
		drawn := new(big.Int).SetBytes(b)
		if drawn.Cmp(limit) >= 0 {
			continue
		}
		for range 8 {
			rest := new(big.Int)
			drawn.DivMod(drawn, big.NewInt(26), rest)
			text = append(text, 'a'+byte(rest.Int64()))
		}
	}
	return text
}

func (s *plainServer) drawKey() []byte {
	for {
		if k := s.read(32); k[0] != 0 {
			return k
		}
	}
}

func shifted(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	return n.Add(n, big.NewInt(1269))
}

// seal is AES-256 in CFB mode with 8-bit segments (NIST SP 800-38A, 6.3).
func (p *plainSession) seal(text []byte) []byte {
	pad := 16 - len(text)%16
	padded := append(bytes.Clone(text), bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(p.key)
	if err != nil {
		panic(err)
	}
	out := make([]byte, 16)
	var sealed []byte
	for _, c := range padded {
		block.Encrypt(out, p.register)
		sealed = append(sealed, c^out[0])
		p.register = append(bytes.Clone(p.register[1:]), c^out[0])
	}
	return sealed
}

// plainFrame is a frame of the server in its order.
type plainFrame struct {
	Header struct{} `json:"header"`
	Data   any      `json:"data"`
}

type plainAck struct {
	Sequesce json.RawMessage `json:"sequesce"`
	Session  int64           `json:"sessionId"`
	Type     string          `json:"message-type"`
	Flag     string          `json:"isAuthencatedUser"`
	Key1     *big.Int        `json:"key1"`
	Key2     *big.Int        `json:"key2"`
	Token    string          `json:"token"`
}

type plainResponse struct {
	Sequesce json.RawMessage `json:"sequesce"`
	Session  int64           `json:"sessionId"`
	Type     string          `json:"message-type"`
	Data     *big.Int        `json:"data"`
	Key1     *big.Int        `json:"key1,omitempty"`
}

type plainClose struct {
	Sequesce json.RawMessage `json:"sequesce"`
	Flag     string          `json:"isAuthencatedUser,omitempty"`
	Type     string          `json:"message-type"`
}

func plainBytes(data any) []byte {
	b, err := json.Marshal(plainFrame{Data: data})
	if err != nil {
		panic(err)
	}
	return append(b, '\n')
}

func plainRefusal(sequence string, flag bool) plainReply {
	if sequence == "" {
		sequence = "0"
	}
	c := plainClose{Sequesce: json.RawMessage(sequence), Type: "CLOSE"}
	if flag {
		c.Flag = "false"
	}
	return plainReply{bytes: plainBytes(c), close: true}
}

var errTwice = errors.New("a member stands twice")

// plainParse reads a value and refuses objects in which a member stands twice.
func plainParse(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		var twice error
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := plainParse(dec)
			if errors.Is(err, errTwice) {
				twice = err
			} else if err != nil {
				return nil, err
			}
			if _, there := object[name.(string)]; there {
				twice = errTwice
			}
			object[name.(string)] = v
		}
		if _, err := dec.Token(); err != nil {
			return nil, err
		}
		return object, twice
	case json.Delim('['):
		list := []any{}
		var twice error
		for dec.More() {
			v, err := plainParse(dec)
			if errors.Is(err, errTwice) {
				twice = err
			} else if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		if _, err := dec.Token(); err != nil {
			return nil, err
		}
		return list, twice
	}
	return token, nil
}

var (
	plainInteger = regexp.MustCompile(`^-?[0-9]{1,78}$`)
	plainText    = regexp.MustCompile(`^-?[0-9]{1,18}$`)
)

// plainSequence is a sequence as it is echoed, or "".
func plainSequence(v any) string {
	switch v := v.(type) {
	case json.Number:
		if plainInteger.MatchString(string(v)) {
			return string(v)
		}
	case string:
		if plainText.MatchString(v) {
			return `"` + v + `"`
		}
	}
	return ""
}

// answer answers the bytes of a frame; nil where they are none for encoding/json.
func (s *plainServer) answer(frame []byte, peer netip.Addr) (reply plainReply, ok bool) {
	var raw json.RawMessage
	if json.NewDecoder(bytes.NewReader(frame)).Decode(&raw) != nil {
		return reply, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := plainParse(dec)
	top, isObject := v.(map[string]any)
	if !isObject {
		return plainRefusal("", false), true
	}
	header, hasHeader := top["header"].(map[string]any)
	data, hasData := top["data"].(map[string]any)
	if err != nil || !hasHeader || !hasData {
		reply = plainRefusal("", false)
		reply.shape = true
		return reply, true
	}
	sequence := plainSequence(data["sequence"])
	id, names := data["sessionId"]
	if !names {
		return s.hello(header, data, sequence, peer), true
	}
	if data["message-type"] == "HELLO" {
		return plainRefusal(sequence, false), true
	}
	number, _ := id.(json.Number)
	n, isInteger := new(big.Int).SetString(string(number), 10)
	if !isInteger || !n.IsInt64() || s.sessions[n.Int64()] == nil {
		return plainRefusal(sequence, true), true
	}
	return s.inSession(n.Int64(), header, data, sequence, peer), true
}

func (s *plainServer) hello(header, data map[string]any, sequence string, peer netip.Addr) plainReply {
	_, hasMAC := header["MAC"].(string)
	_, hasSequence := data["sequence"]
	name, hasName := data["username"].(string)
	password, hasPassword := data["password"].(string)
	switch {
	case data["message-type"] != "HELLO", !hasMAC, !hasSequence, !hasName, !hasPassword:
		return plainRefusal(sequence, true)
	case sequence == "":
		return plainRefusal("", false)
	case name != goodUser || password != goodPassword:
		return plainRefusal(sequence, true)
	}
	s.lastID++
	p := &plainSession{user: wire.User{Name: name, ID: 1}, peer: peer, start: s.now(), key: s.drawKey(), register: s.iv}
	p.end = p.start.Add(35 * time.Minute)
	token, err := s.signer.Sign(name, 1, s.lastID, p.start, p.end)
	if err != nil {
		panic(err)
	}
	s.sessions[s.lastID] = p
	return plainReply{bytes: plainBytes(plainAck{
		Sequesce: json.RawMessage(sequence), Session: s.lastID, Type: "HELLO_ACK", Flag: "True",
		Key1: shifted(p.key), Key2: shifted(s.iv), Token: token,
	})}
}

func (s *plainServer) inSession(id int64, header, data map[string]any, sequence string, peer netip.Addr) plainReply {
	p := s.sessions[id]
	token, _ := header["token"].(string)
	claims, err := s.signer.Parse(token)
	want := keys.Claims{Name: p.user.Name, ID: p.user.ID, SID: id, Start: p.start.Truncate(time.Second), Expires: p.end.Truncate(time.Second)}
	switch {
	case peer != p.peer, err != nil, !sameClaims(claims, want):
		return plainRefusal(sequence, false)
	case sequence == "":
		return plainRefusal("", false)
	case data["message-type"] == "CLOSE":
		delete(s.sessions, id)
		return plainReply{close: true}
	case data["message-type"] != "DATA_REQUEST":
		return plainRefusal(sequence, false)
	case p.answered > 0 && sequence == p.last:
		return plainReply{bytes: p.reply}
	}
	r := plainResponse{Sequesce: json.RawMessage(sequence), Session: id, Type: "DATA_RESPONSE"}
	if (p.answered+1)%10 == 0 {
		p.key, p.register = s.drawKey(), s.iv
		r.Key1 = shifted(p.key)
	}
	sealed, before := []byte(nil), p.register
	for len(sealed) == 0 || sealed[0] == 0 {
		p.register = before
		sealed = p.seal(s.letters(8))
	}
	r.Data = shifted(sealed)
	p.answered, p.last, p.reply = p.answered+1, sequence, plainBytes(r)
	return plainReply{bytes: p.reply}
}

func sameClaims(a, b keys.Claims) bool {
	return a.Name == b.Name && a.ID == b.ID && a.SID == b.SID && a.Start.Equal(b.Start) && a.Expires.Equal(b.Expires)
}
