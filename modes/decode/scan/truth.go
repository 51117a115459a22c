package scan

import "bytes"

// What the reference programs print of the plain texts.
var (
	truthBefore = []byte("Plain text data ")                           // the server, before the answer
	truthAfter  = []byte("Decrypted data received in DATA_RESPONSE: ") // the client, behind it
)

// truthPlace is where the next text is that the log prints.
type truthPlace struct {
	at     int // of the marker; the window's end if there is none
	marker []byte
	line   int // where its line begins, or what is looked at of a long one
	safe   int // up to where no marker can begin that the window has only a part of
}

// longestMarker is the length of the longer one, and more.
const longestMarker = 64

func (w *scanning) nextTruth(from int) truthPlace {
	t := truthPlace{at: len(w.window)}
	if !w.Truths {
		return t
	}
	t.safe = max(from, bytes.LastIndexByte(w.window, '\n')+1, len(w.window)-maxContext-longestMarker)
	for _, marker := range [][]byte{truthBefore, truthAfter} {
		if i := bytes.Index(w.window[from:], marker); i >= 0 && from+i < t.at {
			t.at, t.marker = from+i, marker
		}
	}
	t.line = max(w.end, from, bytes.LastIndexByte(w.window[:t.at], '\n')+1, t.at-maxContext)
	return t
}

// truth reports the text at a place and goes on to the next; false if its line
// goes on behind the window.
func (w *scanning) truth(t *truthPlace) bool {
	rest := w.window[t.at+len(t.marker):]
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		if !w.final && len(rest) < maxContext {
			return false
		}
		end = len(rest)
	}
	text := rest[:end]
	if i := bytes.IndexFunc(text, func(r rune) bool { return r < ' ' || r == '\\' || r == '"' }); i >= 0 {
		text = text[:i]
	}
	c := Context{before: w.window[t.line:t.at]}
	if r := w.records.truthStream(w.window[t.line : t.at+len(t.marker)+end]); r != "" {
		c.Stream = r
	} else {
		c.Stream = streamOf(alike(c.before))
	}
	w.emit(&Found{Offset: w.base + int64(t.at), Truth: text, Before: t.marker[0] == truthBefore[0], Context: c})
	*t = w.nextTruth(t.at + len(t.marker))
	return true
}

// truthStream is the source of a record, if the line is one.
func (r *recordReader) truthStream(line []byte) string {
	line = bytes.TrimLeft(line, leftovers)
	if len(line) == 0 || line[0] != '{' {
		return ""
	}
	var c Context
	c.fromRecord(line)
	return c.Stream
}
