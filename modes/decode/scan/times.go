package scan

import (
	"bytes"
	"strings"
)

// What stands in place of each time in a prefix, and of the number that it begins with.
// They are no bytes of UTF-8; a NUL may be in a log.
const (
	timeMark   = 0xff
	numberMark = 0xfe
)

// alike is the beginning of a line with every time in it, and the line's number, made the
// same.
func alike(b []byte) (out []byte) {
	i := numberLength(b)
	out = make([]byte, 0, len(b)+1)
	if i > 0 {
		out = append(out, numberMark)
	}
	return appendAlike(out, b, i)
}

// appendAlike appends what is from a place on, every time in it made the same.
func appendAlike(out, b []byte, i int) []byte {
	for i < len(b) {
		if n := timeAt(b, i); n > 0 {
			out = append(out, timeMark)
			i += n
			continue
		}
		out = append(out, b[i])
		i++
	}
	return out
}

// samePrefix says whether a line begins with a prefix, times aside, and where the
// rest begins.
func samePrefix(line, prefix []byte) (n int, ok bool) {
	for _, c := range prefix {
		if c == timeMark || c == numberMark && n == 0 {
			t := 0
			if c == timeMark {
				t = timeAt(line, n)
			} else {
				t = numberLength(line)
			}
			if t == 0 {
				return 0, false
			}
			n += t
			continue
		}
		if n == len(line) || line[n] != c {
			return 0, false
		}
		n++
	}
	return n, true
}

// findTime is the last time in a text, "" if there is none.
func findTime(b []byte) string {
	found := ""
	for i := 0; i < len(b); {
		if n := timeAt(b, i); n > 0 {
			found = strings.Trim(string(b[i:i+n]), "[ ]")
			i += n
			continue
		}
		i++
	}
	return found
}

// timeAt is how long the time is that begins at i, 0 if none does. Times are of
// these forms:
//
//	2026-11-23T14:33:46.320840+00:00   also with blanks, slashes, UTC
//	Nov 23 14:35:00
//	Nov 23, 2026 14:35:00.037 UTC
//	14:35:00.037
//	1795444426.320891232
//	[    1.700000]            since the start of the machine
//	20261123T143346Z
//	1795444426, 1795444426320 at the start of a line
func timeAt(b []byte, i int) int {
	if i == len(b) {
		return 0
	}
	if c := b[i]; !isDigit(c) && c != '[' && (c < 'A' || c > 'S') {
		return 0 // as most bytes
	}
	if i > 0 && (isWordByte(b[i-1]) && !behindColor(b, i) || behindByte(b, i) && dateLength(b[i:]) == 0) {
		return 0
	}
	rest := b[i:]
	switch {
	case len(rest) < 8:
		return 0
	case isClock(rest):
		return clockLength(rest)
	case dateLength(rest) > 0:
		n := dateLength(rest)
		if len(rest) > n && (rest[n] == 'T' || rest[n] == ' ') && isClock(rest[n+1:]) {
			return n + 1 + clockLength(rest[n+1:])
		}
		return 0
	case isMonth(rest) && len(rest) >= 15 && isClock(rest[7:]):
		return 7 + clockLength(rest[7:])
	case longDateLength(rest) > 0 && isClock(rest[longDateLength(rest):]):
		return longDateLength(rest) + clockLength(rest[longDateLength(rest):])
	case rest[0] == '[':
		return uptimeLength(rest)
	case basicLength(rest) > 0:
		return basicLength(rest)
	case (i == 0 || b[i-1] == 0) && wholeEpochLength(rest) > 0:
		return wholeEpochLength(rest)
	}
	return epochLength(rest)
}

