package decode

import (
	"bufio"
	"bytes"
	"context"
	"crypto/aes"
	"crypto/rand"
	"encoding/json"
	"io"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"proto/modes"
	"proto/wire"
)

// writeTraffic writes sessions of 98 answers each until there are size bytes, in
// JSON or as literals, a frame a line.
func writeTraffic(w io.Writer, size int, literal bool) error {
	server, err := wire.NewServer(wire.ServerConfig{
		Login: func(context.Context, string, []byte) (wire.User, error) { return wire.User{Name: "test", ID: 1}, nil },
		Token: func(wire.User, int64, time.Time, time.Time) (string, error) {
			return "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYW1lIjoiY2xpZW50MSIsImlkIjoxfQ.KPApBO3kDgY1900AxJeduX952ND-7mB0-mv3VVJc4zs", nil
		},
		Now: time.Now, Random: bufio.NewReader(rand.Reader), Rekey: 10,
	})
	if err != nil {
		return err
	}
	var f wire.Frame
	n := 0
	put := func(frame []byte) error {
		if literal {
			frame = bytes.ReplaceAll(frame, []byte(`"`), []byte(`'`))
		}
		m, err := w.Write(frame)
		n += m
		return err
	}
	ask := func(frame []byte, err error) error {
		if err == nil {
			_, err = wire.Parse(frame, wire.Limits{}, &f)
		}
		if err != nil {
			return err
		}
		reply := server.Answer(context.Background(), nil, &f, netip.MustParseAddr("127.0.0.1")).Reply
		if err := put(frame); err != nil {
			return err
		}
		if _, err := wire.Parse(reply, wire.Limits{}, &f); err != nil {
			return err
		}
		return put(reply)
	}
	for n < size {
		if err := ask(wire.AppendHello(nil, wire.Hello{User: "test", Password: "test", MAC: "02:fc:00:00:00:01", Sequence: 1})); err != nil {
			return err
		}
		token, _ := f.Data.Get("token").Text()
		id, _ := f.Data.Get("sessionId").Int64()
		for i := int64(2); i < 100 && n < size; i++ {
			if err := ask(wire.AppendRequest(nil, token, id, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestMakeCapture makes the captures of the benchmark script, where that asks for
// them.
func TestMakeCapture(t *testing.T) {
	dir := os.Getenv("PROTO_CAPTURE")
	if dir == "" {
		dir = t.TempDir()
	}
	megabytes, err := strconv.Atoi(os.Getenv("PROTO_CAPTURE_MB"))
	if err != nil {
		megabytes = 1
	}
	for _, spelling := range []string{"json", "literal"} {
		f, err := os.Create(filepath.Join(dir, "capture."+spelling))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 1<<20)
		if err := writeTraffic(w, megabytes*1e6, spelling == "literal"); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func benchmarkCapture(b *testing.B) []byte {
	if name := os.Getenv("PROTO_CAPTURE_FILE"); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		return text
	}
	var text bytes.Buffer
	if err := writeTraffic(&text, 2e6, false); err != nil {
		b.Fatal(err)
	}
	return text.Bytes()
}

// decodeTexts decodes a capture to its texts.
func decodeTexts(text []byte, w io.Writer) error {
	o := &options{text: true, workers: 1}
	p := &modes.Process{In: bytes.NewReader(text), Out: w, Err: io.Discard, Env: func(string) string { return "" }}
	return o.run(context.Background(), p)
}

func BenchmarkDecoder(b *testing.B) {
	text := benchmarkCapture(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := decodeTexts(text, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSlowDecoder(b *testing.B) {
	text := benchmarkCapture(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := slowDecode(text, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// slowDecode is the plain way: encoding/json, math/big, and AES by the book.
func slowDecode(text []byte, w io.Writer) error {
	type slowSession struct{ key, iv, register []byte }
	sessions := make(map[string]*slowSession)
	bytesOf := func(n json.Number, size int) []byte {
		v, _ := new(big.Int).SetString(string(n), 10)
		return v.Sub(v, big.NewInt(wire.Shift)).FillBytes(make([]byte, size))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for {
		var f struct{ Data map[string]any }
		if err := d.Decode(&f); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		id, _ := f.Data["sessionId"].(json.Number)
		switch f.Data["message-type"] {
		case wire.TypeHelloAck:
			iv := bytesOf(f.Data["key2"].(json.Number), 16)
			sessions[string(id)] = &slowSession{bytesOf(f.Data["key1"].(json.Number), 32), iv, iv}
		case wire.TypeResponse:
			s := sessions[string(id)]
			if key, ok := f.Data["key1"].(json.Number); ok {
				s.key, s.register = bytesOf(key, 32), s.iv
			}
			block, err := aes.NewCipher(s.key)
			if err != nil {
				return err
			}
			cipherText := bytesOf(f.Data["data"].(json.Number), 16)
			plain := make([]byte, 16)
			register := append([]byte(nil), s.register...)
			for i, c := range cipherText {
				out := make([]byte, 16)
				block.Encrypt(out, register)
				plain[i] = c ^ out[0]
				register = append(register[1:], c)
			}
			s.register = register
			if _, err := io.WriteString(w, string(plain[:16-int(plain[15])])+"\n"); err != nil {
				return err
			}
		}
	}
}

// TestSlowDecoder: the decoder reads what the plain way reads.
func TestSlowDecoder(t *testing.T) {
	var text, want, got bytes.Buffer
	if err := writeTraffic(&text, 300_000, false); err != nil {
		t.Fatal(err)
	}
	if err := slowDecode(text.Bytes(), &want); err != nil {
		t.Fatal(err)
	}
	if err := decodeTexts(text.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() || strings.Count(want.String(), "\n") < 500 {
		t.Errorf("%d texts, want %d", strings.Count(got.String(), "\n"), strings.Count(want.String(), "\n"))
	}
}
