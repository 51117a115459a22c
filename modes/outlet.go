package modes

import (
	"context"
	"errors"
	"io"
	"time"
)

// An Outlet writes to what may keep us waiting for as long as it likes, as a pipe that is
// full and that nobody reads does: its Write ends with ctx, soon, as one that failed. Until
// then whoever writes waits, so that nothing is lost and nothing piles up. One goroutine
// at a time.
type Outlet struct {
	to    io.Writer
	ctx   context.Context
	asked chan []byte
	told  chan written
	buf   []byte
	stuck bool // what was asked last has not been told, and nobody waits for it
}

// written is what a Write returned.
type written struct {
	n   int
	err error
}

// ErrNobodyReads says that something was not written before ctx ended.
var ErrNobodyReads = errors.New("nobody reads what is written")

// NewOutlet begins to write to w. Stop is due at the end.
func NewOutlet(ctx context.Context, w io.Writer) *Outlet {
	o := &Outlet{to: w, ctx: ctx, asked: make(chan []byte), told: make(chan written, 1)}
	go o.run()
	return o
}

// lastWait is for what is being written when ctx ends, and for what comes after.
const lastWait = 250 * time.Millisecond

func (o *Outlet) Write(b []byte) (int, error) {
	if o.stuck {
		return 0, ErrNobodyReads
	}
	o.buf = append(o.buf[:0], b...)
	o.asked <- o.buf
	select {
	case w := <-o.told:
		return w.n, w.err
	case <-o.ctx.Done():
	}
	timer := time.NewTimer(lastWait)
	defer timer.Stop()
	select {
	case w := <-o.told:
		return w.n, w.err
	case <-timer.C:
		o.stuck, o.buf = true, nil // it belongs to run from now on
		return 0, ErrNobodyReads
	}
}

// run ends with Stop, or where it is stuck with the Write that nobody can end sooner.
func (o *Outlet) run() {
	defer close(o.told)
	for b := range o.asked {
		n, err := o.to.Write(b)
		o.told <- written{n, err}
	}
}

// Stop ends it. A Write that is stuck is left to the end of the process.
func (o *Outlet) Stop() {
	close(o.asked)
	if !o.stuck {
		<-o.told
	}
}
