package decode

import (
	"context"
	"errors"
	"fmt"
	"io"

	"proto/modes"
)

// readSize is how much is read at once.
const readSize = 128 << 10

// capture is all inputs, one after the other.
type capture struct {
	o         *options
	p         *modes.Process
	names     []string // of inputs to come
	source    *source  // the last one
	in        io.ReadCloser
	following bool  // it ends with ctx by itself, behind what was written before
	broken    error // how the last one ended, where that is no end
	bar       *progress
}

func newCapture(o *options, p *modes.Process) *capture {
	c := &capture{o: o, p: p, names: o.files}
	if len(c.names) == 0 {
		c.names = []string{"-"}
	}
	return c
}

// read reads the next piece. io.EOF says that there is none.
func (c *capture) read(ctx context.Context, b *batch) error {
	if c.broken != nil {
		return c.broken
	}
	if c.in == nil {
		if ctx.Err() != nil || len(c.names) == 0 {
			return io.EOF
		}
		if err := c.next(ctx); err != nil {
			return err
		}
	}
	n, err := c.in.Read(b.space())
	b.source, b.read = c.source, n
	if want := headSize - len(c.source.head); want > 0 {
		c.source.head = append(c.source.head, b.space()[:min(n, want)]...)
	}
	c.bar.add(n)
	b.final = err != nil || ctx.Err() != nil && !c.following
	b.ended = err == io.EOF && ctx.Err() == nil
	b.stopped = b.final && err == nil && c.source.regular
	if b.final {
		c.close()
		// What is cut off or damaged further on is good up to there.
		if err != nil && err != io.EOF {
			c.broken = c.failed(ctx, err)
		}
	}
	return nil
}

// next opens the next input.
func (c *capture) next(ctx context.Context) error {
	name := c.names[0]
	c.names = c.names[1:]
	src, in, err := c.o.open(ctx, name, c.p.In)
	if err != nil {
		return err
	}
	if c.o.follow && name != "-" && src.regular && src.packs == utf16Text {
		in.Close()
		return cannotFollow(src)
	}
	if c.o.follow && name != "-" && src.packs == "" && src.regular {
		in.Close()
		in, c.following = &followed{ctx: ctx, name: name}, true
	}
	c.source, c.in, c.bar = src, in, newProgress(c.p, src)
	return nil
}

// failed is the error of an input that could not be read to its end.
func (c *capture) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.As(err, new(*modes.Error)) {
		return err
	}
	var wide windowError
	if errors.As(err, &wide) {
		return c.source.tooWide(wide)
	}
	if c.source.packs != "" {
		err = fmt.Errorf("it is damaged %s: %w", c.source.packs, err)
	}
	return cannotRead(c.source.name, err)
}

// close closes the input that is being read, if there is one.
func (c *capture) close() {
	if c.in == nil {
		return
	}
	c.bar.clear()
	c.in.Close()
	c.in = nil
}
