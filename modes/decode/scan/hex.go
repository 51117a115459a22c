package scan

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"

	"proto/wire"
)

// A record of ours has the bytes of a frame that is no UTF-8 in hex. Another tool may have
// put spaces behind the colons.
var (
	recordStart = []byte(`{"time":`)
	recordHex   = []byte(`"hex":`)
	hexBrace    = []byte(`"7b`) // the frame's
)

// maxRecordHead is how far into a record its frame begins at the latest.
const maxRecordHead = 512

// hexRecord reads the frame of a record line, if the brace begins one that has it
// in hex.
func (w *scanning) hexRecord(at int) (int, outcome) {
	rest := w.window[at:]
	if n := min(len(rest), len(recordStart)); !bytes.Equal(rest[:n], recordStart[:n]) {
		return 0, nothing
	} else if n < len(recordStart) {
		return 0, w.patience(rest)
	}
	end := bytes.IndexByte(rest, '\n')
	if end < 0 && !w.final {
		return 0, w.patience(rest)
	} else if end < 0 {
		end = len(rest)
	}
	i := bytes.Index(rest[:min(end, maxRecordHead)], recordHex)
	if i < 0 {
		return 0, nothing
	}
	from := skipSpace(rest[:end], i+len(recordHex))
	if !bytes.HasPrefix(rest[from:end], hexBrace) || w.isTaken(at+from+1) {
		return 0, nothing
	}
	from++ // behind the quote
	digits := rest[from:end]
	n := bytes.IndexByte(digits, '"')
	if n < 0 || n > 2*MaxFrame {
		return 0, nothing
	}
	frame, err := hex.AppendDecode(w.text[:0], digits[:n])
	if err != nil {
		return 0, nothing
	}
	w.find.Context = Context{before: rest[:i]}
	if _, err = wire.Parse(frame, limits(), &w.frame); errors.Is(err, io.ErrUnexpectedEOF) {
		return w.joined(at, at+from, rest[:from], inHex)
	}
	if err != nil || !w.report(at, &w.frame) {
		return 0, nothing
	}
	w.letGo()
	return at + from + n, found
}
