package scan

import (
	"bytes"
	"errors"
	"io"

	"proto/wire"
)

const (
	// MaxFrame is how many bytes a frame may have, undone of all that is around it.
	MaxFrame = 64 << 10
	// Window is how many bytes behind an anchor are looked at. Given so many, a
	// scanner always goes on.
	Window = 512 << 10
	// maxContext is how much of the text before a frame is looked at for its time,
	// its stream and the like.
	maxContext = 16 << 10
	maxLevels  = 64 // of objects and arrays in a frame
)

// A Found is a frame, or a text that the log says is in one.
type Found struct {
	Offset int64 // of its first byte
	Frame  *wire.Frame
	// Bare says that only the data object was there, as the reference client prints
	// what it sends.
	Bare bool
	// Whole is false where the text ended within the frame.
	Whole   bool
	Context Context

	// Truth, with Frame nil, is a plain text that the log itself prints. Before says
	// that it is printed before its answer.
	Truth  []byte
	Before bool
}

// A Scanner finds frames. The zero Scanner is ready to use; one goroutine at a
// time.
type Scanner struct {
	// Truths has it find the texts that the reference programs print, too.
	Truths bool

	base      int64         // offset of the window's first byte
	tail      []byte        // what stood before the window, back to the last frame
	begun     []byte        // how the line begins that the window begins in
	seam      []byte        // the tail and what is behind it
	taken     []span        // lines that a frame has been collected from
	told      int64         // up to where the last text reaches that the log prints
	toldIn    quoting       // of the string that goes on there
	ahead     ahead         // what the lines behind an anchor are
	frame     wire.Frame    // of what is collected or undone
	repeats   wire.Repeater // reads those that lie as they are
	text      []byte        // undone
	places    []int32       // for each byte of text, where what it stands for ends
	scratch   []byte        // the text and the places of a string within a string
	spare     []int32
	quoted    quoting // of the last frame in strings
	quotedTo  int64   // where that ends
	lineSpans []span  // of the lines that are being collected
	records   recordReader
	followed  string // the stream that tshark follows
	packet    packet // of tshark's, the last one with a frame
	find      Found  // what is reported of frames
}

func limits() wire.Limits { return wire.Limits{Bytes: MaxFrame, Levels: maxLevels} }

// Scan finds what is in the window and says how many of its bytes it is done with:
// the rest is to be given again, with more behind it. final says that there is no
// more. What emit gets is good until it returns. A window of Window bytes and more
// is always taken in part.
func (s *Scanner) Scan(window []byte, final bool, emit func(*Found)) (n int) {
	w := &scanning{Scanner: s, window: window, final: final, emit: emit, cut: -1, line: lineHead{from: -1}}
	n = w.run()
	s.keepTail(window[w.end:n])
	s.keepHead(window[:n])
	s.base += int64(n)
	s.dropTaken()
	s.ahead.drop(s.base)
	return n
}

// keepTail keeps what the next window's frames may have for their context.
func (s *Scanner) keepTail(passed []byte) {
	if len(passed) >= maxContext {
		s.tail = append(s.tail[:0], passed[len(passed)-maxContext:]...)
		return
	}
	if more := len(s.tail) + len(passed) - maxContext; more > 0 {
		s.tail = append(s.tail[:0], s.tail[more:]...)
	}
	s.tail = append(s.tail, passed...)
}

// scanning is one call of Scan.
type scanning struct {
	*Scanner
	window []byte
	final  bool
	emit   func(*Found)
	end    int // of the last frame
	cut    int // the first brace from which the text ends within a frame; -1: none
	line   lineHead
	sewn   bool // whether the seam is that of this window
}

// outcome is what came of an anchor.
type outcome int

const (
	nothing  outcome = iota // go on one byte behind it
	found                   // go on behind the frame
	wantMore                // it cannot be said yet
)

