package scan

import (
	"bytes"
	"strings"

	"proto/wire"
)

// recordReader reads the lines of a frame out of JSON records, one a line: docker's
// json-file and its like.
type recordReader struct {
	member string // that holds the line
	others string // what tells the source: all other strings but times, and docker's attrs
	time   string
	stream string // "" where the record names none
	// spelled are the values of others as the record spells them. A line that has not all of
	// them is not worth reading: one program spells a value as it did before.
	spelled [][]byte
}

// of gives a reader for a line that is a record with a text that ends with a brace
// and the end of a line; nil for all others.
func (r *recordReader) of(line []byte) *recordReader {
	line = bytes.TrimLeft(line, leftovers)
	if i := skipSpace(line, 0); i == len(line) || line[i] != '{' {
		return nil
	}
	v, _, err := wire.ParseValue(line, limits())
	if err != nil || v.Kind() != wire.Object {
		return nil
	}
	got := recordReader{spelled: r.spelled[:0]}
	for name, m := range v.Members() {
		text, ok := m.Text()
		if ok && got.member == "" && endsLine(text) {
			got.member = name
		}
	}
	if got.member == "" {
		return nil
	}
	got.others, got.time, got.spelled = describe(v, got.member, got.spelled)
	got.stream = streamOfMembers(v)
	*r = got
	return r
}

// endsLine says whether a text is a line of a frame's beginning.
func endsLine(text string) bool {
	return strings.HasSuffix(strings.TrimRight(text, " \t\r\n"), "{")
}

// describe gives what tells records of one source from those of others, and their
// time. It appends the values as they are spelled.
func describe(v wire.Value, member string, spelled [][]byte) (others, time string, _ [][]byte) {
	for name, m := range v.Members() {
		text, ok := m.Text()
		switch {
		case name == "attrs" && m.Kind() == wire.Object: // docker's: its tag and labels
			others += name + "=" + string(wire.AppendValue(nil, m)) + " "
			spelled = append(spelled, m.Raw())
		case !ok || name == member:
		case strings.HasPrefix(name, "__") && !isTimeName(name), name == "_SOURCE_REALTIME_TIMESTAMP":
			// journald's: another with each record
		case isTimeName(name) || findTime([]byte(text)) != "":
			time = text
		default:
			others += name + "=" + text + " "
			spelled = append(spelled, m.Raw())
		}
	}
	return others, time, spelled
}

func (r *recordReader) line(line []byte) ([]byte, bool) {
	for _, value := range r.spelled {
		if !bytes.Contains(line, value) {
			return nil, false
		}
	}
	v, _, err := wire.ParseValue(bytes.TrimLeft(line, "\x00"), limits())
	if err != nil || v.Kind() != wire.Object {
		return nil, false
	}
	var text []byte
	for name, m := range v.Members() {
		if name == r.member && m.Kind() == wire.String {
			text = m.AppendText([]byte{})
		}
	}
	if text == nil {
		return nil, false
	}
	if others, _, _ := describe(v, r.member, nil); others != r.others {
		return nil, false
	}
	return bytes.TrimRight(text, "\r\n"), true
}

func (r *recordReader) context(c Context) Context {
	if c.Time == "" {
		c.Time = r.time
	}
	if c.Stream == "" {
		c.Stream = r.stream
	}
	if c.Stream == "" && r.others != "stream=stdout " && r.others != "stream=stderr " {
		c.Stream = string(bytes.TrimSpace([]byte(r.others)))
	}
	return c
}

// streamOfMembers is the stream that a record names where a frame lies in it whole.
func streamOfMembers(v wire.Value) string {
	var c Context
	c.fromRecord(wire.AppendValue(nil, v))
	return c.Stream
}
