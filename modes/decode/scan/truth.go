package scan

import "bytes"

// What the reference programs print of the plain texts.
var (
	truthBefore = []byte("Plain text data ")                           // the server, before the answer
	truthAfter  = []byte("Decrypted data received in DATA_RESPONSE: ") // the client, behind it
)

// maxTruth is how much is looked at behind a marker. A text is shorter: each byte of it takes
// more than two digits of the number that it is sent as, and that is in a frame.
const maxTruth = MaxFrame / 2

// longestMarker is the length of the longer one, and more.
const longestMarker = 64

// truthPlace is where the next text is that the log prints.
type truthPlace struct {
	at     int // of the marker; the window's end if there is none
	marker []byte
	line   int    // where its line begins, or what is looked at of a long one
	from   int    // from where on it has been looked for
	next   [2]int // where the next one with either marker is
}

// firstTruth finds the first one of the window. One before may reach into it: what is in
// a text is no marker.
func (w *scanning) firstTruth() truthPlace {
	t := truthPlace{at: len(w.window), next: [2]int{-1, -1}}
	if w.Truths {
		w.nextTruth(&t, int(max(0, w.told-w.base)))
	}
	return t
}

// nextTruth goes on to the next one behind a place. Nothing is looked at twice.
func (w *scanning) nextTruth(t *truthPlace, from int) {
	t.from, t.at = from, len(w.window)
	for i, marker := range [...][]byte{truthBefore, truthAfter} {
		if t.next[i] < from {
			t.next[i] = len(w.window)
			if n := bytes.Index(w.window[from:], marker); n >= 0 {
				t.next[i] = from + n
			}
		}
		if t.next[i] < t.at {
			t.at, t.marker = t.next[i], marker
		}
	}
	t.line = max(w.end, from, t.at-maxContext)
	t.line += bytes.LastIndexByte(w.window[t.line:t.at], '\n') + 1
}

// safe is up to where no marker can begin that the window has only a part of, where it has
// no whole one.
func (w *scanning) safe(t *truthPlace) int {
	return max(w.end, t.from, bytes.LastIndexByte(w.window, '\n')+1, len(w.window)-maxContext-longestMarker)
}

// truth reports the text at a place and goes on to the next; false if its line
// goes on behind the window.
func (w *scanning) truth(t *truthPlace) bool {
	from := t.at + len(t.marker)
	rest := w.window[from:min(len(w.window), from+maxTruth)]
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		if !w.final && len(rest) < maxTruth {
			return false
		}
		end = len(rest)
	}
	before, known := w.truthLead(t.at)
	text, n := bytes.TrimRight(rest[:end], "\r"), end
	inStrings := quoting{}
	if q := w.truthQuoting(before, t.at); q.n > 0 {
		if quoted, to, goesOn, ok := w.quotedTruth(rest[:end], q); ok {
			text, n, known = quoted, to, true
			if goesOn {
				inStrings = q
			}
		}
	}
	if known && len(text) < maxTruth {
		w.reportTruth(t, text, w.window[t.line:from+min(end, n+maxAfter)])
	}
	w.told, w.toldIn = w.base+int64(from+n), inStrings
	w.nextTruth(t, from+n)
	return true
}

// reportTruth reports a text on a line, which may be a record.
func (w *scanning) reportTruth(t *truthPlace, text, line []byte) {
	c := Context{before: w.window[t.line:t.at]}
	if c.Stream = w.records.truthStream(line); c.Stream == "" {
		c.Stream = streamOf(alike(c.before))
	}
	w.emit(&Found{Offset: w.base + int64(t.at), Truth: text, Before: t.marker[0] == truthBefore[0], Context: c})
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
