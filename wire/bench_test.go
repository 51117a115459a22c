package wire

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"math/big"
	"strconv"
	"testing"
	"time"
)

var benchFrame = []byte(`{"header": {"token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYW1lIjoiY2xpZW50MSIsImlkIjoxfQ.8fQUiqhpLcX-GKn2WxRrcvqZ_l85-wSGGNxHzo2tiwk"}, "data": {"sessionId": 1, "message-type": "DATA_REQUEST", "sequence": 1234567890123, "x": "yyyyyyyyyyyyy"}}`)

func BenchmarkParseFrame(b *testing.B) {
	var f Frame
	b.ReportAllocs()
	b.SetBytes(int64(len(benchFrame)))
	for b.Loop() {
		if _, err := Parse(benchFrame, Limits{}, &f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseNumber16(b *testing.B) {
	var dst [16]byte
	digits := []byte("340282366920938463463374607431768211455")
	b.ReportAllocs()
	for b.Loop() {
		if err := ParseNumber(dst[:], digits, Shift); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendNumber16(b *testing.B) {
	src := []byte("uebikxubbfiumoxh")
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendNumber(dst[:0], src, Shift)
	}
}

func BenchmarkParseNumber32(b *testing.B) {
	var dst [32]byte
	digits := []byte("56143797824841494679021642319300020262282527220539511750690840295639543043255")
	b.ReportAllocs()
	for b.Loop() {
		if err := ParseNumber(dst[:], digits, Shift); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	c := NewChain(Key{1}, IV{2}, Dialect{})
	text := []byte("qzzqbinx")
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = c.Seal(dst[:0], text)
	}
}

func BenchmarkOpen(b *testing.B) {
	c := NewChain(Key{1}, IV{2}, Dialect{})
	digits := []byte("270282366920938463463374607431768211455")
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = c.Open(dst[:0], digits)
	}
}

// The slow references: what the standard library does the same with.

func BenchmarkParseFrameSlow(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		dec := json.NewDecoder(bytes.NewReader(benchFrame))
		dec.UseNumber()
		var frame struct {
			Header map[string]any `json:"header"`
			Data   map[string]any `json:"data"`
		}
		if err := dec.Decode(&frame); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseNumber16Slow(b *testing.B) {
	var dst [16]byte
	b.ReportAllocs()
	for b.Loop() {
		v, ok := new(big.Int).SetString("340282366920938463463374607431768211455", 10)
		if !ok {
			b.Fatal("no number")
		}
		v.Sub(v, big.NewInt(Shift)).FillBytes(dst[:])
	}
}

func BenchmarkSealSlow(b *testing.B) {
	text := appendPadding([]byte("qzzqbinx"))
	b.ReportAllocs()
	for b.Loop() {
		v := new(big.Int).SetBytes(slowCFB8(Key{1}, Register{2}, text, true))
		_ = v.Add(v, big.NewInt(Shift)).String()
	}
}

// BenchmarkAnswer: a whole DATA_REQUEST, without the connection.
func BenchmarkAnswer(b *testing.B) {
	s := newBench(b, func(c *ServerConfig) { c.Now, c.Random = time.Now, crand.Reader })
	s.login()
	var stream bytes.Buffer
	for i := range 1000 {
		stream.WriteString(request(1, strconv.Itoa(i+2)) + "\n")
	}
	all := stream.Bytes()
	dst := make([]byte, 0, MaxFrame)
	b.ReportAllocs()
	var r *Reader
	for i := 0; b.Loop(); i++ {
		if i%1000 == 0 {
			r = NewReader(bytes.NewReader(all), Limits{})
		}
		f, err := r.Next()
		if err != nil {
			b.Fatal(err)
		}
		if v := s.Answer(context.Background(), dst, f, home); v.Event != Answered {
			b.Fatal(v.Refusal)
		}
	}
}
