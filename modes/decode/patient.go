package decode

import (
	"context"
	"io"
	"time"
)

// patient reads what may keep us waiting for as long as it likes, as a pipe whose other
// end is silent does: its Read ends with ctx, soon, as at the end of the input. One goroutine
// at a time.
type patient struct {
	io.Reader
	ctx   context.Context
	asked chan []byte
	told  chan outcome
}

// outcome is what a Read returned.
type outcome struct {
	n   int
	err error
}

func (p *patient) Read(b []byte) (int, error) {
	if p.ctx.Err() != nil {
		return 0, io.EOF
	}
	if p.asked == nil {
		p.asked, p.told = make(chan []byte, 1), make(chan outcome, 1)
		go p.run() // ends with the input, which nobody can make it do sooner, or with ctx
	}
	p.asked <- b
	select {
	case o := <-p.told:
		return o.n, o.err
	case <-p.ctx.Done():
	}
	timer := time.NewTimer(lastWait)
	defer timer.Stop()
	select {
	case o := <-p.told: // it had come, and is not lost
		return o.n, o.err
	case <-timer.C:
		return 0, io.EOF // b belongs to run from now on, and nobody else reads or writes it
	}
}

// lastWait is for what is being read when ctx ends.
const lastWait = 50 * time.Millisecond

func (p *patient) run() {
	for {
		select {
		case b := <-p.asked:
			n, err := p.Reader.Read(b)
			p.told <- outcome{n, err}
		case <-p.ctx.Done():
			return
		}
	}
}
