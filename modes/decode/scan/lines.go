package scan

import (
	"bytes"
	"errors"
	"io"

	"proto/wire"
)

// maxDepth is how deep a frame over lines may be: no program prints one deeper.
const maxDepth = 16

// lines collects a frame that is printed over lines with something around each:
// a prefix, or a JSON record. Lines of others in between stay for themselves.
func (w *scanning) lines(at int) (int, outcome) {
	next := lineEnd(w.window, at)
	if next < 0 {
		return 0, w.patience(w.window[at:])
	}
	w.text = append(w.text[:0], "{\n"...)
	line := w.lineOf(at, next)
	if r := w.records.of(line); r != nil {
		return w.collect(at, next, &distance{}, r)
	}
	second, reader, o := w.second(at, line)
	switch o {
	case wantMore:
		return w.cutLines(at)
	case nothing:
		return 0, nothing
	}
	far := &distance{ahead: &w.ahead, line: second.line, next: w.ahead.behind(second.line)}
	start := w.ahead.starts[second.line-w.ahead.first] - w.base
	return w.collect(at, int(start), far, reader)
}

// collect collects the lines of a frame from a place on.
func (w *scanning) collect(at, next int, far *distance, reader lineReader) (int, outcome) {
	c := w.context(at)
	w.lineSpans = w.lineSpans[:0]
	for depth := 1; depth > 0; {
		if next >= len(w.window) {
			return w.cutLines(at)
		}
		end := lineEnd(w.window, next)
		if end < 0 && !w.final {
			return 0, w.patience(w.window[at:])
		}
		if end < 0 {
			end = len(w.window)
		}
		if end-at > Window {
			return 0, nothing
		}
		text, ok := reader.line(w.window[next:end])
		switch {
		case ok && len(w.lineSpans) == 0 && !startsFrame(text):
			return 0, nothing
		case ok:
			w.text = append(append(w.text, text...), '\n')
			w.lineSpans = append(w.lineSpans, span{w.base + int64(next), w.base + int64(end)})
			depth += balance(text)
			if depth > maxDepth || len(w.text) > MaxFrame || w.isHopeless(len(w.lineSpans)) {
				return 0, nothing
			}
		}
		if depth > 0 && !w.step(far, at, ok) {
			return 0, nothing
		}
		next = end
	}
	n, err := wire.Parse(w.text, limits(), &w.frame)
	w.find.Context = reader.context(c)
	if err != nil || n == 0 || bytes.IndexByte(w.text[n:], '{') >= 0 || !w.report(at, &w.frame) {
		return 0, nothing // behind it there may be others on the same line
	}
	w.letGo()
	w.take(append(w.lineSpans, span{w.base + int64(at), w.base + int64(lineEnd(w.window, at))}))
	return at + 1, found
}

// isHopeless says that the lines so far are no beginning of a frame: whoever looks like
// one is not followed to its end. It is asked for each number of lines, and looks at some.
func (w *scanning) isHopeless(lines int) bool {
	if lines&(lines-1) != 0 {
		return false
	}
	_, err := wire.Parse(w.text, limits(), &w.frame)
	return err != nil && !errors.Is(err, io.ErrUnexpectedEOF)
}

// distance is how far a line is behind the last one of a frame.
type distance struct {
	lines  int    // since
	ahead  *ahead // with line and next, tells others; nil where the lines are records
	line   int    // the number of this line
	next   int    // the index of the next second line
	last   int    // the number of the frame's last line
	others int    // who have been heard since
}

// step goes on to the next line, and says whether it may still be one of the frame. ours
// says that this line is.
func (w *scanning) step(d *distance, at int, ours bool) bool {
	if d.lines++; ours {
		d.lines, d.others, d.last = 0, 0, d.line
	}
	if d.lines > allowed(d.others) {
		return false
	}
	if d.ahead == nil {
		return true
	}
	if d.line++; d.line == d.ahead.count() && w.lookAt(at) == nothing {
		return false
	}
	if d.next < len(d.ahead.seconds) && d.ahead.seconds[d.next].line == d.line {
		if d.ahead.seconds[d.next].before < d.last {
			d.others++
		}
		d.next++
	}
	return true
}

// cutLines is what becomes of a frame that the window ends in.
func (w *scanning) cutLines(at int) (int, outcome) {
	if !w.final {
		return 0, w.patience(w.window[at:])
	}
	if len(w.text) > 2 {
		w.isCut(at)
	}
	return 0, nothing
}

// lineEnd is where the line of a place ends, its newline included; -1 if that is
// not in the window.
func lineEnd(b []byte, at int) int {
	i := bytes.IndexByte(b[at:], '\n')
	if i < 0 {
		return -1
	}
	return at + i + 1
}

// startsFrame says whether the second line of a frame is here.
func startsFrame(line []byte) bool {
	i := skipSpace(line, 0)
	if i == len(line) || line[i] != '"' && line[i] != '\'' {
		return false
	}
	kind, _ := nameAhead(line[i+1:], line[i])
	return kind == plainAnchor
}

// balance is how many more braces and brackets a line opens than it closes.
func balance(line []byte) (depth int) {
	var quote byte
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return depth
}

// lineReader is how the lines of a frame are told from those of others.
type lineReader interface {
	// line gives what a line holds of the frame.
	line(line []byte) (text []byte, ok bool)
	// context adds what the reader knows to the context of the frame's brace.
	context(c Context) Context
}

// lineOf is the line of a place, which ends at end: from the end of the frame before on, if that
// is in it, and not more than maxContext bytes before the place, as of a window that has gone no
// more is kept.
func (w *scanning) lineOf(at, end int) []byte {
	start := max(w.end, bytes.LastIndexByte(w.window[:at], '\n')+1, at-maxContext)
	if start > 0 || len(w.tail) == 0 {
		return w.window[start:end]
	}
	// The line began in the window before.
	before := w.tail[bytes.LastIndexByte(w.tail, '\n')+1:]
	before = before[max(0, len(before)+at-maxContext):]
	return append(append([]byte(nil), before...), w.window[:end]...)
}
