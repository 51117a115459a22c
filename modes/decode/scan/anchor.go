package scan

import "bytes"

// anchorKind is how a brace goes on.
type anchorKind int

const (
	noAnchor anchorKind = iota
	plainAnchor
	escapedAnchor // in a string
	lineAnchor    // over lines, with something around each
	// in a record that ends within the first member's name, and may go on in another
	cutAnchor
	cutEscapedAnchor
)

// lookAhead says how the text that begins with a brace goes on. Nearly every brace
// of a log is decided by the few bytes behind it.
func lookAhead(b []byte) (anchorKind, outcome) {
	i := skipSpace(b, 1)
	if i == len(b) {
		return noAnchor, wantMore
	}
	switch c := b[i]; {
	case c == '"' || c == '\'':
		if kind, o := nameAhead(b[i+1:], c); kind != noAnchor || o == wantMore {
			return kind, o
		}
		if next := b[i+1:]; c == '"' && i == 1 && len(next) > 0 && (next[0] == ',' || next[0] == '}') {
			return lineAnchor, found // journald: the record's string ends with the line
		}
		if kind, _ := brokenLine(b[:i]); kind == lineAnchor || !isCutName(b[i+1:], c) {
			return kind, found
		}
		return cutAnchor, found
	case c == '\\':
		return backslashAhead(b, i)
	}
	return brokenLine(b[:i])
}

// brokenLine is what a brace can be at the end of a line.
func brokenLine(space []byte) (anchorKind, outcome) {
	if bytes.IndexByte(space, '\n') > 0 {
		return lineAnchor, found
	}
	return noAnchor, found
}

// nameAhead says whether a known first member stands here, and its quote.
func nameAhead(b []byte, quote byte) (anchorKind, outcome) {
	for _, name := range firstMembers {
		n := min(len(name), len(b))
		if string(b[:n]) != name[:n] {
			continue
		}
		switch {
		case n < len(name) || len(b) == n:
			return noAnchor, wantMore
		case b[n] == quote:
			return plainAnchor, found
		}
	}
	return noAnchor, found
}

// firstMembers are those that a frame, or a data object alone, begins with.
var firstMembers = [...]string{
	"header", "data", "sequesce", "sessionId", "sequence", "username", "message-type",
	"password", "isAuthencatedUser", "isConnectionClose", "key1", "key2", "token",
}

// backslashAhead looks at a brace with a backslash behind it: white space as \n and
// a quote as \" of a string that the frame is in, or the end of such a string.
func backslashAhead(b []byte, i int) (anchorKind, outcome) {
	atLineEnd := false
	for {
		start := i
		for i < len(b) && b[i] == '\\' {
			i++
		}
		if i == len(b) {
			return noAnchor, wantMore
		}
		slashes := i - start
		switch c := b[i]; {
		case (c == 'n' || c == 'r' || c == 't') && slashes > 0:
			atLineEnd = atLineEnd || c != 't'
			i++
		case (c == '"' || c == '\'') && slashes > 0:
			kind, o := escapedName(b[i+1:], slashes, c)
			if kind == noAnchor && o == found && slashes == 1 && isCutName(b[i+1:], 0) {
				return cutEscapedAnchor, found
			}
			return kind, o
		case c == 'u' && slashes == 1:
			return spelledName(b[i-1:])
		case c == '"' && atLineEnd:
			return lineAnchor, found // docker: the record ends with the line
		case c == ' ':
			i++
		default:
			return noAnchor, found
		}
	}
}

// isCutName says whether a known first member begins here, and a record ends in it. quote
// is that of the member.
func isCutName(b []byte, quote byte) bool {
	n := 0
	for n < len(b) && n < longestName && b[n] != '"' && b[n] >= ' ' && b[n] != ':' {
		n++
	}
	if n == len(b) || b[n] == quote || b[n] != '"' && b[n] != '\n' && b[n] != '\r' {
		return false
	}
	for _, name := range firstMembers {
		if len(name) >= n && name[:n] == string(b[:n]) {
			return true
		}
	}
	return false
}

// longestName is the length of the longest of them.
const longestName = len("isAuthencatedUser")

// escapedName says whether a known first member stands here, and behind it as many
// backslashes and the quote.
func escapedName(b []byte, slashes int, quote byte) (anchorKind, outcome) {
	for _, name := range firstMembers {
		n := min(len(name), len(b))
		if string(b[:n]) != name[:n] {
			continue
		}
		if n < len(name) || len(b) <= n+slashes {
			return noAnchor, wantMore
		}
		if end := b[n : n+slashes+1]; bytes.Count(end, []byte(`\`)) == slashes && end[slashes] == quote {
			return escapedAnchor, found
		}
	}
	return noAnchor, found
}

// spelledName says whether a known first member stands here between quotes that are
// spelled by their numbers, as .NET does.
func spelledName(b []byte) (anchorKind, outcome) {
	for _, quote := range [...]string{`\u0022`, `\u0027`} {
		for _, name := range firstMembers {
			text := quote + name + quote
			n := min(len(text), len(b))
			switch {
			case string(b[:n]) != text[:n]:
			case n < len(text):
				return noAnchor, wantMore
			default:
				return escapedAnchor, found
			}
		}
	}
	return noAnchor, found
}

// skipSpace is where the white space that begins at i ends.
func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] >= '\t' && b[i] <= '\r') {
		i++
	}
	return i
}

// prefixed says whether the line of the brace ends behind it, so that what made
// reading fail may be the next line's prefix.
func prefixed(b []byte) bool {
	i := skipSpace(b, 1)
	return bytes.IndexByte(b[:i], '\n') > 0
}
