package decode

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"proto/modes/decode/follow"
	"proto/wire"
)

// jsonWriter writes records as objects of stable names: n, file, offset, time, dir,
// stream, session, sequence, type, key_period, text, status, note. What is not known
// is null; integers that JSON readers would round are strings.
type jsonWriter struct {
	source *source
	place  []byte // what is between number and offset, for the source

	numbers, offsets counter
}

// append appends a record and a newline. Most frames of most captures are requests and
// answers that could be read, with nothing around them: these have a path of their own.
func (w *jsonWriter) append(b []byte, r *record) []byte {
	if w.source != r.source {
		w.source = r.source
		w.place = append(append([]byte(`,"file":`), r.source.json...), `,"offset":`...)
	}
	b = w.numbers.append(append(b, `{"n":`...), r.n)
	b = w.offsets.append(append(b, w.place...), r.offset)
	if r.around == nil && isSmall(r.answer.Session) && isSmall(r.answer.Sequence) {
		switch {
		case r.kind == requestKind && r.result == nil && r.aside == nil:
			return appendRequest(b, r)
		case r.isAnswer() && r.result.Status == follow.OK && r.result.Period > 0 && isLetters(r.result.Text):
			return appendAnswer(b, r)
		}
	}
	return r.appendRest(b)
}

func appendRequest(b []byte, r *record) []byte {
	b = append(append(b, `,"time":null,"dir":"c2s","stream":null,"session":`...), r.answer.Session...)
	b = append(append(b, `,"sequence":`...), r.answer.Sequence...)
	return append(b, `,"type":"DATA_REQUEST","key_period":null,"text":null,"status":"ok","note":null}`+"\n"...)
}

func appendAnswer(b []byte, r *record) []byte {
	b = append(append(b, `,"time":null,"dir":"s2c","stream":null,"session":`...), r.answer.Session...)
	b = append(append(b, `,"sequence":`...), r.answer.Sequence...)
	b = append(b, `,"type":"DATA_RESPONSE","key_period":`...)
	if r.result.Period < 10 { // as in sessions of half an hour
		b = append(b, '0'+byte(r.result.Period))
	} else {
		b = wire.AppendInteger(b, int64(r.result.Period))
	}
	b = append(append(b, `,"text":"`...), r.result.Text...)
	return append(appendText(append(b, `","status":"ok","note":`...), r.result.Note), "}\n"...)
}

// isSmall says whether a value is a natural number that every reader of JSON keeps. A short one
// is looked at as a word, with what is behind it in the window.
func isSmall(raw []byte) bool {
	if n := len(raw); n > 0 && n <= 8 && cap(raw) >= 8 {
		return areDigits(binary.LittleEndian.Uint64(raw[:8]), n)
	}
	if len(raw) == 0 || len(raw) > exactDigits {
		return false
	}
	for _, c := range raw {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// isLetters says whether a text can be between quotes as it is.
func isLetters(text []byte) bool {
	if len(text) == 8 {
		return areLetters(binary.LittleEndian.Uint64(text))
	}
	for _, c := range text {
		if c-'a' > 'z'-'a' {
			return false
		}
	}
	return true
}

// appendRest appends what is behind the offset.
func (r *record) appendRest(b []byte) []byte {
	b = r.appendContext(b)
	b = appendNumber(b, r.answer.Session)
	b = appendNumber(append(b, `,"sequence":`...), r.answer.Sequence)
	b = append(b, `,"type":`...)
	if r.kind != otherKind {
		b = append(append(append(b, '"'), kindNames[r.kind]...), '"')
	} else {
		b = appendText(b, r.name())
	}
	res := r.result
	if res == nil {
		if len(r.facts()) == 0 {
			return append(b, `,"key_period":null,"text":null,"status":"ok","note":null}`+"\n"...)
		}
		b = append(b, `,"key_period":null,"text":null,"status":"ok","note":`...)
		return append(appendText(b, joined(r.facts())), "}\n"...)
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
		if !utf8.Valid(res.Text) { // JSON cannot hold it
			note = strings.TrimPrefix(note+", text is not UTF-8: hex "+hex.EncodeToString(res.Text), ", ")
		}
	case follow.Ambiguous:
		b = appendPlain(b, res.Text)
		if res.Other == nil {
			break
		}
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

// appendContext appends what stands around the frame.
func (r *record) appendContext(b []byte) []byte {
	b = appendText(append(b, `,"time":`...), rfcTime(r.time()))
	b = appendText(append(b, `,"dir":`...), r.dir.String())
	b = appendText(append(b, `,"stream":`...), r.stream())
	return append(b, `,"session":`...)
}

// appendPlain appends a text, at once if it is letters.
func appendPlain(b, text []byte) []byte {
	if !isLetters(text) {
		return wire.AppendASCII(b, string(text))
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
