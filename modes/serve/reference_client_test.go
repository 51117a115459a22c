package serve

import (
	"bytes"
	"crypto/aes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/wire"
)

// referenceClient is a double of the reference client, which is in Python, and
// as unforgiving: where that one raises an exception this one gives an error.
// Nothing in it is of package wire.
type referenceClient struct {
	conn     net.Conn
	sequence int
	session  json.Number
	token    string
	iv       []byte
	cipher   *referenceCipher
	keys     int
}

// referenceCipher is AES.new(key, AES.MODE_CFB, iv) of PyCryptodome, whose
// segments are of 8 bits: a shift register, moved a byte at a time.
type referenceCipher struct {
	key, register []byte
}

func (c *referenceCipher) decrypt(in []byte) (out []byte, err error) {
	block, err := aes.NewCipher(c.key)
	if err != nil {
		return nil, err
	}
	for _, b := range in {
		pad := make([]byte, 16)
		block.Encrypt(pad, c.register)
		out = append(out, b^pad[0])
		c.register = append(bytes.Clone(c.register[1:]), b)
	}
	return out, nil
}

// number is (n - 1269).to_bytes((n.bit_length() + 7) // 8, 'big'): a leading
// zero byte is lost for good.
func number(v any) ([]byte, error) {
	digits, ok := v.(json.Number)
	n, valid := new(big.Int).SetString(digits.String(), 10)
	if !ok || !valid {
		return nil, fmt.Errorf("%v is no integer", v)
	}
	if n.Sub(n, big.NewInt(1269)).Sign() < 0 {
		return nil, errors.New("OverflowError: can't convert negative int to unsigned")
	}
	return n.Bytes(), nil
}

func (c *referenceClient) rekey(v any) (err error) {
	key, err := number(v)
	if err != nil {
		return err
	}
	if len(key) != 32 || len(c.iv) != 16 {
		return fmt.Errorf("ValueError: key of %d bytes, IV of %d", len(key), len(c.iv))
	}
	c.cipher = &referenceCipher{key: key, register: c.iv}
	c.keys++
	return nil
}

// unpad is Crypto.Util.Padding.unpad.
func unpad(b []byte) (string, error) {
	if len(b) == 0 || len(b)%16 != 0 {
		return "", fmt.Errorf("ValueError: input data of %d bytes is not padded", len(b))
	}
	n := int(b[len(b)-1])
	if n < 1 || n > 16 || !bytes.Equal(b[len(b)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return "", errors.New("ValueError: PKCS#7 padding is incorrect")
	}
	return string(b[:len(b)-n]), nil
}

// say sends str(frame), a Python literal.
func (c *referenceClient) say(literal string) error {
	_, err := c.conn.Write([]byte(literal))
	return err
}

// hear is json.loads(recv(1024).replace("'", '"'))['data'].
func (c *referenceClient) hear(kind string) (map[string]any, error) {
	buf := make([]byte, 1024)
	n, err := c.conn.Read(buf)
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(string(buf[:n]), "'", `"`)
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var frame struct{ Header, Data map[string]any }
	if err := decoder.Decode(&frame); err != nil {
		return nil, fmt.Errorf("%w in %q", err, text)
	}
	if rest := strings.TrimSpace(text[decoder.InputOffset():]); rest != "" {
		return nil, fmt.Errorf("JSONDecodeError: extra data %q", rest)
	}
	want := json.Number(fmt.Sprint(c.sequence))
	if frame.Header == nil || frame.Data["message-type"] != kind || frame.Data["sequesce"] != want {
		return nil, fmt.Errorf("answer to %s: %q", want, text)
	}
	return frame.Data, nil
}

func (c *referenceClient) hello() (err error) {
	c.sequence = 1
	if err := c.say(`{'header': {'MAC': 'f8:94:c2:02:86:ee'}, 'data': {'username': 'test', 'password': 'test', 'message-type': 'HELLO', 'sequence': 1}}`); err != nil {
		return err
	}
	data, err := c.hear("HELLO_ACK")
	if err != nil {
		return err
	}
	session, isNumber := data["sessionId"].(json.Number)
	token, isString := data["token"].(string)
	if data["isAuthencatedUser"] != "True" || !isNumber || !isString {
		return fmt.Errorf("HELLO_ACK %v", data)
	}
	c.session, c.token = session, token
	if c.iv, err = number(data["key2"]); err != nil {
		return err
	}
	return c.rekey(data["key1"])
}

func (c *referenceClient) request() (text string, rekeyed bool, err error) {
	c.sequence++
	if err := c.say(fmt.Sprintf(`{'header': {'token': '%s'}, 'data': {'sessionId': %s, 'message-type': 'DATA_REQUEST', 'sequence': %d}}`, c.token, c.session, c.sequence)); err != nil {
		return "", false, err
	}
	data, err := c.hear("DATA_RESPONSE")
	if err != nil {
		return "", false, err
	}
	if data["sessionId"] != c.session {
		return "", false, fmt.Errorf("session %v", data["sessionId"])
	}
	key, rekeyed := data["key1"]
	if rekeyed {
		if err := c.rekey(key); err != nil {
			return "", true, err
		}
	}
	sealed, err := number(data["data"])
	if err != nil {
		return "", rekeyed, err
	}
	padded, err := c.cipher.decrypt(sealed)
	if err != nil {
		return "", rekeyed, err
	}
	text, err = unpad(padded)
	return text, rekeyed, err
}

// close says CLOSE, to which there is no answer: the server closes.
func (c *referenceClient) close() error {
	c.sequence++
	if err := c.say(fmt.Sprintf(`{'header': {'token': '%s'}, 'data': {'sessionId': %s, 'message-type': 'CLOSE', 'sequence': %d, 'isConnectionClose': 'True'}}`, c.token, c.session, c.sequence)); err != nil {
		return err
	}
	if n, err := c.conn.Read(make([]byte, 1024)); n != 0 || err == nil {
		return fmt.Errorf("%d bytes after CLOSE, %v", n, err)
	}
	return c.conn.Close()
}

// trusting is what the reference client trusts: this one file, under any name.
func trusting(t *testing.T, certFile string) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(certFile)
	fatal(t, err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no certificate", certFile)
	}
	return &tls.Config{
		InsecureSkipVerify: true, // check_hostname = False; the chain is verified here:
		VerifyConnection: func(state tls.ConnectionState) error {
			_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots})
			return err
		},
	}
}

