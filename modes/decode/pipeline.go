package decode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"proto/modes"
	"proto/modes/decode/scan"
)

const (
	// readSize is how much is read at once.
	readSize = 512 << 10
	// batches is how many windows are between reading and printing.
	batches = 3
)

// pipeline reads and scans on one goroutine, and decrypts and prints on another, or
// all on one.
type pipeline struct {
	o    *options
	p    *modes.Process
	out  *printer
	free chan *batch
	full chan *batch
	err  error // of printing
	bar  *progress
}

func newPipeline(o *options, p *modes.Process, out *printer) *pipeline {
	pl := &pipeline{o: o, p: p, out: out, free: make(chan *batch, batches), full: make(chan *batch, batches)}
	n := batches
	if o.workers == 1 {
		n = 1
	}
	for range n {
		pl.free <- &batch{window: make([]byte, 0, readSize+scan.Window)}
	}
	return pl
}

// run decodes all inputs, one after the other.
func (pl *pipeline) run(ctx context.Context) error {
	if pl.o.workers == 1 {
		err := pl.readAll(ctx)
		return errors.Join(err, pl.err)
	}
	var printing sync.WaitGroup
	printing.Go(func() {
		for b := range pl.full {
			pl.take(b)
		}
	})
	err := pl.readAll(ctx)
	close(pl.full)
	printing.Wait()
	if err == nil {
		err = pl.err
	}
	return err
}

// take prints a batch and gives it back.
func (pl *pipeline) take(b *batch) {
	if pl.err == nil {
		pl.err = pl.out.batch(b)
	}
	if b.done != nil {
		close(b.done)
	}
	b.reset()
	pl.free <- b
}

// hand hands a batch over to be printed.
func (pl *pipeline) hand(b *batch) error {
	if pl.o.workers == 1 {
		pl.take(b)
		return pl.err
	}
	pl.full <- b
	return nil
}

func (pl *pipeline) readAll(ctx context.Context) error {
	files := pl.o.files
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, name := range files {
		if err := pl.readFile(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (pl *pipeline) readFile(ctx context.Context, name string) error {
	src, in, err := pl.o.open(name, pl.p.In)
	if err != nil {
		return err
	}
	if pl.o.follow && name != "-" && src.packs == "" {
		in.Close()
		in = &followed{ctx: ctx, name: name}
	}
	defer in.Close()
	pl.out.file(src)
	pl.bar = newProgress(pl.p, src)
	defer pl.bar.clear()
	err = pl.scan(ctx, src, in)
	if err != nil && ctx.Err() == nil && !errors.As(err, new(*modes.Error)) && !errors.Is(err, modes.ErrStdoutClosed) {
		if src.packs != "" {
			err = fmt.Errorf("it is damaged %s: %w", src.packs, err)
		}
		return cannotRead(name, err)
	}
	return err
}

// scan scans one input. What is left of a window goes in front of the next.
func (pl *pipeline) scan(ctx context.Context, src *source, in io.Reader) error {
	s := &scan.Scanner{Truths: pl.o.verify}
	var left []byte
	for final := false; !final; {
		b := <-pl.free
		b.file = src
		b.window = append(b.window[:0], left...)
		n, err := in.Read(b.window[len(b.window):min(cap(b.window), len(b.window)+readSize)])
		b.window = b.window[:len(b.window)+n]
		if final = err != nil; final && err != io.EOF {
			pl.free <- b
			return err
		}
		if ctx.Err() != nil {
			final = true
		}
		used := s.Scan(b.window, final, b.add)
		left = append(left[:0], b.window[used:]...)
		pl.bar.add(n)
		if err := pl.hand(b); err != nil {
			return err
		}
	}
	return nil
}
