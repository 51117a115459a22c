package decode

import (
	"bytes"
	"io"
	"os"
	"time"
)

// tail is a file that is read to its end, and from there on as it grows.
type tail struct {
	file    *os.File
	info    os.FileInfo // which file it is
	offset  int64
	first   []byte    // of what was read of it
	last    []byte    // before offset
	there   []byte    // what is in the file in their place
	written time.Time // when it was last seen to have more, or its turn came or ended
	waiting time.Time // since when there is something in it; zero: there is nothing yet
}

// knownBytes is how much is kept of what was read to know the file by: logs of one
// program may begin with the same lines.
const knownBytes = 1 << 10

// openTail opens what has the name now.
func openTail(name string, now time.Time) (*tail, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &tail{file: file, info: info, written: now}, nil
}

// read reads what is new; nothing is no error.
func (t *tail) read(b []byte) (int, error) {
	n, err := t.file.Read(b)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// took notes what was read.
func (t *tail) took(b []byte, now time.Time) {
	t.written = now
	t.offset += int64(len(b))
	t.first = append(t.first, b[:min(len(b), knownBytes-len(t.first))]...)
	b = b[max(0, len(b)-knownBytes):]
	if more := len(t.last) + len(b) - knownBytes; more > 0 {
		t.last = append(t.last[:0], t.last[more:]...)
	}
	t.last = append(t.last, b...)
}

// same says whether what was read of the file is still there: where it was truncated or
// rewritten, it is not.
func (t *tail) same() bool {
	return t.holds(t.first, 0) && t.holds(t.last, t.offset-int64(len(t.last)))
}

// holds says whether the file has some bytes at a place.
func (t *tail) holds(want []byte, at int64) bool {
	if len(want) == 0 {
		return true
	}
	t.there = append(t.there[:0], want...)
	n, err := t.file.ReadAt(t.there, at)
	// Where it cannot be read at a place it is no file that is rewritten.
	return n == len(want) && bytes.Equal(t.there, want) || n < len(want) && err != io.EOF
}

// again goes to the beginning of the same file.
func (t *tail) again() error {
	_, err := t.file.Seek(0, io.SeekStart)
	if err == nil {
		t.offset, t.first, t.last = 0, t.first[:0], t.last[:0]
	}
	return err
}

// more says whether the file has more than was read of it.
func (t *tail) more() bool {
	info, err := t.file.Stat()
	return err == nil && info.Size() > t.offset
}
