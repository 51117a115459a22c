package scan

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"proto/wire"
)

// FuzzScan: any bytes end; what is found does not depend on the pieces they come in.
func FuzzScan(f *testing.F) {
	files, _ := filepath.Glob("../testdata/*")
	for i, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b[:min(len(b), 1500)], uint16(i*37+1))
		}
	}
	lead := `{"time":"2026-11-23T14:33:46.000001Z","dir":"c2s","peer":"h:1","stream":"1",`
	f.Add([]byte(lead+`"frame":"{\"header\":{},\"da"}`+"\n"+lead+`"hex":"7461223a7b7d7d"}`+"\n"), uint16(9))
	f.Add([]byte("1795444426.5\t0\t5000\t{'header': {}, 'da\n1795444426.6\t0\t5000\tta': {'sequesce': 1}}\n"), uint16(9))
	f.Add([]byte(`{"header":{"":""},"data":{"":6}}N{`+"\n"+`N"message-type"`), uint16(31)) // on the line of another
	f.Fuzz(func(t *testing.T, text []byte, piece uint16) {
		want := scanAll(text, max(1, len(text)), true)
		if got := scanAll(text, int(piece)%max(1, len(text))+1, true); !slices.Equal(got, want) {
			t.Fatalf("%q in pieces of %d:\n%s\nwant\n%s", text, int(piece)%max(1, len(text))+1, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// FuzzBareStream: of a bare stream the scanner finds the frames that package wire
// reads.
func FuzzBareStream(f *testing.F) {
	for _, name := range []string{"bare-json.txt", "bare-literal.txt"} {
		if b, err := os.ReadFile("../testdata/" + name); err == nil {
			f.Add(b[:1000])
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want []string
		reader := wire.NewReader(bytes.NewReader(text), wire.Limits{Bytes: MaxFrame, Levels: maxLevels})
		for {
			frame, err := reader.Next()
			if err != nil {
				break
			}
			i := skipSpace(frame.Raw(), 1)
			if len(frame.Data) == 0 || i == len(frame.Raw()) {
				return // not what the scanner looks for
			}
			if !frame.Type().Present() && (!frame.Top.Get("header").Present() || frame.Data.Get("data").Kind() == wire.Object) {
				return // other programs have data, too, and what is around a frame has both
			}
			if kind, _ := nameAhead(frame.Raw()[i+1:], frame.Raw()[i]); kind != plainAnchor {
				return
			}
			want = append(want, string(frame.Raw()))
		}
		var got []string
		(&Scanner{}).Scan(text, true, func(f *Found) {
			if f.Whole {
				got = append(got, string(f.Frame.Raw()))
			}
		})
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Fatalf("%q\nfound %q\nwire reads %q", text, got, want)
		}
	})
}

// TestStrayBraces: braces that begin no frame neither hang the scanner nor hide a
// frame.
func TestStrayBraces(t *testing.T) {
	const frame = `{"header":{},"data":{"message-type":"CLOSE","sequesce":1}}`
	for _, stray := range []string{`{ "`, `{"header"`, `{"header":`, `{"header":{"a":`, `{"data":[`, `{\"header\":`, `{\n", "`, "{\n  x \"header\": ", "log: {\n", "{\"header\": {\n"} {
		for _, n := range []int{1, 100, 5_000} {
			text := strings.Repeat(stray+" ", n) + "\n" + frame + "\n" + stray
			found := scanAll([]byte(text), 64<<10, true)
			if len(found) == 0 || !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, `frame  "CLOSE" 1`) }) {
				t.Errorf("%d times %q: %q", n, stray, found)
			}
		}
	}
}

// TestLongFrame: a frame of up to MaxFrame bytes is found, a longer one is not, and
// what is behind it is.
func TestLongFrame(t *testing.T) {
	frame := func(n int) string {
		return `{"header":{},"data":{"message-type":"CLOSE","x":"` + strings.Repeat("x", n) + `"}}`
	}
	fixed := len(frame(0))
	text := frame(MaxFrame-fixed) + frame(MaxFrame-fixed+1) + frame(1)
	if found := scanAll([]byte(text), 1000, false); len(found) < 2 || !strings.HasPrefix(found[0], "frame") {
		t.Errorf("%d finds", len(found))
	}
}

// TestHexRecord: a record of a frame that is no UTF-8 is read, in any pieces.
func TestHexRecord(t *testing.T) {
	frame := "{\"header\":{\"MAC\":\"\xff\"},\"data\":{\"message-type\":\"HELLO\",\"sequence\":1}}"
	text := fmt.Sprintf(`{"time":"2026-11-26T01:39:24.395722Z","dir":"c2s","peer":"127.0.0.1:5","stream":"7","hex":"%x0a"}`+"\n", frame)
	want := `frame  "HELLO" 1 [2026-11-26T01:39:24.395722Z|7|127.0.0.1:5|c2s]`
	spaced := strings.NewReplacer(`":"`, `": "`, `","`, `", "`).Replace(text) // as another tool writes JSON
	for _, text := range []string{text, spaced, text + `{"time":"x","hex":"7bz"}` + "\n", "{\"time\":\"\n" + text} {
		for _, piece := range []int{1, 10, len(text)} {
			if got := scanAll([]byte(text), piece, true); len(got) != 1 || got[0] != want {
				t.Errorf("in pieces of %d: %q", piece, got)
			}
		}
	}
}
