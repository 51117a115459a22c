package decode

import (
	"proto/modes"
	"proto/modes/decode/scan"
)

// finder finds the frames in what was read, input by input.
type finder struct {
	truths  bool
	source  *source // the last one
	scanner *scan.Scanner
	known   *layouts
	tokens  *tokens
	left    []byte         // of a window, to be in front of the next
	found   bool           // a frame in this input
	barren  []*modes.Error // for the inputs that were read, and have something, but no frame
}

// scan finds what is in the piece that was read last.
func (f *finder) scan(b *batch) {
	if f.source != b.source {
		f.source, f.scanner, f.known = b.source, &scan.Scanner{Truths: f.truths}, new(layouts)
		f.left, f.found = f.left[:0], false
	}
	b.windowBehind(f.left)
	used := f.scanner.Scan(b.window, b.final, func(found *scan.Found) {
		if b.stopped && !found.Whole && found.Frame != nil {
			return // it is not the capture that ends within it
		}
		b.add(found, f.known, f.tokens)
	})
	f.left = append(f.left[:0], b.window[used:]...)
	f.found = f.found || b.hasFrame()
	if b.ended && !f.found && len(b.source.head) > 0 {
		f.barren = append(f.barren, noFrames(b.source))
	}
}