// realServer is a server as the program runs it, on a port of loopback; text is nil
// for random letters.
func realServer(t *testing.T, text func() string) (address string, client *tls.Config) {
	t.Helper()
	dir := t.TempDir()
	p := &modes.Process{Env: func(name string) string {
		if name == "XDG_STATE_HOME" || name == "LocalAppData" {
			return dir
		}
		return ""
	}}
	s := &settings{data: "random", rekey: 10, maxLife: time.Hour, idle: time.Hour}
	id, _, err := s.identity(p)
	fatal(t, err)
	log := slog.New(slog.DiscardHandler)
	config, err := s.config(p, log, keys.BuiltIn())
	fatal(t, err)
	if text != nil {
		config.Text = text
	}
	core, err := wire.NewServer(config)
	fatal(t, err)
	listeners, err := listen(t.Context(), []string{"127.0.0.1:0"}, 0)
	fatal(t, err)
	signals, ended := make(chan os.Signal, 1), make(chan error, 1)
	go func() { ended <- newServer(core, id, log).serveUntil(listeners, signals, time.Second) }()
	t.Cleanup(func() {
		signals <- os.Interrupt
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listeners[0].Addr().String(), trusting(t, id.CertFile)
}

func dialReference(address string, config *tls.Config) (*referenceClient, error) {
	conn, err := tls.Dial("tcp", address, config)
	if err != nil {
		return nil, err
	}
	return &referenceClient{conn: conn}, conn.SetDeadline(time.Now().Add(time.Minute))
}

// randomSession is one session of random texts, with a key at each tenth.
func randomSession(address string, config *tls.Config, requests int) error {
	c, err := dialReference(address, config)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	if err := c.hello(); err != nil {
		return fmt.Errorf("HELLO: %w", err)
	}
	for range requests {
		text, rekeyed, err := c.request()
		if err != nil || len(text) != 8 || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz") != "" {
			return fmt.Errorf("session %s, sequence %d: %q, %w", c.session, c.sequence, text, err)
		}
		if rekeyed != ((c.sequence-1)%10 == 0) {
			return fmt.Errorf("session %s, sequence %d: new key %t", c.session, c.sequence, rekeyed)
		}
	}
	return c.close()
}

// TestReferenceClient: 1,000 requests in 20 sessions, four at once.
func TestReferenceClient(t *testing.T) {
	const sessions, atOnce, requests = 20, 4, 50
	address, config := realServer(t, nil)
	var all sync.WaitGroup
	var begun atomic.Int32
	for range atOnce {
		all.Go(func() {
			for begun.Add(1) <= sessions {
				if err := randomSession(address, config, requests); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// texts are what --data may give.
var texts = []string{"", "x", "it's \"quoted\" \\ {}", "eight...", "sixteen bytes...", "grüße ✓ 😀", strings.Repeat("z", wire.MaxText)}

// TestReferenceClientTexts: 1,000 requests in 4 sessions for texts that are given,
// of which some four would lose a zero byte.
func TestReferenceClientTexts(t *testing.T) {
	const sessions, requests = 4, 250
	var n atomic.Int32
	given := func(n int32) string { return texts[int(n)%len(texts)] }
	address, config := realServer(t, func() string { return given(n.Add(1)) })
	for range sessions {
		c, err := dialReference(address, config)
		fatal(t, err)
		fatal(t, c.hello())
		for range requests {
			text, rekeyed, err := c.request()
			if want := given(n.Load()); err != nil || text != want {
				t.Fatalf("session %s, sequence %d: %q, want %q, %v", c.session, c.sequence, text, want, err)
			}
			if !rekeyed && (c.sequence-1)%10 == 0 {
				t.Errorf("sequence %d without a new key", c.sequence)
			}
		}
		if c.keys < 1+requests/10 || c.keys > 1+requests/10+10 {
			t.Errorf("%d keys", c.keys)
		}
		fatal(t, c.close())
	}
}

// TestReferenceClientTrust: it trusts no other certificate than the file's, so
// the sessions above were with the right one.
func TestReferenceClientTrust(t *testing.T) {
	address, _ := realServer(t, nil)
	_, foreign := realServer(t, nil)
	_, err := dialReference(address, foreign)
	if unknown := (x509.UnknownAuthorityError{}); !errors.As(err, &unknown) {
		t.Errorf("dialled with another's certificate: %v", err)
	}
}

// TestReferenceClientRefused: the CLOSE of a refused login can be read by it.
func TestReferenceClientRefused(t *testing.T) {
	address, config := realServer(t, nil)
	c, err := dialReference(address, config)
	fatal(t, err)
	c.sequence = 1
	fatal(t, c.say(`{'header': {'MAC': 'm'}, 'data': {'username': "o'neill", 'password': 'x', 'message-type': 'HELLO', 'sequence': 1}}`))
	data, err := c.hear("CLOSE")
	if err != nil || data["isAuthencatedUser"] != "false" {
		t.Errorf("%v %v", data, err)
	}
}

// TestReferenceClientDies: the double is as unforgiving as it is said to be.
func TestReferenceClientDies(t *testing.T) {
	zero := new(big.Int).SetBytes(bytes.Repeat([]byte{7}, 31))
	digits := func(n *big.Int) json.Number {
		return json.Number(n.Add(n, big.NewInt(1269)).String())
	}
	c := &referenceClient{iv: []byte("abcdefghijklmnop")}
	if err := c.rekey(digits(zero)); err == nil {
		t.Error("took a key that lost a byte")
	}
	fatal(t, c.rekey(digits(new(big.Int).SetBytes(bytes.Repeat([]byte{7}, 32)))))
	if _, err := unpad(make([]byte, 15)); err == nil {
		t.Error("took 15 bytes")
	}
	for _, answer := range []string{
		`{"header":{},"data":{"sequesce":0,"message-type":"X"}}{"header":{},"data":{}}`,
		`{"header":{},"data":{"sequesce":0,"message-type":"X","a":"it's"}}`,
		`{"header":{},"data":{"sequesce":0,"message-type":"X","a":True}}`,
		`{"header":{},"data":{"sequesce":0,"message-type":"X","a":"` + strings.Repeat("x", 1000) + `"}}`,
		`{"header":{},"data":{"sequesce":0,`,
	} {
		if _, err := (&referenceClient{conn: canned{Reader: strings.NewReader(answer)}}).hear("X"); err == nil {
			t.Errorf("took %s", answer)
		}
	}
	if _, err := (&referenceClient{conn: canned{Reader: strings.NewReader(`{'header':{},'data':{'sequesce':0,'message-type':'X'}}`)}}).hear("X"); err != nil {
		t.Error(err)
	}
}

// canned is a connection from which one can only read.
type canned struct {
	net.Conn
	*strings.Reader
}

func (c canned) Read(b []byte) (int, error) { return c.Reader.Read(b) }
