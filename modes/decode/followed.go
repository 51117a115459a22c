package decode

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// followed reads a file by its name, over truncation, rewriting and rotation, and waits
// for more at its end.
type followed struct {
	ctx    context.Context
	name   string
	file   *os.File
	offset int64
	first  []byte // of what was read of it
	last   []byte // before offset
	there  []byte // what is in the file in their place
}

const (
	// followPause is between two looks at the end of a file.
	followPause = 100 * time.Millisecond
	// knownBytes is how much is kept of what was read to know the file by: logs of one
	// program may begin with the same lines.
	knownBytes = 1 << 10
)

func (f *followed) Read(b []byte) (int, error) {
	for {
		if f.file == nil {
			if err := f.reopen(); err != nil {
				return 0, err
			}
		}
		if f.file != nil {
			n, err := f.file.Read(b)
			switch {
			case n > 0 && f.same(): // looked at behind the reading: it may be rewritten just before
				f.took(b[:n])
				return n, nil
			case n > 0:
				if err := f.again(); err != nil {
					return 0, err
				}
				continue
			case err != nil && err != io.EOF:
				return 0, err
			}
			if f.replaced() {
				continue
			}
		}
		timer := time.NewTimer(followPause)
		select {
		case <-f.ctx.Done():
			timer.Stop()
			return 0, io.EOF
		case <-timer.C:
		}
	}
}

// took notes what was read.
func (f *followed) took(b []byte) {
	f.offset += int64(len(b))
	f.first = append(f.first, b[:min(len(b), knownBytes-len(f.first))]...)
	b = b[max(0, len(b)-knownBytes):]
	if more := len(f.last) + len(b) - knownBytes; more > 0 {
		f.last = append(f.last[:0], f.last[more:]...)
	}
	f.last = append(f.last, b...)
}

// same says whether what was read of the file is still there.
func (f *followed) same() bool {
	return f.holds(f.first, 0) && f.holds(f.last, f.offset-int64(len(f.last)))
}

// holds says whether the file has some bytes at a place.
func (f *followed) holds(want []byte, at int64) bool {
	if len(want) == 0 {
		return true
	}
	f.there = append(f.there[:0], want...)
	n, err := f.file.ReadAt(f.there, at)
	// Where it cannot be read at a place it is no file that is rewritten.
	return n == len(want) && bytes.Equal(f.there, want) || n < len(want) && err != io.EOF
}

// reopen opens what has the name now; none is no error.
func (f *followed) reopen() error {
	file, err := os.Open(f.name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	f.file = file
	f.begin()
	return err
}

// begin is at the beginning of a file.
func (f *followed) begin() {
	f.offset, f.first, f.last = 0, f.first[:0], f.last[:0]
}

// again goes to the beginning of the same file.
func (f *followed) again() error {
	_, err := f.file.Seek(0, io.SeekStart)
	if err == nil {
		f.begin()
	}
	return err
}

// replaced looks, at the end of the file, whether it is still the one: where another
// has its name, that one is next; where it is shorter than was read, or what was read is
// not in it any more, it begins anew.
func (f *followed) replaced() bool {
	info, err := f.file.Stat()
	if err == nil && (info.Size() < f.offset || !f.same()) {
		return f.again() == nil
	}
	named, err2 := os.Stat(f.name)
	if err != nil || err2 != nil || os.SameFile(info, named) {
		return false
	}
	if info, err = f.file.Stat(); err == nil && info.Size() > f.offset {
		return true // written after its end was read, before it lost its name
	}
	f.file.Close()
	f.file = nil
	return true
}

func (f *followed) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}
