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
	b = appendPadded(b, clock(r.time), 12, false)
	switch r.dir {
	case "c2s":
		b = append(b, "  → "...)
	case "s2c":
		b = append(b, "  ← "...)
	default:
		b = append(b, "    "...)
	}
	b = appendPadded(b, r.where(), 6, false)
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
	case r.dir == "c2s":
		return cyan
	}
	return green
}

func (r *record) sequenceShown() string {
	if s := strings.Trim(string(r.sequence), `"'`); s != "" {
		return modes.Show(s)
	}
	return "-"
}

func (r *record) kindShown() string {
	switch {
	case r.kind != otherKind:
		return kindNames[r.kind]
	case r.name == "":
		return "-"
	}
	return modes.Show(r.name)
}

// where is the stream and the session.
func (r *record) where() string {
	session := strings.Trim(string(r.session), `"'`)
	switch {
	case r.stream != "" && session != "":
		return modes.Show(r.stream + "/" + session)
	case r.stream != "":
		return modes.Show(r.stream)
	case session != "":
		return modes.Show(session)
	}
	return "-"
}

// rest is the text and the notes.
func (r *record) rest() string {
	if r.result == nil {
		return r.note
	}
	var parts []string
	switch r.result.Status {
	case follow.OK:
		parts = append(parts, strconv.Quote(string(r.result.Text)))
	case follow.Ambiguous:
		parts = append(parts, strconv.Quote(string(r.result.Text))+" or "+strconv.Quote(string(r.result.Other)), "ambiguous")
	default:
		parts = append(parts, r.result.Status.String())
	}
	if note := r.result.Note; note != "" {
		parts = append(parts, "("+safe(note)+")")
	}
	return strings.Join(parts, "  ")
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

// appendJSON appends the record as an object: n, file, offset, time, dir, stream,
// session, sequence, type, key_period, text, status, note. What is not known is
// null; integers that JSON readers would round are strings.
func (r *record) appendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"n":`...), r.n, 10)
	b = append(append(b, `,"file":`...), r.file...)
	b = strconv.AppendInt(append(b, `,"offset":`...), r.offset, 10)
	b = r.appendContext(b)
	b = appendNumber(b, r.session)
	b = appendNumber(append(b, `,"sequence":`...), r.sequence)
	b = append(b, `,"type":`...)
	if r.kind != otherKind {
		b = append(append(append(b, '"'), kindNames[r.kind]...), '"')
	} else {
		b = appendText(b, r.name)
	}
	res := r.result
	if res == nil {
		if r.note == "" {
			return append(b, `,"key_period":null,"text":null,"status":"ok","note":null}`+"\n"...)
		}
		b = append(b, `,"key_period":null,"text":null,"status":"ok","note":`...)
		return append(appendText(b, r.note), "}\n"...)
	}
	b = append(b, `,"key_period":`...)
	if res.Period == 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, int64(res.Period), 10)
	}
	b = append(b, `,"text":`...)
	note := res.Note
	switch res.Status {
	case follow.OK:
		b = appendPlain(b, res.Text)
	case follow.Ambiguous:
		b = appendPlain(b, res.Text)
		note = "dialect: shifted gives " + strconv.Quote(string(res.Text)) + ", unshifted " + strconv.Quote(string(res.Other))
	default:
		b = append(b, "null"...)
	}
	if res.Status == follow.OK && note == "" {
		return append(b, `,"status":"ok","note":null}`+"\n"...)
	}
	b = append(append(append(b, `,"status":"`...), res.Status.String()...), `","note":`...)
	return append(appendText(b, note), "}\n"...)
}

// appendText appends a text, or null for none.
func appendText(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '\'' {
			return wire.AppendASCII(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// appendContext appends what stands around the frame, at once where it is nothing.
func (r *record) appendContext(b []byte) []byte {
	if r.time == "" && r.stream == "" {
		switch r.dir {
		case "c2s":
			return append(b, `,"time":null,"dir":"c2s","stream":null,"session":`...)
		case "s2c":
			return append(b, `,"time":null,"dir":"s2c","stream":null,"session":`...)
		}
	}
	b = appendText(append(b, `,"time":`...), rfcTime(r.time))
	b = appendText(append(b, `,"dir":`...), r.dir)
	b = appendText(append(b, `,"stream":`...), r.stream)
	return append(b, `,"session":`...)
}

// appendPlain appends a text, at once if it is letters.
func appendPlain(b, text []byte) []byte {
	for _, c := range text {
		if c < 'a' || c > 'z' {
			return wire.AppendASCII(b, string(text))
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// exactDigits is how many digits a number may have that every reader of JSON keeps.
const exactDigits = 15

// appendNumber appends a value of the capture: an integer that every reader keeps
// as one, all else as a string.
func appendNumber(b, raw []byte) []byte {
	if len(raw) == 0 {
		return append(b, "null"...)
	}
	if c := raw[len(raw)-1]; len(raw) <= exactDigits && c >= '0' && c <= '9' && isInteger(raw) {
		return append(b, raw...)
	}
	v, _, err := wire.ParseValue(raw, wire.Limits{Bytes: len(raw) + 1})
	if text, ok := v.Text(); err == nil && ok {
		return wire.AppendASCII(b, text)
	}
	return wire.AppendASCII(b, string(raw))
}

func isInteger(raw []byte) bool {
	for i, c := range raw {
		if (c < '0' || c > '9') && !(c == '-' && i == 0 && len(raw) > 1) {
			return false
		}
	}
	return true
}

// rfcTime is a time of tshark in RFC 3339; all others stay as the capture has them.
func rfcTime(s string) string {
	seconds, fraction, ok := strings.Cut(s, ".")
	if !ok || len(seconds) != 10 || strings.Trim(seconds+fraction, "0123456789") != "" {
		return s
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return s
	}
	return time.Unix(n, 0).UTC().Format("2006-01-02T15:04:05") + "." + fraction + "Z"
}
