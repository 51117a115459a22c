package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"proto/modes"
)

// FuzzDecode: any bytes end with an exit code of the table; every line of JSON is
// one, and no line for people holds what acts on a terminal.
func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/*")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b[:min(len(b), 2000)])
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, o := range []*options{{json: true, verify: true, workers: 1}, {workers: 1, secrets: true}} {
			var out bytes.Buffer
			p := &modes.Process{In: bytes.NewReader(text), Out: &out, Err: io.Discard, Env: func(string) string { return "" }}
			err := o.run(context.Background(), p)
			var e *modes.Error
			if err != nil && (!errors.As(err, &e) || e.Code != modes.ExitNotWell && e.Code != modes.ExitPeer) {
				t.Fatalf("%v", err)
			}
			for line := range strings.Lines(out.String()) {
				line = strings.TrimSuffix(line, "\n")
				if o.json && !json.Valid([]byte(line)) {
					t.Fatalf("no JSON: %q", line)
				}
				if !o.json && strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
					t.Fatalf("%q", line)
				}
			}
		}
	})
}
