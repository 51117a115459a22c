package repl

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a client says in the tests of the doubles. $1 and $2 stand for the
// tokens of the first and the second HELLO_ACK; see foreign.say for the rest.
const (
	sayHello   = `{"header":{"MAC":"f8:94:c2:02:86:ee"},"data":{"username":"test","password":"test","message-type":"HELLO","sequence":1}}`
	sayRequest = `{"header":{"token":"$1"},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":2}}`
	sayClose   = `{"header":{"token":"$1"},"data":{"sessionId":1,"message-type":"CLOSE","sequence":9,"isConnectionClose":"True"}}`
	sayQuietly = "-:" + sayHello
)

// with changes one part of a line.
func with(line, part, other string) string {
	if !strings.Contains(line, part) {
		panic(part + " is not in " + line)
	}
	return strings.Replace(line, part, other, 1)
}

// withSequence numbers a request otherwise.
func withSequence(sequence string) string {
	return with(sayRequest, `"sequence":2`, `"sequence":`+sequence)
}

// inSecond is a line of the first session made one of the second.
func inSecond(line string) string {
	return with(with(line, "$1", "$2"), `"sessionId":1`, `"sessionId":2`)
}

// askQuietly is a run of requests of which the answers are not shown.
func askQuietly(from, to int) (lines []string) {
	for n := from; n <= to; n++ {
		lines = append(lines, "-:"+withSequence(fmt.Sprint(n)))
	}
	return lines
}

// What foreign shows of the answers.
func shownAck(session int) string {
	again := ""
	if session > 1 {
		again = "(again)"
	}
	return fmt.Sprintf(`HELLO_ACK sequesce=1 sessionId=%d isAuthencatedUser="True" key1 key2%s token`, session, again)
}

func shownText(sequesce any) string {
	return fmt.Sprintf(`DATA_RESPONSE sequesce=%v sessionId=1 text`, sequesce)
}

func shownGarbled(sequesce any) string {
	return fmt.Sprintf(`DATA_RESPONSE sequesce=%v sessionId=1 garbled`, sequesce)
}

func shownClose(sequesce any) string { return fmt.Sprintf(`CLOSE sequesce=%v`, sequesce) }

func shownFlag(sequesce any) string {
	return fmt.Sprintf(`CLOSE sequesce=%v isAuthencatedUser="false"`, sequesce)
}

const shownEnd = "closed"

// foreign is a client that knows the protocol only as far as it must to show
// answers in a line each: JSON and the cipher, from the standard library.
type foreign struct {
	t       testing.TB
	server  *double
	tls     *tls.Config
	conns   map[string]net.Conn
	tokens  []string
	seen    map[string]bool // keys, tokens and data that came before
	iv      []byte
	ciphers map[string]*referenceCipher // by session
	last    string                      // the session opened last
	lax     bool                        // numbers may have lost a leading zero
}

func newForeign(t testing.TB, server *double) *foreign {
	t.Helper()
	pem, err := os.ReadFile(server.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate in the file")
	}
	f := &foreign{
		t: t, server: server, conns: make(map[string]net.Conn),
		seen: make(map[string]bool), ciphers: make(map[string]*referenceCipher),
	}
	f.tls = &tls.Config{
		InsecureSkipVerify: true, // the name is not checked; the chain is:
		VerifyConnection: func(state tls.ConnectionState) error {
			_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots})
			return err
		},
	}
	t.Cleanup(func() {
		for _, conn := range f.conns {
			conn.Close()
		}
	})
	return f
}

// lineStart is what may stand before a frame: the connection it goes to (a; x is
// one from 127.0.0.2), how many answers to read (1), and - not to show them.
var lineStart = regexp.MustCompile(`^([a-z]?)([0-9]?)(-?):`)

// play says lines and gives what came back, a line for each answer.
func (f *foreign) play(lines ...string) (shown []string) {
	f.t.Helper()
	for _, line := range lines {
		start := lineStart.FindStringSubmatch(line)
		if start == nil {
			start = []string{"", "", "", ""}
		}
		answers := f.say(cmp.Or(start[1], "a"), cmp.Or(start[2], "1"), line[len(start[0]):])
		if start[3] == "" {
			shown = append(shown, answers...)
		}
	}
	return shown
}

func (f *foreign) say(name, count, line string) (answers []string) {
	f.t.Helper()
	conn, err := f.conn(name)
	if err != nil {
		return []string{"no server"}
	}
	for i, token := range f.tokens {
		line = strings.ReplaceAll(line, fmt.Sprintf("$%d", i+1), token)
		line = strings.ReplaceAll(line, fmt.Sprintf("$none%d", i+1), forged(token, "none"))
		line = strings.ReplaceAll(line, fmt.Sprintf("$other%d", i+1), forged(token, "HS256"))
	}
	_ = conn.SetDeadline(time.Now().Add(doublePatience))
	_, _ = conn.Write([]byte(line)) // what a write that fails means, the read shows
	for range count[0] - '0' {
		answers = append(answers, f.hear(conn))
	}
	return answers
}

