package scan

import (
	"bytes"
	"strings"
)

// Context is what stands around a frame, and what it says of it. Fields are empty
// where it says nothing.
type Context struct {
	Time   string // as the text spells it; seconds since 1970 as tshark prints them
	Stream string // what tells its connection from others
	Peer   string // address of the client
	Dir    string // "c2s" or "s2c", where the text names it

	before, after []byte // of the frame
}

// leftovers are what may stand before the first word of a line, and is none of it: what a
// truncated log is filled with, and the mark of a file of UTF-8.
const leftovers = "\x00\ufeff"

// context is what stands before a place, back to the frame before.
func (w *scanning) context(at int) Context { return Context{before: w.before(at)} }

func (w *scanning) before(at int) []byte {
	from := max(w.end, at-maxContext)
	if w.end == 0 && from == 0 && len(w.tail) > 0 && at < maxContext {
		return w.seamOf()[max(0, len(w.tail)+at-maxContext) : len(w.tail)+at]
	}
	return w.window[from:at]
}

// seamOf is the tail and the beginning of the window behind it, put together once for all
// braces there.
func (w *scanning) seamOf() []byte {
	if !w.sewn {
		w.sewn = true
		w.seam = append(append(w.seam[:0], w.tail...), w.window[:min(len(w.window), maxContext)]...)
	}
	return w.seam
}

// maxAfter is how much of the line behind a frame is looked at.
const maxAfter = 1 << 10

// look has the context of what is found be what stands around a frame that lies as it is.
// Only where it is in a record the rest of its line matters: most frames are not.
func (w *scanning) look(at, end int) (o outcome) {
	before := w.before(at)
	w.find.Context = Context{before: before, Stream: w.followStream(before)}
	for len(before) > 0 && before[len(before)-1] == ' ' {
		before = before[:len(before)-1]
	}
	if len(before) == 0 {
		return found
	}
	member := before[len(before)-1] == ':'
	literal := w.window[skipSpace(w.window, at+1)] != '"'
	if literal && w.inPacket(before, at, end) {
		return found
	}
	inString := literal && isInString(before)
	if !inString && !member {
		return found
	}
	after, o := w.lineBehind(end)
	if inString {
		after = behindString(after)
	}
	w.find.Context.after = after
	return o
}

// isInString says whether what stands before a frame is in its last line a record up to
// somewhere in a string. A frame in literal spelling may stand there as it is: nothing in
// it need be escaped.
func isInString(before []byte) (in bool) {
	line := bytes.TrimLeft(before[bytes.LastIndexByte(before, '\n')+1:], leftovers)
	if len(line) == 0 || line[0] != '{' {
		return false
	}
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			in = !in
		}
	}
	return in
}

// lineBehind is the rest of the line of a frame, which ends at a place: a JSON record may
// have its time there.
func (w *scanning) lineBehind(end int) (after []byte, o outcome) {
	rest := w.window[end:]
	n := bytes.IndexByte(rest, '\n')
	switch {
	case n >= 0 && n <= maxAfter:
		return rest[:n], found
	case n < 0 && len(rest) < maxAfter && !w.final:
		return nil, wantMore
	}
	return rest[:min(len(rest), maxAfter)], found
}

// Empty says that nothing stands around the frame that could say anything.
func (c *Context) Empty() bool {
	return len(c.before) < minContext && len(c.after) < minContext && c.Time == "" && c.Stream == ""
}

// minContext is how short a text says nothing.
const minContext = 8

// Resolve reads what the text around the frame says. It is left to whoever wants
// to know.
func (c *Context) Resolve() {
	if len(c.before) < minContext && len(c.after) < minContext {
		return
	}
	start := bytes.LastIndexByte(c.before, '\n') + 1
	line := bytes.TrimLeft(c.before[start:], leftovers)
	switch trimmed := bytes.TrimSpace(line); {
	case len(trimmed) > 0 && trimmed[0] == '{':
		c.fromRecord(trimmed, c.after)
	case len(trimmed) > 0 && bytes.IndexByte(line, '\t') > 0:
		c.fromColumns(line)
	case len(trimmed) > 0:
		c.fromPrefix(line)
		if c.Time == "" && bytes.HasPrefix(trimmed, exportMessage) {
			c.Time = exportTime(c.before[:start])
		}
	}
	c.fromLinesBefore(c.before[:start])
}

