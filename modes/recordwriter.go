package modes

import (
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strconv"
	"unicode/utf8"

	"proto/wire"
)

// maxRecordWrite is about how much is written at once.
const maxRecordWrite = 256 << 10

// recordWriter writes what is in the queue. One goroutine runs it.
type recordWriter struct {
	w    io.WriteCloser
	torn bool // the file ends within a line
	say  Recording

	missed int64 // frames of which no line says yet that they are missing
	said   bool  // that the file cannot be written
	buf    []byte
	lines  []recordLine // in buf
	failed int64        // frames of the batch that could not be written
}

// recordLine is a line in the buffer.
type recordLine struct {
	end    int
	frames int64 // 1 of a frame
	missed int64 // that it says are missing
}

// run writes until the queue is closed.
func (w *recordWriter) run(q *recordQueue) {
	defer w.w.Close()
	var batch recordBatch
	for more := true; more; {
		batch.reset()
		batch, more = q.take(batch)
		w.write(&batch)
		q.settled(w.failed)
	}
}

// write writes a batch, in parts.
func (w *recordWriter) write(b *recordBatch) {
	w.failed = 0
	start := 0
	for i := range b.entries {
		e := &b.entries[i]
		w.missed += e.missed
		w.missing()
		w.buf = appendRecord(w.buf, e, b.bytes[start:e.end])
		w.lines = append(w.lines, recordLine{end: len(w.buf), frames: 1})
		if start = e.end; len(w.buf) >= maxRecordWrite {
			w.flush()
		}
	}
	w.flush()
	if w.missed += b.missed; w.missed > 0 {
		w.missing()
		w.flush()
	}
}

// missing adds the line that says how many frames are missing here.
func (w *recordWriter) missing() {
	if w.missed == 0 {
		return
	}
	w.buf = append(strconv.AppendInt(append(w.buf, `{"dropped":`...), w.missed, 10), "}\n"...)
	w.lines = append(w.lines, recordLine{end: len(w.buf), missed: w.missed})
	w.missed = 0
}

// flush writes what is in the buffer. Lines that could not be written whole are
// missing; a part of one is ended before the next.
func (w *recordWriter) flush() {
	if len(w.buf) == 0 {
		return
	}
	if w.torn {
		if n, err := w.w.Write([]byte{'\n'}); n == 1 && err == nil {
			w.torn = false
		} else {
			w.lose(w.lines, err)
			return
		}
	}
	n, err := w.w.Write(w.buf)
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	if err == nil {
		w.buf, w.lines = w.buf[:0], w.lines[:0]
		return
	}
	whole := 0
	for whole < len(w.lines) && w.lines[whole].end <= n {
		whole++
	}
	w.torn = n > 0 && (whole == 0 || w.lines[whole-1].end < n)
	w.lose(w.lines[whole:], err)
}

// lose counts lines that are not in the file, empties the buffer, and says why once.
func (w *recordWriter) lose(lines []recordLine, err error) {
	for _, l := range lines {
		w.missed += l.frames + l.missed
		w.failed += l.frames
	}
	w.buf, w.lines = w.buf[:0], w.lines[:0]
	if !w.said && err != nil {
		w.said = true
		if errors.Is(err, os.ErrClosed) { // by Close, which has waited long enough
			err = errors.New("nobody reads it")
		}
		w.say.Failed(err)
	}
}

// RecordTime is how a record spells its time.
const RecordTime = "2006-01-02T15:04:05.000000Z07:00"

// appendRecord appends a frame as a line of ASCII: the bytes as a string, or in hex
// where they are no UTF-8. What tells of the frame is before it, so that readers
// that take a file as it comes have it when they find the frame.
func appendRecord(b []byte, e *recordEntry, frame []byte) []byte {
	b = e.at.AppendFormat(append(b, `{"time":"`...), RecordTime)
	b = append(append(b, `","dir":"`...), e.dir...)
	b = wire.AppendASCII(append(b, `","peer":`...), e.tape.peer)
	b = strconv.AppendInt(append(b, `,"stream":"`...), e.tape.stream, 10)
	if utf8.Valid(frame) {
		b = wire.AppendASCII(append(b, `","frame":`...), string(frame))
	} else {
		b = append(hex.AppendEncode(append(b, `","hex":"`...), frame), '"')
	}
	return append(b, "}\n"...)
}
