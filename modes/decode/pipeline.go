package decode

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"proto/modes"
)

// pipeline takes the batches of a capture through five steps: each is read, scanned, decrypted,
// spelled, written. A worker takes a batch through all of them: what lies in it is in the
// memory next to one processor then. In all steps but the fourth there is one batch at a
// time, in their order.
type pipeline struct {
	opener  *opener
	printer *printer
	capture *capture
	finder  *finder
	workers int
	batches atomic.Int64 // how many there are, or will be
	ended   error        // how reading ended

	reading, scanning, opening, writing *turns
}

func newPipeline(o *options, p *modes.Process) *pipeline {
	return &pipeline{
		opener: newOpener(o), printer: &printer{o: o, out: p.Out}, capture: newCapture(o, p),
		finder: &finder{truths: o.verify, tokens: newTokens()}, workers: o.workers,
		reading: newTurns(), scanning: newTurns(), opening: newTurns(), writing: newTurns(),
	}
}

// run decodes all inputs, one after the other.
func (pl *pipeline) run(ctx context.Context) error {
	// What cannot be printed need not be read: the first error ends all.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	for range pl.workers {
		workers.Go(func() {
			b := newBatch()
			for pl.read(ctx, b) {
				if err := pl.decode(b); err != nil {
					cancel(err)
				}
				b.reset()
			}
		})
	}
	workers.Wait()
	pl.capture.close()
	return pl.finish()
}

// read fills the next batch, and says whether there is one.
func (pl *pipeline) read(ctx context.Context, b *batch) bool {
	b.n = pl.batches.Add(1)
	pl.reading.wait(b.n)
	defer pl.reading.end()
	if pl.ended == nil {
		pl.ended = pl.capture.read(ctx, b)
	}
	return pl.ended == nil
}

// decode takes a batch through the other steps.
func (pl *pipeline) decode(b *batch) error {
	pl.scanning.wait(b.n)
	pl.finder.scan(b)
	pl.scanning.end()
	b.prepare()
	pl.opening.wait(b.n)
	pl.opener.batch(b)
	pl.opening.end()
	pl.printer.spell(b)
	pl.writing.wait(b.n)
	defer pl.writing.end()
	return pl.printer.write(b)
}

// finish prints what was held back to the end. An error that there has been before
// is the one that counts.
func (pl *pipeline) finish() error {
	var rest batch
	pl.opener.finish(&rest)
	pl.printer.spell(&rest)
	if err := pl.printer.write(&rest); err != nil {
		return err
	}
	if pl.ended == io.EOF { // itself: an input may be damaged by its end
		return nil
	}
	return pl.ended
}
