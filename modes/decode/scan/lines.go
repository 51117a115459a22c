package scan

import (
	"bytes"

	"proto/wire"
)

const (
	// maxDepth is how deep a frame over lines may be: no program prints one deeper.
	maxDepth = 16
	// maxBetween is how many lines of others may stand behind the first of a frame. There may
	// be a brace at the end of each line of a log, and each looks so far for its frame.
	maxBetween = 64
)

// lines collects a frame that is printed over lines with something around each:
// a prefix, or a JSON record. Lines of others in between stay for themselves.
func (w *scanning) lines(at int) (int, outcome) {
	rest := w.window[at:]
	if lineEnd(w.window, at) < 0 {
		return 0, w.patience(rest)
	}
	reader := w.lineReader(at)
	if reader == nil {
		return 0, nothing
	}
	c := w.context(at)
	w.text = append(w.text[:0], "{\n"...)
	taken := []span{}
	next := lineEnd(w.window, at)
	last := next // where the last line of the frame ended
	between := 0 // lines since
	for depth := 1; depth > 0; {
		if next < 0 || next >= len(w.window) {
			return w.cutLines(at)
		}
		end := lineEnd(w.window, next)
		if end < 0 && !w.final {
			return 0, w.patience(rest)
		}
		if end < 0 {
			end = len(w.window)
		}
		if end-at > Window || len(w.text) > MaxFrame || depth > maxDepth || next-last > maxContext || len(taken) == 0 && between > maxBetween {
			return 0, nothing
		}
		text, ok := reader.line(w.window[next:end], len(taken) == 0)
		switch {
		case ok && len(taken) == 0 && !startsFrame(text):
			return 0, nothing
		case ok:
			w.text = append(append(w.text, text...), '\n')
			taken = append(taken, span{w.base + int64(next), w.base + int64(end)})
			depth += balance(text)
			last, between = end, 0
		default:
			between++
		}
		next = end
	}
	n, err := wire.Parse(w.text, limits(), &w.frame)
	w.find.Context = reader.context(c)
	if err != nil || n == 0 || !w.report(at, &w.frame) {
		return 0, nothing
	}
	w.letGo()
	w.take(append(taken, span{w.base + int64(at), w.base + int64(lineEnd(w.window, at))}))
	return at + 1, found
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

// take marks lines, so that braces in them are no anchors.
func (w *scanning) take(lines []span) {
	w.taken = append(w.taken, lines...)
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
	// line gives what a line holds of the frame; first says that it is the second
	// line of the frame, from which the reader may learn.
	line(line []byte, first bool) (text []byte, ok bool)
	// context adds what the reader knows to the context of the frame's brace.
	context(c Context) Context
}

// lineReader finds out what stands around the line that ends with a brace.
func (w *scanning) lineReader(at int) lineReader {
	start := bytes.LastIndexByte(w.window[:at], '\n') + 1
	end := lineEnd(w.window, at)
	if end < 0 {
		return nil
	}
	line := w.window[start:end]
	if start == 0 && len(w.tail) > 0 { // the line began in the window before
		before := w.tail[bytes.LastIndexByte(w.tail, '\n')+1:]
		line = append(append([]byte(nil), before...), line...)
	}
	if r := w.records.of(line); r != nil {
		return r
	}
	return &prefixReader{opening: line}
}

// prefixReader takes the lines that begin as the frame's second one does, times
// aside.
type prefixReader struct {
	opening []byte // the line that ends with the brace
	prefix  []byte // with all times alike
	plain   []byte // as the opening line has it
}

func (r *prefixReader) line(line []byte, first bool) ([]byte, bool) {
	line = bytes.TrimRight(line, "\r\n")
	if !first {
		n, ok := samePrefix(line, r.prefix)
		return line[n:], ok
	}
	quote := bytes.IndexAny(line, `"'`)
	for ; quote >= 0 && quote < len(line); quote++ {
		if (line[quote] == '"' || line[quote] == '\'') && startsFrame(line[quote:]) {
			break
		}
	}
	if quote < 0 || quote >= len(line) {
		return nil, false
	}
	prefix := bytes.TrimRight(alike(line[:quote]), " \t")
	n, ok := samePrefix(r.opening, prefix)
	if !ok || !isPrefix(prefix) {
		return nil, false
	}
	r.prefix, r.plain = prefix, r.opening[:n]
	return line[quote:], true
}

// isPrefix says whether what stands before a frame's line may be a prefix. What has braces
// is another frame, and so is what ends in a string.
func isPrefix(b []byte) bool {
	return len(b) > 0 && bytes.IndexByte(b, '{') < 0 && bytes.IndexByte(b, '}') < 0 && bytes.Count(b, []byte{'"'})%2 == 0
}

func (r *prefixReader) context(c Context) Context {
	if c.Stream == "" {
		c.Stream = streamOf(r.prefix)
	}
	if c.Time == "" {
		c.Time = findTime(r.plain)
	}
	return c
}
