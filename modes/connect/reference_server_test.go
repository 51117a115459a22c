package connect

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/wire"
)

// referenceServer is a double of the reference server, which is in Python, and as
// unforgiving: where that one raises an exception this one gives an error. It
// serves one connection and then ends. Nothing in it is of package wire.
type referenceServer struct {
	conn      net.Conn
	random    *rand.Rand
	iv, key   []byte
	register  []byte
	texts     []string
	largest   int // frame
	lostKeys  int // numbers that lost a leading zero
	lostTexts int
}

const referenceToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYW1lIjoiY2xpZW50MSIsImlkIjoxfQ.8fQUiqhpLcX-GKn2WxRrcvqZ_l85-wSGGNxHzo2tiwk"

type object = map[string]any

// serve is its main loop.
func (s *referenceServer) serve() error {
	defer s.conn.Close()
	for {
		header, data, err := s.hear()
		if err != nil {
			return err
		}
		var answer string
		switch {
		case data["isConnectionClose"] == "True":
			return s.bye(header, data)
		case data["message-type"] == "HELLO":
			answer, err = s.hello(header, data)
		default:
			answer, err = s.respond(header, data)
		}
		if err != nil {
			return err
		}
		if _, err := s.conn.Write([]byte(answer)); err != nil {
			return err
		}
	}
}

// hear is json.loads(recv(1024).decode().replace("'", '"')): what one record
// brings is one frame, or the end.
func (s *referenceServer) hear() (header, data object, err error) {
	buf := make([]byte, 1024)
	n, err := s.conn.Read(buf)
	if err != nil {
		return nil, nil, err
	}
	s.largest = max(s.largest, n)
	text := strings.ReplaceAll(string(buf[:n]), "'", `"`)
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var frame struct{ Header, Data object }
	if err := decoder.Decode(&frame); err != nil {
		return nil, nil, fmt.Errorf("JSONDecodeError: %w in %q", err, text)
	}
	if rest := text[decoder.InputOffset():]; rest != "\n" {
		return nil, nil, fmt.Errorf("%q behind the frame in its record", rest)
	}
	return frame.Header, frame.Data, nil
}

func (s *referenceServer) hello(header, data object) (string, error) {
	_, isString := header["MAC"].(string)
	if !isString || data["username"] != user || data["password"] != password || data["sequence"] != json.Number("1") {
		return "", fmt.Errorf("HELLO %v %v", header, data)
	}
	s.iv = s.letters(16)
	s.rekey(false)
	return fmt.Sprintf(`{'header': {}, 'data': {'sequesce': 1, 'sessionId': 1, 'message-type': 'HELLO_ACK', 'isAuthencatedUser': 'True', 'key1': %s, 'key2': %s, 'token': '%s'}}`,
		plus1269(s.key), plus1269(s.iv), referenceToken), nil
}

func (s *referenceServer) respond(header, data object) (string, error) {
	sequence := len(s.texts) + 2
	want := object{"sessionId": json.Number("1"), "message-type": "DATA_REQUEST", "sequence": json.Number(fmt.Sprint(sequence))}
	if !equal(header, object{"token": referenceToken}) || !equal(data, want) {
		return "", fmt.Errorf("request %d: %v %v", sequence, header, data)
	}
	key := ""
	if (sequence-1)%10 == 0 {
		s.rekey(sequence == 21) // here it is sure to lose a byte
		key = fmt.Sprintf(`, 'key1': %s`, plus1269(s.key))
	}
	text, sealed := s.seal()
	s.texts = append(s.texts, text)
	return fmt.Sprintf(`{'header': {}, 'data': {'sequesce': %d, 'sessionId': 1, 'message-type': 'DATA_RESPONSE', 'data': %s%s}}`, sequence, plus1269(sealed), key), nil
}

// errDone is how it ends when all went well.
var errDone = errors.New("CLOSE")

func (s *referenceServer) bye(header, data object) error {
	want := object{
		"sessionId": json.Number("1"), "message-type": "CLOSE",
		"sequence": json.Number(fmt.Sprint(len(s.texts) + 2)), "isConnectionClose": "True",
	}
	if !equal(header, object{"token": referenceToken}) || !equal(data, want) {
		return fmt.Errorf("CLOSE: %v %v", header, data)
	}
	return errDone
}

func equal(a, b object) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

func (s *referenceServer) letters(n int) (b []byte) {
	for range n {
		b = append(b, byte('a'+s.random.IntN(26)))
	}
	return b
}

func (s *referenceServer) rekey(zero bool) {
	s.key = nil
	for range 32 {
		s.key = append(s.key, byte(s.random.IntN(256)))
	}
	if zero {
		s.key[0], s.key[1] = 0, 0
	}
	if s.key[0] == 0 {
		s.lostKeys++
	}
	s.register = bytes.Clone(s.iv)
}

