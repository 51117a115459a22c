package connect

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"proto/modes"
	"proto/wire"
)

// answerLine is an answer for people: time, sequence, text, round trip, and a
// mark on a key change.
func answerLine(a wire.Answer, _ int64, now time.Time, rtt time.Duration) string {
	text := modes.Show(string(a.Text))
	if a.Unreadable != nil {
		text = "?"
	}
	line := fmt.Sprintf("%s  %4d  %-8s  %7s", now.Format("15:04:05.000"), a.Sequence, text, modes.ShortDuration(rtt))
	if a.KeyChanged {
		line += "  new key"
	}
	return line
}

// answerJSON is an answer for programs. text is null where it cannot be read; hex has the
// bytes of one that is not UTF-8.
func answerJSON(a wire.Answer, session int64, now time.Time, rtt time.Duration) string {
	var b []byte
	b = append(b, `{"time":"`...)
	b = now.AppendFormat(b, "2006-01-02T15:04:05.000000Z07:00")
	b = append(b, `","sequence":`...)
	b = strconv.AppendInt(b, a.Sequence, 10)
	b = append(b, `,"session":`...)
	b = strconv.AppendInt(b, session, 10)
	b = append(b, `,"text":`...)
	if a.Unreadable != nil {
		b = append(b, "null"...)
	} else {
		b = wire.AppendASCII(b, string(a.Text))
	}
	b = append(b, `,"key_changed":`...)
	b = strconv.AppendBool(b, a.KeyChanged)
	b = append(b, `,"rtt_ms":`...)
	b = strconv.AppendFloat(b, float64(rtt.Microseconds())/1000, 'f', 3, 64)
	if a.Unreadable == nil && !utf8.Valid(a.Text) { // which JSON cannot hold
		b = hex.AppendEncode(append(b, `,"hex":"`...), a.Text)
		b = append(b, '"')
	}
	return string(append(b, '}'))
}

// statusText is the time left and the next request.
func statusText(w waiting) string {
	var parts []string
	if !w.end.IsZero() {
		parts = append(parts, untilText(w.end)+" left")
	}
	switch {
	case w.lost:
		parts = append(parts, "no connection, the next in "+untilText(w.next))
	case w.next.Before(w.end) || w.end.IsZero():
		parts = append(parts, "next request in "+untilText(w.next))
	}
	return strings.Join(parts, ", ")
}

func untilText(t time.Time) string { return time.Until(t).Round(time.Second).String() }