// fromRecord reads the parts of a JSON record that stand around a frame.
func (c *Context) fromRecord(parts ...[]byte) {
	var o origin
	for _, b := range parts {
		c.fromMembers(b, &o)
	}
	if c.Stream == "" && o.known {
		c.Stream = o.stream()
	}
}

// fromMembers reads the members in a part of a JSON record.
func (c *Context) fromMembers(b []byte, o *origin) {
	for len(b) > 0 {
		from := bytes.IndexByte(b, '"')
		if from < 0 {
			return
		}
		b = b[from+1:]
		to := bytes.IndexByte(b, '"')
		if to < 0 {
			return
		}
		name := string(b[:to])
		b = b[to+1:]
		rest := bytes.TrimLeft(b, " ")
		if len(rest) == 0 || rest[0] != ':' {
			continue
		}
		value, n := scalar(bytes.TrimLeft(rest[1:], " "))
		switch {
		case n == 0:
			o.attributes = o.attributes || name == "attrs"
		case name == "tag" && o.attributes: // docker's; elsewhere it may be anything
			c.Stream = value
		case name != "" && name[0] == '_':
			o.take(name, value)
			fallthrough
		default:
			c.member(name, value)
		}
		if n > 0 {
			b = bytes.TrimLeft(rest[1:], " ")[n:]
		}
	}
}

// lower is strings.ToLower, at once for what is lower already.
func lower(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' || s[i] >= 0x80 {
			return strings.ToLower(s)
		}
	}
	return s
}

func (c *Context) member(name, value string) {
	switch lower(name) {
	case "stream", "conn", "connection", "conn_id", "flow", "tcp.stream", "container", "container_id":
		if value != "stdout" && value != "stderr" {
			c.Stream = value
		}
	case "peer", "remote", "remote_addr", "client":
		c.Peer = value
	case "dir", "direction":
		c.Dir = direction(value)
	default:
		if isTimeName(name) && c.Time == "" {
			c.Time = value
		}
	}
}

func isTimeName(name string) bool {
	switch lower(name) {
	case "time", "ts", "timestamp", "@timestamp", "date", "datetime", "t", "__realtime_timestamp", "frame.time_epoch":
		return true
	}
	return false
}

// direction reads the names that tools have for the two.
func direction(s string) string {
	switch lower(s) {
	case "c2s", "in", "recv", "received", "request", "up", "client", ">", "->":
		return "c2s"
	case "s2c", "out", "sent", "send", "response", "down", "server", "<", "<-":
		return "s2c"
	}
	return ""
}

// fromColumns reads a line of tshark -T fields: time, stream, port.
func (c *Context) fromColumns(line []byte) {
	columns := strings.Split(strings.TrimRight(string(line), "\t "), "\t")
	if len(columns) >= 2 && isNumber(columns[0]) && isNumber(columns[1]) && strings.Contains(columns[0], ".") {
		c.Time, c.Stream = columns[0], columns[1]
		return
	}
	c.fromPrefix(line)
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.") == ""
}

// fromPrefix reads what a log puts before a line.
func (c *Context) fromPrefix(line []byte) {
	if c.Time == "" {
		c.Time = findTime(line)
	}
	if c.Stream == "" && !c.fromDump(line) && (!bytes.Contains(line, []byte(" tcp ")) || !c.fromFlow(line)) {
		c.Stream = streamOf(alike(line))
	}
}

// fromLinesBefore reads the lines between this frame and the one before: what
// relays print above a frame, and the reference server of a connection.
func (c *Context) fromLinesBefore(b []byte) {
	if len(b) < 16 {
		return
	}
	if c.Stream == "" && !c.fromFlow(b) {
		if i := bytes.LastIndex(b, []byte(" -> ")); i > 0 {
			c.fromPair(b, i)
		}
	}
	if i := bytes.LastIndex(b, []byte(`"tcp.stream": "`)); i >= 0 && c.Stream == "" {
		c.Stream, _ = scalar(b[i+len(`"tcp.stream": `):])
		if i = bytes.LastIndex(b, []byte(`"frame.time_epoch": "`)); i >= 0 {
			c.Time, _ = scalar(b[i+len(`"frame.time_epoch": `):])
		}
	}
	if i := bytes.LastIndex(b, []byte("Connection from: ('")); i >= 0 {
		c.Peer = peerOf(b[i+len("Connection from: ('"):])
	}
	last := bytes.TrimRight(b, " \r\n")
	last = last[bytes.LastIndexByte(last, '\n')+1:]
	if c.Time == "" {
		c.Time = findTime(last)
	}
	if c.Stream == "" {
		c.fromSegment(last)
	}
}