// seal is AES.new(key, AES.MODE_CFB, iv).encrypt(pad(text, 16)), the cipher
// running on. Nothing is done about a leading zero byte.
func (s *referenceServer) seal() (text string, sealed []byte) {
	block, err := aes.NewCipher(s.key)
	if err != nil {
		panic(err)
	}
	text = string(s.letters(8))
	register := bytes.Clone(s.register)
	for _, b := range append([]byte(text), bytes.Repeat([]byte{8}, 8)...) {
		pad := make([]byte, 16)
		block.Encrypt(pad, register)
		sealed = append(sealed, b^pad[0])
		register = append(register[1:], b^pad[0])
	}
	if sealed[0] == 0 {
		s.lostTexts++
	}
	s.register = register
	return text, sealed
}

func plus1269(b []byte) string {
	n := new(big.Int).SetBytes(b)
	return n.Add(n, big.NewInt(1269)).String()
}

// referenceTLS makes a certificate as proto's own and gives both ends' halves.
func referenceTLS(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	id, err := keys.Own(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	client, err = keys.Trust{CAFile: id.CertFile}.Config("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{id.Certificate}}, client
}

// meet runs the client against the reference server over TLS on loopback.
func meet(t *testing.T, s *referenceServer, p *play, login modes.Login) (code int, served error) {
	t.Helper()
	server, client := referenceTLS(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ended := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			s.conn = conn
			err = errors.Join(conn.SetDeadline(time.Now().Add(time.Minute)), s.serve())
		}
		ended <- err
	}()
	process := &modes.Process{Out: &p.lines, Err: &p.notes}
	dial := func(ctx context.Context) (net.Conn, error) { return modes.DialTLS(ctx, nil, l.Addr().String(), client) }
	code = process.Report(runOne(t.Context(), process, &p.settings, login, dial))
	l.Close()
	return code, <-ended
}

// TestReferenceServer: 600 requests, their texts equal and in order, numbers that
// lost a byte among them.
func TestReferenceServer(t *testing.T) {
	const requests = 600
	s := &referenceServer{random: rand.New(rand.NewPCG(5, 5))}
	p := &play{t: t, settings: usual()}
	p.settings.interval, p.settings.count, p.settings.json = 0, requests, true
	code, served := meet(t, s, p, modes.Login{User: user, Password: password})
	if code != modes.ExitDone || !errors.Is(served, errDone) {
		t.Fatalf("code %d, %s; the server: %v", code, p.notes.String(), served)
	}
	var got []string
	for _, line := range p.wantLines(requests) {
		var answer struct{ Text string }
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatal(err)
		}
		got = append(got, answer.Text)
	}
	if !slices.Equal(got, s.texts) {
		t.Errorf("texts differ:\n%q\n%q", got, s.texts)
	}
	if s.lostKeys == 0 || s.lostTexts == 0 || s.largest > 1024 {
		t.Errorf("%d keys and %d texts lost a byte; the largest frame: %d", s.lostKeys, s.lostTexts, s.largest)
	}
}

// TestReferenceServerLargest: a HELLO of 1024 bytes with its newline is one
// record, and one recv.
func TestReferenceServerLargest(t *testing.T) {
	login := modes.Login{User: strings.Repeat("'", wire.MaxUser), Password: strings.Repeat("'", wire.MaxPassword)}
	frame, err := wire.AppendHello(nil, wire.Hello{User: login.User, Password: login.Password, Sequence: 1})
	if err != nil {
		t.Fatal(err)
	}
	left := wire.MaxFrame - len(frame)
	mac := strings.Repeat("'", left/6) + strings.Repeat("x", left%6) // \u0027 is six bytes
	s := &referenceServer{}
	p := &play{t: t, settings: usual()}
	p.settings.mac = mac
	_, served := meet(t, s, p, login)
	if served == nil || !strings.HasPrefix(served.Error(), "HELLO map[MAC:'''") || s.largest != wire.MaxFrame {
		t.Errorf("the server: %v, with a frame of %d bytes", served, s.largest)
	}
}

// TestReferenceServerDies: the double is as unforgiving as it is said to be.
func TestReferenceServerDies(t *testing.T) {
	const request = `{"header":{"token":"` + referenceToken + `"},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":2}}`
	for name, record := range map[string]string{
		"two frames":        request + "\n" + request + "\n",
		"half a frame":      request[:50],
		"1025 bytes":        request + strings.Repeat(" ", 1024-len(request)) + "\n",
		"an apostrophe":     strings.Replace(request, "token", "t'oken", 1) + "\n",
		"True":              strings.Replace(request, `:2}`, `:2,"x":True}`, 1) + "\n",
		"no newline":        request,
		"sequence again":    strings.Replace(request, `:2}`, `:1}`, 1) + "\n",
		"sequence skipped":  strings.Replace(request, `:2}`, `:3}`, 1) + "\n",
		"another session's": strings.Replace(request, `"sessionId":1`, `"sessionId":2`, 1) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			server, client := referenceTLS(t)
			near, far := net.Pipe()
			s := &referenceServer{conn: tls.Server(far, server), random: rand.New(rand.NewPCG(1, 1))}
			ended := make(chan error, 1)
			go func() { ended <- s.serve() }()
			go func() {
				conn := tls.Client(near, client)
				_, _ = conn.Write([]byte(record))
				_, _ = io.Copy(io.Discard, conn)
			}()
			err := <-ended
			if err == nil || errors.Is(err, errDone) {
				t.Error("the server lives")
			}
		})
	}
}
