package decode

import (
	"strconv"
	"strings"
	"time"

	"proto/modes"
	"proto/modes/decode/follow"
	"proto/wire"
)

// colours of a line: client, server, and what cannot be read.
const (
	cyan  = "\x1b[36m"
	green = "\x1b[32m"
	red   = "\x1b[31m"
	plain = "\x1b[0m"
)

// appendLine appends the record as a line for people: time, direction, stream and
// session, sequence, type, text, notes. All that is of the capture is quoted where
// it could act on a terminal.
func (r *record) appendLine(b []byte, color bool) []byte {
	if color {
		b = append(b, r.color()...)
	}
	b = appendPadded(b, clock(r.time()), 12, false)
	switch r.dir {
	case toServer:
		b = append(b, "  → "...)
	case toClient:
		b = append(b, "  ← "...)
	default:
		b = append(b, "    "...)
	}
	b = appendPadded(b, r.where(), r.whereWidth(), false)
	b = appendPadded(append(b, ' '), r.sequenceShown(), 5, true)
	b = appendPadded(append(b, "  "...), r.kindShown(), len(wire.TypeResponse), false)
	if text := r.rest(); text != "" {
		b = append(append(b, "  "...), text...)
	}
	for b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	if color {
		b = append(b, plain...)
	}
	return append(b, '\n')
}

func (r *record) color() string {
	switch {
	case r.result != nil && r.result.Status != follow.OK:
		return red
	case r.dir == toServer:
		return cyan
	}
	return green
}

func (r *record) sequenceShown() string {
	if s := strings.Trim(string(r.answer.Sequence), `"'`); s != "" {
		return modes.Show(s)
	}
	return "-"
}

func (r *record) kindShown() string {
	switch {
	case r.kind != otherKind:
		return kindNames[r.kind]
	case r.name() == "":
		return "-"
	}
	return modes.Show(r.name())
}

// where is the stream and the session.
func (r *record) where() string {
	session := strings.Trim(string(r.answer.Session), `"'`)
	switch {
	case r.stream() != "" && session != "":
		return modes.Show(r.stream() + "/" + session)
	case r.stream() != "":
		return modes.Show(r.stream())
	case session != "":
		return modes.Show(session)
	}
	return "-"
}

// whereWidth has room for a session of two digits also in a stream's first frames, which
// have none.
func (r *record) whereWidth() int {
	const narrow = 6
	if r.stream() == "" {
		return narrow
	}
	return max(narrow, len([]rune(r.stream()))+len("/12"))
}

// rest is the text and the notes.
func (r *record) rest() string {
	if r.result == nil {
		return joined(r.facts())
	}
	var parts []string
	switch r.result.Status {
	case follow.OK:
		parts = append(parts, strconv.Quote(string(r.result.Text)))
	case follow.Ambiguous:
		parts = append(parts, readings(r.result), "ambiguous")
	default:
		parts = append(parts, r.result.Status.String())
	}
	if note := r.result.Note; note != "" {
		parts = append(parts, "("+safe(note)+")")
	}
	return strings.Join(parts, "  ")
}

// readings are those of an ambiguous answer: one, which is in doubt, or two.
func readings(res *follow.Result) string {
	text := strconv.Quote(string(res.Text))
	if res.Other == nil {
		return text
	}
	return text + " or " + strconv.Quote(string(res.Other))
}

// safe is a note of ours, in which a number of the capture may stand.
func safe(s string) string {
	if shown := modes.Show(s); shown != s {
		return shown
	}
	return s
}

func appendPadded(b []byte, s string, width int, right bool) []byte {
	n := max(0, width-len([]rune(s)))
	if !right {
		b = append(b, s...)
	}
	for range n {
		b = append(b, ' ')
	}
	if right {
		b = append(b, s...)
	}
	return b
}

// clock is the time of day of a time, as far as it can be found.
func clock(s string) string {
	if s == "" {
		return ""
	}
	if seconds, fraction, ok := strings.Cut(s, "."); ok && len(seconds) == 10 && strings.Trim(seconds, "0123456789") == "" {
		if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
			return time.Unix(n, 0).UTC().Format("15:04:05") + "." + (fraction + "000")[:3]
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
		switch len(s) {
		case 10:
			return time.Unix(n, 0).UTC().Format("15:04:05")
		case 13:
			return time.UnixMilli(n).UTC().Format("15:04:05.000")
		case 16: // journald's
			return time.UnixMicro(n).UTC().Format("15:04:05.000")
		}
	}
	if t, err := time.Parse("20060102T150405Z0700", s); err == nil {
		return t.Format("15:04:05")
	}
	i := strings.IndexByte(s, ':')
	if i < 2 || len(s) < i+6 {
		return modes.Show(s)
	}
	t := s[i-2 : i+6]
	if rest := s[i+6:]; len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
		n := 1
		for n < len(rest) && n < 4 && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		t += "." + rest[1:n]
	}
	return modes.Show(t)
}