// run walks over the window.
func (w *scanning) run() (n int) {
	truths := w.firstTruth()
	for pos := 0; ; {
		at := w.nextBrace(pos)
		for truths.at < at {
			if !w.truth(&truths) {
				return truths.line
			}
		}
		if at == len(w.window) {
			w.reportCut()
			return w.rest(&truths)
		}
		end, o := w.anchor(at)
		switch o {
		case wantMore:
			return at
		case found:
			w.passed(end)
			pos = end
			if truths.at < pos {
				w.nextTruth(&truths, pos)
			}
			truths.line = max(truths.line, w.end) // on a frame's line: what is behind that
		default:
			pos = at + 1
		}
	}
}

// nextBrace is where the next one is, or the window's end. Most often it is there, or
// behind the end of a line.
func (w *scanning) nextBrace(pos int) int {
	for i := pos; i < len(w.window) && i < pos+2; i++ {
		if w.window[i] == '{' {
			return i
		}
	}
	if at := bytes.IndexByte(w.window[pos:], '{'); at >= 0 {
		return pos + at
	}
	return len(w.window)
}

// passed goes on behind a frame.
func (w *scanning) passed(end int) {
	w.end, w.cut = end, -1
	w.tail = w.tail[:0]
}

// isCut notes a brace that the text ends behind, within a frame. What is in there
// may still be found.
func (w *scanning) isCut(at int) {
	if w.cut < 0 {
		w.cut = at
	}
}

// reportCut reports the frame that the text ends in.
func (w *scanning) reportCut() {
	if w.cut < 0 {
		return
	}
	_, _ = wire.Parse(w.window[w.cut:], limits(), &w.frame) // as far as it goes
	c := w.context(w.cut)
	if p := w.packetOf(c.before, w.cut); p != nil {
		c = p.context()
	}
	w.emit(&Found{Offset: w.base + int64(w.cut), Frame: &w.frame, Context: c})
}

// rest is how much is done with where there is no brace any more.
func (w *scanning) rest(t *truthPlace) int {
	if w.final || !w.Truths {
		return len(w.window)
	}
	return w.safe(t)
}

// anchor tries the brace at a place.
func (w *scanning) anchor(at int) (end int, o outcome) {
	rest := w.window[at:]
	if f, n := w.repeats.Repeated(rest, limits()); n > 0 && !w.isTaken(at) {
		if end, o := w.whole(at, at+n, f); o != nothing {
			return end, o // as most frames are
		}
	}
	kind, o := lookAhead(rest)
	if o == wantMore {
		return 0, w.patience(rest)
	}
	if w.isTaken(at) {
		return 0, nothing
	}
	switch kind {
	case plainAnchor:
		return w.plain(at)
	case escapedAnchor:
		return w.escaped(at)
	case lineAnchor:
		if end, o := w.lines(at); o != nothing {
			return end, o
		}
		return w.joined(at, at, w.headOf(at), asIs)
	case cutAnchor:
		return w.joined(at, at, w.headOf(at), asIs)
	case cutEscapedAnchor:
		return w.joined(at, at, w.headOf(at), inString)
	}
	return w.hexRecord(at)
}

// patience is wantMore while more may come, and nothing else.
func (w *scanning) patience(rest []byte) outcome {
	if w.final || len(rest) >= Window {
		return nothing
	}
	return wantMore
}

// plain reads a frame where it lies.
func (w *scanning) plain(at int) (int, outcome) {
	rest := w.window[at:]
	f, n, err := w.repeats.Parse(rest, limits())
	switch {
	case err == nil:
		return w.whole(at, at+n, f)
	case !errors.Is(err, io.ErrUnexpectedEOF):
		if prefixed(rest) {
			return w.lines(at)
		}
		if q := w.quotingAt(at); q.n > 0 {
			if end, o, _ := w.unquote(at, q); o != nothing {
				return end, o
			}
		}
		return w.parts(at, err)
	case w.final:
		w.isCut(at)
		return 0, nothing
	}
	return 0, w.patience(rest)
}
