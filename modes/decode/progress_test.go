package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"proto/modes"
)

// TestProgress: the bar of a file shows how much of it has been read, packed or not.
func TestProgress(t *testing.T) {
	var text, packed bytes.Buffer
	if err := writeTraffic(&text, 1e6, false); err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(text.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"as it is": text.Bytes(), "gzip": packed.Bytes(), "zstd": packedFrame(t, text.Bytes()),
		"UTF-16": []byte(inUTF16(binary.LittleEndian, text.String())),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "capture")
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			var shown bytes.Buffer
			p := &modes.Process{Out: io.Discard, Err: &shown, StatusLine: true}
			c := newCapture(&options{files: []string{file}}, p)
			b, last, n := newBatch(), -1, 0
			for c.read(t.Context(), b) == nil {
				if c.bar == nil {
					t.Fatal("there is no bar")
				}
				c.bar.next = time.Time{} // it is time to show it
				found := regexp.MustCompile(`(\d+) %  \d+ MB/s  \S+ left$`).FindSubmatch(shown.Bytes())
				if found == nil {
					continue
				}
				var now int
				fmt.Sscan(string(found[1]), &now)
				if now < last || now > 100 {
					t.Errorf("%d %% behind %d %%", now, last)
				}
				if now != last {
					n++
				}
				last = now
			}
			if n < 3 || last < 90 {
				t.Errorf("%d numbers up to %d %%", n, last)
			}
		})
	}
}
