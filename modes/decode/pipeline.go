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
	readSize = 128 << 10
	// batches is how many windows are between reading and printing.
	batches = 5
)

// pipeline works in three steps: it reads and scans, decrypts, prints. Each step takes
// the batches in their order. The first takes about as long as the others: with two
// workers it is one goroutine, and they are one.
type pipeline struct {
	o       *options
	p       *modes.Process
	opener  *opener
	printer *printer
	free    chan *batch
	source  *source // the last one
	bar     *progress
}

func newPipeline(o *options, p *modes.Process) *pipeline {
	pl := &pipeline{o: o, p: p, opener: newOpener(o), free: make(chan *batch, batches)}
	pl.printer = &printer{o: o, out: p.Out, flush: p.OutTerminal || o.follow}
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
		return pl.runOne(ctx)
	}
	// What cannot be printed need not be read: the first error ends all.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	found := make(chan *batch, batches)
	var rest sync.WaitGroup
	var printing error
	rest.Go(func() {
		for b := range found {
			if printing != nil {
				pl.release(b)
			} else if printing = pl.decode(b); printing != nil {
				cancel(printing)
			}
		}
	})
	err := pl.readAll(ctx, func(b *batch) error { found <- b; return nil })
	close(found)
	rest.Wait()
	if printing != nil {
		return printing
	}
	return pl.finish(err)
}

// runOne is run with one worker.
func (pl *pipeline) runOne(ctx context.Context) error {
	return pl.finish(pl.readAll(ctx, pl.decode))
}

// decode decrypts and prints what one window held.
func (pl *pipeline) decode(b *batch) error {
	defer pl.release(b)
	pl.opener.batch(b)
	return pl.printer.batch(b)
}

func (pl *pipeline) release(b *batch) {
	b.reset()
	pl.free <- b
}

// finish prints what was held back to the end. An error that there has been before
// is the one that counts.
func (pl *pipeline) finish(before error) error {
	if errors.Is(before, modes.ErrStdoutClosed) {
		return before
	}
	var rest batch
	pl.opener.finish(&rest)
	err := pl.printer.batch(&rest)
	if err == nil {
		err = pl.printer.flushAll()
	}
	if before != nil {
		return before
	}
	return err
}

func (pl *pipeline) readAll(ctx context.Context, hand func(*batch) error) error {
	files := pl.o.files
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, name := range files {
		if ctx.Err() != nil {
			return nil
		}
		if err := pl.readFile(ctx, name, hand); err != nil {
			return err
		}
	}
	return nil
}

func (pl *pipeline) readFile(ctx context.Context, name string, hand func(*batch) error) error {
	src, in, err := pl.o.open(name, pl.p.In)
	if err != nil {
		return err
	}
	if pl.o.follow && name != "-" && src.packs == "" {
		in.Close()
		in = &followed{ctx: ctx, name: name}
	}
	defer in.Close()
	pl.source = src
	pl.bar = newProgress(pl.p, src)
	defer pl.bar.clear()
	err = pl.scan(ctx, src, in, hand)
	if err != nil && ctx.Err() == nil && !errors.As(err, new(*modes.Error)) && !errors.Is(err, modes.ErrStdoutClosed) {
		if src.packs != "" {
			err = fmt.Errorf("it is damaged %s: %w", src.packs, err)
		}
		return cannotRead(name, err)
	}
	return err
}

// scan scans one input. What is left of a window goes in front of the next.
func (pl *pipeline) scan(ctx context.Context, src *source, in io.Reader, hand func(*batch) error) error {
	s := &scan.Scanner{Truths: pl.o.verify}
	known := new(layouts)
	var left []byte
	var broken error
	for final := false; !final; {
		b := <-pl.free
		b.source = src
		b.window = append(b.window[:0], left...)
		n, err := in.Read(b.window[len(b.window):min(cap(b.window), len(b.window)+readSize)])
		b.window = b.window[:len(b.window)+n]
		// What is cut off or damaged further on is good up to there.
		if final = err != nil; final && err != io.EOF {
			broken = err
		}
		if ctx.Err() != nil {
			final = true
		}
		used := s.Scan(b.window, final, func(f *scan.Found) { b.add(f, known) })
		left = append(left[:0], b.window[used:]...)
		pl.bar.add(n)
		if err := hand(b); err != nil {
			return err
		}
	}
	return broken
}
