package scan

import (
	"bytes"
	"errors"
	"io"

	"proto/wire"
)

const (
	// maxParts is in how many parts a frame may have been relayed.
	maxParts = 64
	// maxHeader is how long a relay's line may be.
	maxHeader = 256
	// socatLead is how long an arrow and a date are: "> 2026/11/23".
	socatLead = 12
)

// parts reads a frame that a relay has printed as it came, in more than one part, with
// a line of its own before each: socat -v, sslsplit, tshark's follow. err is why the
// frame cannot be read where it lies, which is at the second of these lines.
func (w *scanning) parts(at int, err error) (int, outcome) {
	before := w.before(at)
	own, ok := headerBefore(before)
	if !ok {
		return w.joined(at, at, w.headOf(at), asIs)
	}
	head, from := w.text[:0], at // what is stitched together, and where the rest of it begins
	for range maxParts {
		var syntax *wire.SyntaxError
		if !errors.As(err, &syntax) {
			return 0, nothing
		}
		failed := from + int(syntax.Offset) - len(head)
		start, end, ok := 0, 0, false
		if failed < len(w.window) {
			start, end, ok = headerAround(w.window, failed, own)
			ok = ok && start >= from
		}
		switch {
		case !ok && failed+maxHeader >= len(w.window):
			return 0, w.patience(w.window[at:]) // it may end behind the window
		case !ok:
			return 0, nothing
		}
		head = append(head, w.window[from:start]...)
		from = end
		if len(head) > MaxFrame {
			return 0, nothing
		}
		w.text = append(head, w.window[from:min(len(w.window), from+MaxFrame-len(head))]...)
		var n int
		n, err = wire.Parse(w.text, limits(), &w.frame)
		if err == nil {
			return w.stitched(at, from+n-len(head))
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, w.patience(w.window[at:])
		}
	}
	return 0, nothing
}

// stitched reports the frame in w.text.
func (w *scanning) stitched(at, end int) (int, outcome) {
	before := w.before(at)
	w.find.Context = Context{before: before, Stream: w.followStream(before)}
	if !w.report(at, &w.frame) {
		return 0, nothing
	}
	w.letGo()
	return end, found
}

// header is what a relay's line says of the part behind it: who prints such lines, and
// where the part goes.
type header struct {
	relay relay
	way   string
}

// relay is who prints lines before parts.
type relay int

const (
	noRelay relay = iota
	socat
	sslsplit
	tsharkFollow
)

// headerBefore is the last line of what stands before a frame.
func headerBefore(b []byte) (h header, ok bool) {
	b = bytes.TrimRight(b, "\x00")
	if len(b) == 0 || b[len(b)-1] != '\n' {
		return h, false
	}
	line := b[max(0, len(b)-maxHeader) : len(b)-1]
	line = bytes.TrimLeft(line[bytes.LastIndexByte(line, '\n')+1:], "\x00\ufeff")
	if i := socatMark(line); i >= 0 { // behind what was sent before, if that ended no line
		line = line[i:]
	}
	h = headerOf(line)
	return h, h.relay != noRelay
}

// headerAround finds the line of the same relay at a place, and what to leave out with
// it: the end of the line before, which is none of the frame.
func headerAround(b []byte, at int, own header) (start, end int, ok bool) {
	if own.relay == socat {
		from := max(0, at-maxHeader)
		i := socatMark(b[from:min(len(b), at+socatLead)])
		if i < 0 {
			return 0, 0, false
		}
		end, ok = headerAt(b, from+i, own)
		return from + i, end, ok
	}
	// In a string reading fails at the end of the line before it; else in it, or behind
	// it where it begins with a number that a value could be.
	for i := at; i < len(b) && i <= at+1; i++ {
		if b[i] == '\n' {
			if end, ok = headerAt(b, i+1, own); ok {
				return lineBefore(b, i+1), end, true
			}
		}
	}
	start = at
	for range 2 {
		start = bytes.LastIndexByte(b[:start], '\n') + 1
		if end, ok = headerAt(b, start, own); ok || start == 0 {
			break
		}
		start--
	}
	return lineBefore(b, start), end, ok
}

// headerAt is where the line that begins at a place ends, with the NULs behind it, if it
// is the relay's.
func headerAt(b []byte, start int, own header) (end int, ok bool) {
	n := bytes.IndexByte(b[start:min(len(b), start+maxHeader)], '\n')
	if n < 0 || headerOf(bytes.TrimLeft(b[start:start+n], "\x00")) != own {
		return 0, false
	}
	for end = start + n + 1; end < len(b) && b[end] == 0; end++ {
	}
	return end, true
}

// lineBefore is where the line before a place ends, without its end.
func lineBefore(b []byte, start int) int {
	if start > 0 {
		start--
	}
	if start > 0 && b[start-1] == '\r' {
		start--
	}
	return start
}

// socatMark is where the last arrow and date of socat begin, -1 if nowhere.
func socatMark(b []byte) int {
	for i := len(b) - 2; i >= 0; i-- {
		if (b[i] == '>' || b[i] == '<') && b[i+1] == ' ' && dateLength(b[i+2:]) > 0 {
			return i
		}
	}
	return -1
}

// headerOf reads a relay's line.
func headerOf(line []byte) (h header) {
	line = bytes.TrimRight(line, "\r")
	switch {
	case len(line) > 12 && (line[0] == '>' || line[0] == '<') && dateLength(line[2:]) > 0 && bytes.Contains(line, []byte("  length=")):
		return header{socat, string(line[:1])}
	case dateLength(line) > 0 && bytes.HasSuffix(line, []byte("):")) && bytes.Contains(line, []byte(" -> ")):
		arrow, size := bytes.Index(line, []byte(" -> ")), bytes.LastIndexByte(line, '(')
		from := bytes.LastIndexByte(line[:arrow], ' ') + 1
		if size > arrow {
			return header{sslsplit, string(line[from:size])}
		}
	case len(line) > 0 && len(line) < 8:
		way := bytes.TrimLeft(line, "\t")
		if len(way) > 0 && len(bytes.Trim(way, "0123456789")) == 0 {
			return header{tsharkFollow, string(line[:len(line)-len(way)])}
		}
	}
	return header{}
}
