package decode

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"proto/modes"
)

const (
	// maxZstdWindow bounds the memory that a zstd file can ask for: zstd -19 asks for it, and
	// with it there is little left of goMemory.
	maxZstdWindow = 8 << 20
	zstdMagic     = "\x28\xb5\x2f\xfd"
	// zstdHeaderSize is the longest header of a frame of zstd.
	zstdHeaderSize = 18
)

// unzstd undoes zstd.
type unzstd struct {
	*zstd.Decoder
	in *lastRead
}

func newUnzstd(in io.Reader) (io.Reader, error) {
	u := &unzstd{in: &lastRead{Reader: in}}
	var err error
	u.Decoder, err = zstd.NewReader(u.in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderLowmem(true))
	return u, err
}

// Read fails with a windowError where a frame asks for too much.
func (u *unzstd) Read(b []byte) (int, error) {
	n, err := u.Decoder.Read(b)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		// A block that is damaged can have the same error. It has a header of its own.
		if size := u.in.window(); size > maxZstdWindow {
			err = windowError(size)
		}
	}
	return n, err
}

// windowError says that zstd has a larger window than we have memory for.
type windowError uint64

func (e windowError) Error() string {
	return fmt.Sprintf("it is zstd with a window of %d MiB, and more than %d are not held in memory", (uint64(e)+1<<20-1)>>20, maxZstdWindow>>20)
}

// tooWide is the error for it, with what unpacks all windows.
func (src *source) tooWide(err windowError) *modes.Error {
	e := cannotRead(src.name, err)
	e.Hint = command("zstd -dc --long=31", src.name) + " | proto decode"
	return e
}

// lastRead keeps what was read last: the header of the frame, where that was refused.
type lastRead struct {
	io.Reader
	last []byte
}

func (l *lastRead) Read(b []byte) (int, error) {
	n, err := l.Reader.Read(b)
	l.last = append(l.last, b[max(0, n-zstdHeaderSize):n]...)
	if more := len(l.last) - zstdHeaderSize; more > 0 {
		l.last = append(l.last[:0], l.last[more:]...)
	}
	return n, err
}

// window is what the header asks for that ends where was read to; 0 where there is none.
func (l *lastRead) window() uint64 {
	for i := range l.last {
		header := l.last[i:]
		var h zstd.Header
		if !bytes.HasPrefix(header, []byte(zstdMagic)) || h.Decode(header) != nil || h.HeaderSize != len(header) {
			continue
		}
		if h.SingleSegment {
			return h.FrameContentSize
		}
		return h.WindowSize
	}
	return 0
}
