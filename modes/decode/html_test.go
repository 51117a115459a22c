package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"proto/modes"
)

var partOf = regexp.MustCompile(`(?s)<script type="application/json" class="(frames|summary)">(.*?)</script>`)

// drawn decodes to a page, and reads the rows out of it.
func drawn(t *testing.T, p *modes.Process, change func(*options)) (rows [][]any, page string, err error) {
	t.Helper()
	o := &options{html: filepath.Join(t.TempDir(), "page.html"), workers: 2}
	if change != nil {
		change(o)
	}
	p.Out, p.Err, p.Env = io.Discard, io.Discard, func(string) string { return "" }
	err = o.run(context.Background(), p)
	text, readErr := os.ReadFile(o.html)
	if readErr != nil {
		t.Fatal(readErr)
	}
	for _, m := range partOf.FindAllSubmatch(text, -1) {
		if string(m[1]) != "frames" {
			continue
		}
		var part []any
		if err := json.Unmarshal(m[2], &part); err != nil {
			t.Fatal(err)
		}
		for _, row := range part {
			if fields, ok := row.([]any); ok {
				rows = append(rows, append(fields, make([]any, 12)...))
			}
		}
	}
	return rows, string(text), err
}

// TestDrawnForms: a page has each frame of each form of capture, and its texts.
func TestDrawnForms(t *testing.T) {
	for _, file := range forms(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := decodeJSON(t, text, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows, _, err := drawn(t, &modes.Process{In: bytes.NewReader(text)}, nil)
		if err != nil || len(rows) != len(lines) {
			t.Fatalf("%s: %d rows of %d frames: %v", file, len(rows), len(lines), err)
		}
		for i, l := range lines {
			row := rows[i]
			if row[0] != float64(l.Offset) || row[3] != l.Type || l.Text != "" && row[9] != l.Text || l.KeyPeriod > 0 && row[8] != float64(l.KeyPeriod) {
				t.Fatalf("%s: row %v of %+v", file, row, l)
			}
			if want := map[string]any{"c2s": 1.0, "s2c": 2.0}[l.Dir]; row[2] != want {
				t.Fatalf("%s: direction %v of %+v", file, row[2], l)
			}
		}
	}
}

// TestDrawnHeld: rows stand in the order of the capture also where an answer waits
// for later ones.
func TestDrawnHeld(t *testing.T) {
	capture := `{"header":{},"data":{"sequesce":1,"sessionId":1,"message-type":"HELLO_ACK","key1":56143797824841494679021642319300020262282527220539511750690840295639543043255,"key2":156046093517905918062671563777744272733,"token":"x"}}
{"header":{},"data":{"sequesce":2,"sessionId":1,"message-type":"DATA_RESPONSE","data":12621679940747315704}}
{"header":{},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":3}}
`
	rows, _, err := drawn(t, &modes.Process{In: strings.NewReader(capture)}, nil)
	if err != nil || len(rows) != 3 || rows[1][9] != "qzzqbinx" || rows[2][3] != "DATA_REQUEST" {
		t.Errorf("%v %v", rows, err)
	}
}

// TestDrawnHidden: no password, key or token stands in a page, unless asked for; and
// nothing of a capture stands in it that acts on a reader's screen.
func TestDrawnHidden(t *testing.T) {
	capture := `{"header":{"MAC":"\u202eevil"},"data":{"username":"</script>\u2028","password":"opensesame","message-type":"HELLO","sequence":1}}
{"header":{},"data":{"sequesce":1,"sessionId":1,"message-type":"HELLO_ACK","key1":62083099969198950088840661006039682774096309907196298908499742085715836180319,"key2":132104839826221409394459996176492231521,"token":"e30.eyJhIjoiPGI+In0.sig"}}
`
	secrets := []string{"opensesame", "62083099", "132104839", "eyJhIjoiPGI"}
	for _, shown := range []bool{false, true} {
		_, page, err := drawn(t, &modes.Process{In: strings.NewReader(capture)}, func(o *options) { o.secrets = shown })
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			if strings.Contains(page, s) != shown {
				t.Errorf("--secrets=%v: %s", shown, s)
			}
		}
		if strings.ContainsAny(page, "\u202e\u2028") || strings.Count(page, "</script>") != 3 {
			t.Errorf("--secrets=%v: the capture acts", shown)
		}
	}
}

// TestDrawnSignal: a signal ends the capture, and what was read is drawn.
func TestDrawnSignal(t *testing.T) {
	in, out := io.Pipe()
	signals := make(chan os.Signal, 1)
	go func() {
		_, _ = io.WriteString(out, `{"header":{},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":3}}`+"\n")
		signals <- os.Interrupt
		for { // until nobody reads: a signal is seen with what comes next
			if _, err := io.WriteString(out, "\n"); err != nil {
				return
			}
		}
	}()
	rows, page, err := drawn(t, &modes.Process{In: in, Signals: signals}, nil)
	in.Close()
	if code := new(modes.Process).Report(err); code != modes.ExitInterrupt {
		t.Errorf("exit code %d", code)
	}
	if len(rows) != 1 || !strings.Contains(page, `"ended":"stopped by a signal"`) {
		t.Errorf("%v", rows)
	}
}

// TestDrawnFiles: each file is named once before its frames.
func TestDrawnFiles(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, name := range []string{"a.log", "b.log"} {
		file := filepath.Join(dir, name)
		frame := `{"header":{},"data":{"sessionId":1,"message-type":"DATA_REQUEST","sequence":3}}`
		if err := os.WriteFile(file, []byte(frame+"\n"+frame+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	_, page, err := drawn(t, &modes.Process{}, func(o *options) { o.files = files })
	if err != nil {
		t.Fatal(err)
	}
	var part []any
	if err := json.Unmarshal([]byte(partOf.FindStringSubmatch(page)[2]), &part); err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return slices.IndexFunc(part, func(row any) bool { return row == name }) }
	if len(part) != 6 || at(files[0]) != 0 || at(files[1]) != 3 {
		t.Errorf("%v", part)
	}
}