// forged is a token with the same claims, under another signature or none.
func forged(token, algorithm string) string {
	claims := strings.Split(token, ".")[1]
	head := referenceSegment([]byte(`{"alg":"`+algorithm+`","typ":"JWT"}`)) + "." + claims
	if algorithm == "none" {
		return head + "."
	}
	return head + "." + referenceSegment((&referenceProgram{secret: []byte("another")}).sign(head))
}

// conn gives the connection of this name, which it may have to make.
func (f *foreign) conn(name string) (net.Conn, error) {
	if conn := f.conns[name]; conn != nil {
		return conn, nil
	}
	dialer := &net.Dialer{Timeout: doublePatience}
	if name == "x" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}
	}
	conn, err := tls.DialWithDialer(dialer, "tcp", f.server.Addr, f.tls)
	if err == nil {
		f.conns[name] = conn
	}
	return conn, err
}

// hear reads one answer, which is always one record, and shows it.
func (f *foreign) hear(conn net.Conn) string {
	f.t.Helper()
	buf := make([]byte, 4096)
	n, err := conn.Read(buf)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		f.t.Fatal("no answer")
	case err != nil:
		return shownEnd
	}
	return f.show(string(buf[:n]))
}

// pythonWords are the literals that JSON spells otherwise.
var pythonWords = strings.NewReplacer("'", `"`, ": None", ": null", ": True", ": true", ": False", ": false")

// show makes a line of an answer: what it says, but of secrets only that they
// are there, and of data whether it could be read.
func (f *foreign) show(answer string) string {
	f.t.Helper()
	decoder := json.NewDecoder(strings.NewReader(pythonWords.Replace(answer)))
	decoder.UseNumber()
	var frame struct{ Header, Data map[string]any }
	if err := decoder.Decode(&frame); err != nil {
		f.t.Fatalf("%v in %q", err, answer)
	}
	if len(frame.Header) > 0 || len(strings.TrimSpace(answer[decoder.InputOffset():])) > 0 {
		f.t.Fatalf("answer %q", answer)
	}
	data := frame.Data
	session := fmt.Sprint(cmp.Or(data["sessionId"], any(f.last)))
	kind, _ := data["message-type"].(string)
	shown := []string{cmp.Or(kind, "(no type)")}
	for _, name := range []string{"sequesce", "sessionId", "isAuthencatedUser"} {
		if v, ok := data[name]; ok {
			spelled, _ := json.Marshal(v)
			shown = append(shown, name+"="+string(spelled))
		}
		delete(data, name)
	}
	delete(data, "message-type")
	f.learn(data, session)
	for _, name := range slices.Sorted(maps.Keys(data)) {
		shown = append(shown, f.secret(name, data[name], session))
	}
	return strings.Join(shown, " ")
}

// learn takes up what an answer brings to read this and later ones by.
func (f *foreign) learn(data map[string]any, session string) {
	if token, ok := data["token"].(string); ok {
		f.tokens = append(f.tokens, token)
	}
	if iv, ok := data["key2"]; ok {
		f.iv, f.last = unshiftedBytes(iv, 16), session
	}
	if key, ok := data["key1"]; ok {
		f.ciphers[session] = &referenceCipher{key: unshiftedBytes(key, 32), register: f.iv}
	}
}

// secret shows a member by its name: (again) where its value came before, (short)
// where its number lost a byte.
func (f *foreign) secret(name string, value any, session string) string {
	spelled := fmt.Sprint(value)
	if name != "key1" && name != "key2" && name != "token" && name != "data" {
		return name + "=" + spelled
	}
	_, isString := value.(string)
	if isString && name != "token" {
		return name + "(string)"
	}
	if f.seen[spelled] {
		return name + "(again)"
	}
	f.seen[spelled] = true
	size := map[string]int{"key1": 32, "key2": 16, "data": 16}[name]
	short := ""
	if !f.lax && size > 0 && unshiftedBytes(value, size)[0] == 0 {
		short = "(short)"
	}
	if name != "data" {
		return name + short
	}
	return f.text(value, session) + short
}

func (f *foreign) text(value any, session string) string {
	cipher := f.ciphers[session]
	if cipher == nil {
		return "data"
	}
	text := string(cipher.decrypt(unshiftedBytes(value, 16)))
	if len(strings.TrimLeft(text[:8], "abcdefghijklmnopqrstuvwxyz")) > 0 || text[8:] != "\b\b\b\b\b\b\b\b" {
		return "garbled"
	}
	return "text"
}

// unshiftedBytes is a number as so many bytes, or zeros where it is none.
func unshiftedBytes(v any, size int) []byte {
	b := make([]byte, size)
	n, ok := new(big.Int).SetString(fmt.Sprint(v), 10)
	if !ok {
		return b
	}
	if n.Sub(n, big.NewInt(1269)); n.Sign() < 0 || n.BitLen() > 8*size {
		return b
	}
	return n.FillBytes(b)
}
