package decode

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"proto/modes"
)

// TestNamesWithEscapes: names that are spelled with escapes are those of their own frame,
// whatever stands in the frames behind it.
func TestNamesWithEscapes(t *testing.T) {
	hello := `{"header":{"MAC":"f8:94:c2:02:86:ee"},"data":{"user\u006eame":"client1","password":"x","message-type":"HELLO","sequence":1}}` + "\n"
	later := `{"header":{"\u0078\u0078\u0078\u0078\u0078\u0078\u0078\u0078":1},"data":{"sequesce":1,"message-type":"CLOSE"}}` + "\n"
	for workers := 1; workers <= 2; workers++ {
		var out bytes.Buffer
		o := &options{workers: workers}
		p := &modes.Process{In: strings.NewReader(hello + later), Out: &out, Err: io.Discard, Env: func(string) string { return "" }}
		if err := o.run(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "user=client1 password=(hidden) MAC=f8:94:c2:02:86:ee"); n != 1 {
			t.Errorf("%d workers: %q", workers, out.String())
		}
	}
}
