package decode

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"proto/modes"
)

// packedFrame is zstd of a text, by an encoder with some options. It is written in two pieces,
// unless it is to be one segment.
func packedFrame(t *testing.T, text []byte, options ...zstd.EOption) []byte {
	t.Helper()
	var b bytes.Buffer
	e, err := zstd.NewWriter(&b, append(options, zstd.WithEncoderConcurrency(1))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range [][]byte{text[:len(text)/2], text[len(text)/2:]} {
		if _, err := e.Write(piece); err != nil {
			t.Fatal(err)
		}
		if err := e.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oneSegment is zstd whose window is all of the text.
func oneSegment(t *testing.T, text []byte) []byte {
	t.Helper()
	e, err := zstd.NewWriter(nil, zstd.WithSingleSegment(true), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return e.EncodeAll(text, nil)
}

// TestZstdWindow: what asks for more memory than there is to be gets the command that
// unpacks it, and is not called damaged. What is before it is read.
func TestZstdWindow(t *testing.T) {
	text, err := os.ReadFile("testdata/bare-json.txt")
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Join(truths(t)[0], "\n") + "\n"
	long := append(bytes.Repeat([]byte("\n"), 8<<20), text...)
	usual := packedFrame(t, text, zstd.WithWindowSize(8<<20))
	const tooMuch, damaged = "it is zstd with a window of ", "it is damaged zstd: "
	for name, test := range map[string]struct {
		packed         []byte
		texts, problem string
	}{
		"8 MiB":                    {usual, texts, ""},
		"16 MiB":                   {packedFrame(t, text, zstd.WithWindowSize(16<<20)), "", tooMuch + "16 MiB, "},
		"512 MiB":                  {packedFrame(t, text, zstd.WithWindowSize(512<<20)), "", tooMuch + "512 MiB, "},
		"2 GiB":                    {[]byte("\x28\xb5\x2f\xfd\x00\xa8"), "", tooMuch + "2048 MiB, "},
		"one segment":              {oneSegment(t, text), texts, ""},
		"one segment of 8 MiB":     {oneSegment(t, long[len(text):]), texts, ""},
		"one segment of more":      {oneSegment(t, long), "", tooMuch + "9 MiB, "},
		"16 MiB, behind 8 MiB":     {append(bytes.Clone(usual), packedFrame(t, text, zstd.WithWindowSize(16<<20))...), texts, tooMuch + "16 MiB, "},
		"a damaged block":          {append(bytes.Clone(usual[:6]), 0xff, 0xff, 0xf8), "", damaged},
		"a damaged block of 1 MiB": {append(bytes.Clone(usual[:6]), 0x00, 0x00, 0x80), "", damaged},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "it's packed.zst")
			if err := os.WriteFile(file, test.packed, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := decoded(t, nil, file)
			if got != test.texts {
				t.Errorf("%q, want %q", got, test.texts)
			}
			var e *modes.Error
			switch {
			case test.problem == "" && err != nil:
				t.Error(err)
			case test.problem == "":
			case !errors.As(err, &e) || e.Code != modes.ExitPeer || !strings.Contains(e.Message, test.problem):
				t.Errorf("%v, want %q", err, test.problem)
			case test.problem == damaged && e.Hint != "", test.problem != damaged && e.Hint != "zstd -dc --long=31 "+modes.ShellWord(file)+" | proto decode":
				t.Errorf("hint %q", e.Hint)
			}
		})
	}
}
