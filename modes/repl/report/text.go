package report

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// line is a text in one line, its control characters shown as escapes: \n, \x1b, \u202e.
func line(s string) string { return visible(s, "") }

// block is a text of many lines, without line breaks at the end.
func block(s string) string { return visible(strings.TrimRight(s, "\r\n"), "\n\t") }

// visible shows what is not printable as escapes, but for what is in keep. Ranging puts U+FFFD where a byte is not UTF-8.
func visible(s, keep string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) || strings.ContainsRune(keep, r) {
			b.WriteRune(r)
			continue
		}
		q := strconv.QuoteRune(r)
		b.WriteString(q[1 : len(q)-1])
	}
	return b.String()
}

// seconds has microseconds and never an exponent or, after a clock went back, a sign: the schema of JUnit takes neither.
func seconds(d time.Duration) string { return strconv.FormatFloat(max(d, 0).Seconds(), 'f', 6, 64) }
