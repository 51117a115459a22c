package scan

import "bytes"

// prefixReader takes the lines that begin as the frame's second one does, times
// aside.
type prefixReader struct {
	prefix []byte // with all times alike
	plain  []byte // as the opening line has it
}

func newPrefixReader(opening []byte, second *secondLine) *prefixReader {
	n, _ := samePrefix(opening, second.prefix)
	return &prefixReader{prefix: second.prefix, plain: opening[:n]}
}

func (r *prefixReader) line(line []byte) ([]byte, bool) {
	n, ok := samePrefix(line, r.prefix)
	if !ok {
		return nil, false
	}
	return bytes.TrimRight(line[n:], "\r\n"), true
}

func (r *prefixReader) context(c Context) Context {
	if c.Stream == "" {
		c.Stream = streamOf(r.prefix)
	}
	if c.Time == "" {
		c.Time = findTime(r.plain)
	}
	return c
}
