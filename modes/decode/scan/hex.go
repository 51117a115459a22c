package scan

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"

	"proto/wire"
)

// A record of ours has the bytes of a frame that is no UTF-8 in hex.
var (
	recordStart = []byte(`{"time":"`)
	recordHex   = []byte(`"hex":"7b`) // 7b is the frame's brace
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
	if i < 0 || w.isTaken(at+i+len(hexMember)) {
		return 0, nothing
	}
	digits := rest[i+len(recordHex)-2 : end]
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
		return w.joined(at, at+i+len(hexMember), rest[:i+len(hexMember)], inHex)
	}
	if err != nil || !w.report(at, &w.frame) {
		return 0, nothing
	}
	w.letGo()
	return at + i + len(recordHex) - 2 + n, found
}
