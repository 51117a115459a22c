package decode

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"proto/modes"
)

// inUTF16 is a text as Windows writes it, with its mark.
func inUTF16(order binary.AppendByteOrder, s string) string {
	b := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// TestUTF16: whatever the pieces, the text is the same; what is half a character is U+FFFD.
func TestUTF16(t *testing.T) {
	long := strings.Repeat("aä€😀", 3_000)
	for name, test := range map[string]struct{ units, want string }{
		"nothing":           {"", ""},
		"ASCII":             {"a\x00\n\x00", "a\n"},
		"all lengths":       {"a\x00\xe4\x00\xac\x20\x3d\xd8\x00\xde", "aä€😀"},
		"long":              {inUTF16(binary.LittleEndian, long)[2:], long},
		"an odd byte":       {"a\x00b", "a\ufffd"},
		"one byte":          {"a", "\ufffd"},
		"a high one":        {"\x3d\xd8a\x00", "\ufffda"},
		"two high ones":     {"\x3d\xd8\x3d\xd8\x00\xde", "\ufffd😀"},
		"a low one":         {"\x00\xdea\x00", "\ufffda"},
		"a high one, last":  {"a\x00\x3d\xd8", "a\ufffd"},
		"a high one, odd":   {"\x3d\xd8\x00", "\ufffd\ufffd"},
		"a mark within":     {"a\x00\xff\xfe", "a\ufeff"},
		"a NUL":             {"a\x00\x00\x00b\x00", "a\x00b"},
		"the last, U+FFFF":  {"\xff\xff", "\uffff"},
		"what is no letter": {"\x1b\x00", "\x1b"},
	} {
		for pieces, make := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "halves": iotest.HalfReader, "with the end": iotest.DataErrReader,
		} {
			if err := iotest.TestReader(&utf16Reader{in: make(strings.NewReader(test.units)), order: binary.LittleEndian}, []byte(test.want)); err != nil {
				t.Errorf("%s, %s: %v", name, pieces, err)
			}
		}
	}
	broken := errors.New("broken")
	got, err := io.ReadAll(&utf16Reader{in: io.MultiReader(strings.NewReader("\x00a\x00"), iotest.ErrReader(broken)), order: binary.BigEndian})
	if string(got) != "a\ufffd" || err != broken {
		t.Errorf("%q, %v", got, err)
	}
}

// TestUTF16File: such a file is read as it is, in either order. Offsets are those of its
// text.
func TestUTF16File(t *testing.T) {
	const frame = `{"header":{},"data":{"message-type":"CLOSE"}}` + "\r\n"
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		lines, err := decodeJSON(t, []byte(inUTF16(order, frame+"ä€ "+frame)), nil)
		if want := int64(len(frame + "ä€ ")); err != nil || len(lines) != 2 || lines[1].Offset != want {
			t.Errorf("%v: %+v, %v", order, lines, err)
		}
	}
	for _, short := range []string{"\xff\xfe", "\xff\xfe{", "\xfe\xff\x00{\x00\""} {
		var e *modes.Error
		if _, err := decodeJSON(t, []byte(short), nil); !errors.As(err, &e) || e.Code != modes.ExitPeer {
			t.Errorf("%q: %v", short, err)
		}
	}
}

// TestUTF16Followed: a file that is followed is read as bytes, and what helps is said.
func TestUTF16Followed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a log")
	if err := os.WriteFile(file, []byte(inUTF16(binary.LittleEndian, "{}")), 0o600); err != nil {
		t.Fatal(err)
	}
	var e *modes.Error
	o := &options{follow: true, workers: 1, files: []string{file}}
	err := o.run(t.Context(), &modes.Process{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Env: func(string) string { return "" }})
	if !errors.As(err, &e) || e.Code != modes.ExitPeer || !strings.HasSuffix(e.Message, "it is UTF-16") || e.Hint != "tail -c +1 -f '"+file+"' | proto decode" {
		t.Errorf("%+v", err)
	}
}
