package scan

import (
	"bytes"

	"proto/wire"
)

// whole reports an object that lies as it is.
func (w *scanning) whole(at, end int, f *wire.Frame) (int, outcome) {
	if !w.alone(at) || w.quotedTo == w.base+int64(at) {
		return w.wholeInText(at, end, f)
	}
	w.find.Context = Context{}
	if w.report(at, f) {
		return end, found
	}
	return 0, nothing
}

// wholeInText is whole for one with something around it.
func (w *scanning) wholeInText(at, end int, f *wire.Frame) (int, outcome) {
	q := w.quotingAt(at)
	if q.n > 0 && bytes.IndexByte(w.window[at:end], '\\') >= 0 {
		if end, o, _ := w.unquote(at, q); o != nothing {
			return end, o
		}
	}
	if w.look(at, end) == wantMore {
		return 0, wantMore
	}
	if w.report(at, f) {
		w.isQuoted(q, end)
		return end, found
	}
	return 0, nothing
}

// alone says that nothing but a little white space is between the frame before and
// this place, as in most captures of many frames.
func (w *scanning) alone(at int) bool {
	if at-w.end >= minContext || w.end == 0 && len(w.tail) > 0 {
		return false
	}
	for _, c := range w.window[w.end:at] {
		if c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

// report emits an object that was read, if it is a frame.
func (w *scanning) report(at int, frame *wire.Frame) bool {
	f := &w.find
	f.Offset, f.Frame, f.Whole, f.Bare = w.base+int64(at), frame, true, false
	top := frame.Top
	switch {
	case len(frame.Data) == 0:
		if f.Bare = !top.Get("data").Present() && top.Get("message-type").Kind() == wire.String; !f.Bare {
			return false
		}
	case frame.Likeness() > 0: // of a shape that has both
	case frame.Type().Present():
	case !top.Get("header").Present():
		return false // many a program has its data in a member of that name
	case frame.Data.Get("data").Kind() == wire.Object:
		return false // what is around a frame, which is in there
	}
	w.emit(f)
	return true
}