// numberLength is that of the number that a line begins with, and of blanks and NULs before
// it, where it may be another with each line: that of the line, as grep -n, cat -n
// and nl print it, or the length of a message of syslog.
func numberLength(b []byte) int {
	from := 0
	for from < len(b) && (b[from] == ' ' || b[from] == 0) {
		from++
	}
	n := from
	for n < len(b) && n-from < 10 && isDigit(b[n]) {
		n++
	}
	switch rest := b[n:]; {
	case n == from || len(rest) == 0:
	case rest[0] == '\t' && n-from < 10:
		return n
	case (rest[0] == ':' || rest[0] == '-') && (len(rest) == 1 || !isDigit(rest[1]) || dateLength(rest[1:]) > 0):
		return n + 1 // grep has the one for a line that it looked for, the other for those around
	case len(rest) > 3 && rest[0] == ' ' && rest[1] == '<' && isDigit(rest[2]) && bytes.IndexByte(rest[:min(len(rest), 6)], '>') > 0:
		return n
	}
	return 0
}

// behindColor says whether what ends before a place is a change of colours for a terminal:
// ESC [ 1 ; 36 m.
func behindColor(b []byte, i int) bool {
	if b[i-1] != 'm' {
		return false
	}
	for i -= 2; i > 0 && (isDigit(b[i]) || b[i] == ';'); i-- {
	}
	return i > 0 && b[i] == '[' && b[i-1] == 0x1b
}

// withoutColors is a text without such changes.
func withoutColors(s string) string {
	if !strings.Contains(s, "\x1b[") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		out = append(out, s[i])
		if behindColor(out, len(out)) {
			out = out[:bytes.LastIndexByte(out, 0x1b)]
		}
	}
	return string(out)
}

// behindByte says whether a byte in hex and a colon are before a place, and more than
// that is no part of it: a year is longer.
func behindByte(b []byte, i int) bool {
	return i >= 3 && b[i-1] == ':' && isHexDigit(b[i-2]) && isHexDigit(b[i-3]) && (i == 3 || !isHexDigit(b[i-4]))
}

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '.' || c == '_'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digits says whether b begins with n digits.
func digits(b []byte, n int) bool {
	if len(b) < n {
		return false
	}
	for _, c := range b[:n] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// isClock knows a time of day. Bytes in hex, as 32:74:69:6d, may look like one, but
// go on.
func isClock(b []byte) bool {
	return len(b) >= 8 && b[2] == ':' && b[5] == ':' && digits(b, 2) && digits(b[3:], 2) && digits(b[6:], 2) &&
		b[0] < '3' && (b[0] < '2' || b[1] < '4') && b[3] < '6' && b[6] <= '6' && (len(b) == 8 || b[8] != ':')
}

// clockLength is that of a time of day with fraction and zone.
func clockLength(b []byte) int {
	n := 8
	if n < len(b)-1 && (b[n] == '.' || b[n] == ',') && isDigit(b[n+1]) {
		for n++; n < len(b) && isDigit(b[n]); n++ {
		}
	}
	switch {
	case n < len(b) && b[n] == 'Z':
		return n + 1
	case len(b) >= n+6 && (b[n] == '+' || b[n] == '-') && digits(b[n+1:], 2) && b[n+3] == ':' && digits(b[n+4:], 2):
		return n + 6
	case bytes.HasPrefix(b[n:], []byte(" UTC")):
		return n + 4
	}
	return n
}

// dateLength is that of 2026-11-23 and 2026/11/23.
func dateLength(b []byte) int {
	if len(b) >= 10 && digits(b, 4) && (b[4] == '-' || b[4] == '/') && digits(b[5:], 2) && b[7] == b[4] && digits(b[8:], 2) {
		return 10
	}
	return 0
}

func isMonth(b []byte) bool { return len(b) > 7 && isDay(b) && b[6] == ' ' }

// isDay knows the month and the day of Nov 23 and Nov  7, with a byte behind them.
func isDay(b []byte) bool {
	return bytes.Contains([]byte("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"), b[:3]) && b[3] == ' ' && (b[4] == ' ' || isDigit(b[4])) && isDigit(b[5])
}

// longDateLength is that of Nov 23, 2026 with the blank behind it, as tshark prints it.
func longDateLength(b []byte) int {
	if n := len("Nov 23, 2026 "); len(b) > n && isDay(b) && b[6] == ',' && b[7] == ' ' && digits(b[8:], 4) && b[n-1] == ' ' {
		return n
	}
	return 0
}
