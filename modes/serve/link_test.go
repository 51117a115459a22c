package serve

import (
	"bytes"
	"io"
	"net"
	"testing"
)

// TestLinkWipe: of what a connection read last nothing is left in TLS's memory, in however
// many pieces it came.
func TestLinkWipe(t *testing.T) {
	for _, pieces := range [][]string{{"password"}, {"pass", "word"}, {"pa", "s", "swor", "d"}, {"a long record first, then the", "password"}} {
		client, server := net.Pipe()
		l := &link{Conn: server}
		memory := make([]byte, 64) // as TLS has it: one buffer, read into behind what is there
		at := 0
		for i, piece := range pieces {
			go func() { _, _ = io.WriteString(client, piece) }()
			if i > 0 && at > 8 {
				at = 0 // what was there has been taken
			}
			n, err := io.ReadFull(l, memory[at:at+len(piece)])
			fatal(t, err)
			at += n
		}
		l.wipe()
		if !bytes.Equal(memory, make([]byte, len(memory))) {
			t.Errorf("%q: %q is left", pieces, memory)
		}
		l.wipe()
		client.Close()
		server.Close()
	}
}
