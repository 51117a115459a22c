package scan

import "bytes"

// sourceKind is what has records that may each have a part of a frame.
type sourceKind int

const (
	columns       sourceKind = iota // tshark -T fields: time, stream, port, bytes
	ourRecords                      // --record
	dockerRecords                   // json-file: lines of more than 16 KiB in parts
	criLines                        // CRI: the same, marked
	packets                         // tshark -T json and -T ek
)

// source is what the records of one stream and direction have in common.
type source struct {
	kind   sourceKind
	lead   []byte // what is before the bytes, times alike
	trail  []byte // what is behind them in docker's, times alike; nil before the first is read
	behind []byte // as it is in the first
	ended  bool   // CRI's last part has been given
	packet packet // the first one
}

// The members of a record of ours that hold bytes, and the line in place of what is
// missing.
var (
	frameMember   = []byte(`"frame":"`)
	hexMember     = []byte(`"hex":"`)
	recordDropped = []byte(`{"dropped":`)
)

// recordSource reads what a record has before its bytes, or before a place in them; nil:
// it is none.
func recordSource(head []byte) *source {
	line := bytes.TrimLeft(head[bytes.LastIndexByte(head, '\n')+1:], leftovers)
	if bytes.HasPrefix(line, recordStart) {
		if i := ourLead(line); i > 0 {
			return &source{kind: ourRecords, lead: alike(line[:i])}
		}
	}
	if n := logLead(line); n > 0 {
		return &source{kind: dockerRecords, lead: alike(line[:n])}
	}
	if n := criLead(line); n > 0 && line[n] == 'P' {
		return &source{kind: criLines, lead: alike(line[:n])}
	}
	n := epochLength(line)
	if end := bytes.LastIndexByte(line, '\t') + 1; n > 0 && end > n && line[n] == '\t' && bytes.Count(line[:end], []byte{'\t'}) >= 3 {
		return &source{kind: columns, lead: alike(line[:end])}
	}
	return nil
}

// ourLead is how much a record of ours has before the member that holds its bytes: time,
// stream and direction.
func ourLead(line []byte) int {
	i := bytes.Index(line, frameMember)
	if i < 0 {
		i = bytes.Index(line, hexMember)
	}
	if i < 0 || !bytes.Contains(line[:i], []byte(`"dir":"`)) || !bytes.Contains(line[:i], []byte(`"stream":"`)) {
		return 0
	}
	return i
}

// logLead is how much a record of docker has before the text of its first member, "log".
func logLead(line []byte) int {
	if len(line) == 0 || line[0] != '{' {
		return 0
	}
	n := skipSpace(line, 1)
	if !bytes.HasPrefix(line[n:], []byte(`"log"`)) {
		return 0
	}
	n = skipSpace(line, n+len(`"log"`))
	if n == len(line) || line[n] != ':' {
		return 0
	}
	if n = skipSpace(line, n+1); n == len(line) || line[n] != '"' {
		return 0
	}
	return n + 1
}

// criLead is how much a line of CRI has before the letter that says whether the line goes
// on in the next: P or F.
func criLead(line []byte) int {
	n := timeAt(line, 0)
	if n == 0 {
		return 0
	}
	for _, stream := range [...]string{" stdout ", " stderr "} {
		rest := line[n:]
		if m := len(stream); len(rest) > m+1 && string(rest[:m]) == stream && (rest[m] == 'P' || rest[m] == 'F') && rest[m+1] == ' ' {
			return n + m
		}
	}
	return 0
}

// goesOn says whether what ends with a part may go on in another. part is the part and
// the rest of its line.
func (s *source) goesOn(part []byte) bool {
	switch s.kind {
	case dockerRecords:
		n := closingQuote(part)
		if n < 0 || bytes.HasSuffix(part[:n], []byte(`\n`)) {
			return false
		}
		if s.trail == nil {
			s.trail, s.behind = trailOf(part[n:]), part[n+1:]
		}
		return true
	case criLines:
		return !s.ended
	}
	return true
}

// first is how the first part is spelled, where how is known of the frame's brace: a string
// may have had no escape yet.
func (s *source) first(how spelling) spelling {
	switch {
	case how != asIs || s.kind == columns:
		return how
	case s.kind == criLines:
		return toTheEnd
	}
	return inString
}

// part says where in a line its part begins, and how it is spelled; 0: it has none.
func (s *source) part(line []byte, how spelling) (n int, _ spelling) {
	n, ok := samePrefix(line, s.lead)
	if !ok {
		return 0, how
	}
	rest := line[n:]
	switch s.kind {
	case ourRecords:
		switch {
		case bytes.HasPrefix(rest, frameMember):
			return n + len(frameMember), inString
		case bytes.HasPrefix(rest, hexMember):
			return n + len(hexMember), inHex
		}
		return 0, how
	case dockerRecords:
		end := closingQuote(rest)
		if end < 0 || !bytes.Equal(trailOf(rest[end:]), s.trail) {
			return 0, how
		}
		return n, inString
	case criLines:
		if len(rest) < 2 || rest[0] != 'P' && rest[0] != 'F' || rest[1] != ' ' {
			return 0, how
		}
		s.ended = rest[0] == 'F'
		return n + 2, toTheEnd
	}
	return n, how
}

// trailOf is what is behind the text of a record, times alike.
func trailOf(b []byte) []byte { return bytes.TrimRight(alike(b), "\r\n") }

// closingQuote is where the string ends that a text begins in, -1 if nowhere.
func closingQuote(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// scalar reads a string, or a number.
func scalar(b []byte) (text string, n int) {
	if len(b) > 1 && b[0] == '"' {
		end := closingQuote(b[1:])
		if end < 0 {
			return "", 0
		}
		in := b[1 : end+1]
		if bytes.IndexByte(in, '\\') >= 0 {
			in, _, _ = undo(in, quotes{quote: '"'}, nil, nil)
		}
		return string(in), end + 2
	}
	for n < len(b) && (b[n] >= '0' && b[n] <= '9' || b[n] == '.' || b[n] == '-') {
		n++
	}
	return string(b[:n]), n
}
