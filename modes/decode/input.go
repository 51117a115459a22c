package decode

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"

	"proto/modes"
	"proto/wire"
)

// source is one input.
type source struct {
	name    string // as it was given; "-" is stdin
	json    []byte // the name, as JSON
	size    int64  // 0 where it is not known
	head    []byte // the first bytes, unpacked, as far as they have been read
	packs   string // what packs it: "gzip", "zstd", or utf16Text
	regular bool   // a file on a disk
	below   *meter // of what is read of that file, packed or not
}

// headSize is how much of an input is looked at to know what it is, and magicSize how
// much must be to know what packs it.
const (
	headSize  = 4096
	magicSize = 4
)

// open opens an input and undoes its packing.
func (o *options) open(ctx context.Context, name string, stdin io.Reader) (*source, io.ReadCloser, error) {
	src := &source{name: name, json: wire.AppendASCII(nil, name)}
	var raw io.Reader = stdin
	var file *os.File
	if name != "-" {
		f, err := openFile(ctx, name)
		if err == nil {
			var info os.FileInfo
			if info, err = f.Stat(); err == nil && info.IsDir() {
				err = errors.New("it is a folder")
			} else if err == nil && info.Mode().IsRegular() {
				src.size = info.Size()
			}
		}
		switch {
		case err == io.EOF:
			return nil, nil, err
		case err != nil:
			return nil, nil, cannotRead(name, err)
		}
		file, raw = f, f
	}
	if src.regular = isRegular(raw); src.regular {
		src.below = &meter{Reader: raw}
		raw = src.below
	} else {
		raw = &patient{ctx: ctx, Reader: raw}
	}
	in := bufio.NewReaderSize(raw, headSize)
	_, _ = in.Peek(magicSize)         // an error comes again
	head, _ := in.Peek(in.Buffered()) // what one read gave: of a pipe the rest may take long
	reader, err := unpack(src, head, in)
	if err != nil {
		return nil, nil, cannotRead(name, err)
	}
	return src, &closing{reader, file}, nil
}

// openFile opens a file. A FIFO keeps us waiting for somebody who writes to it: that ends
// with ctx, as at the end of the input.
func openFile(ctx context.Context, name string) (*os.File, error) {
	var file *os.File
	var err error
	opened := make(chan struct{})
	go func() { // ends with the opening, which nobody can make it do sooner
		defer close(opened)
		file, err = os.Open(name)
	}()
	select {
	case <-opened:
		return file, err
	case <-ctx.Done():
		return nil, io.EOF
	}
}

// isRegular says whether it is a file on a disk, all of which is there.
func isRegular(r io.Reader) bool {
	file, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

func cannotRead(name string, err error) *modes.Error {
	return &modes.Error{Code: modes.ExitPeer, Message: fmt.Sprintf("cannot read %s: %s", modes.Show(name), modes.Plain(err)), Err: err}
}

// closing closes the file below a reader.
type closing struct {
	io.Reader
	file *os.File
}

func (c *closing) Close() error {
	if d, ok := c.Reader.(interface{ Close() }); ok {
		d.Close()
	}
	if c.file == nil {
		return nil
	}
	return c.file.Close()
}

// utf16Text is what a text is packed by that is no UTF-8.
const utf16Text = "UTF-16"

func unpack(src *source, head []byte, in *bufio.Reader) (io.Reader, error) {
	if order := markOrder(head); order != nil {
		src.packs = utf16Text
		_, err := in.Discard(len(littleMark))
		return &utf16Reader{in: in, order: order}, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		src.packs = "gzip"
		return gzip.NewReader(in)
	case bytes.HasPrefix(head, []byte(zstdMagic)):
		src.packs = "zstd"
		return newUnzstd(in)
	case bytes.HasPrefix(head, []byte("BZh")):
		src.packs = "bzip2"
		return bzip2.NewReader(in), nil
	}
	return in, nil
}
