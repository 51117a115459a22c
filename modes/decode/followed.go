package decode

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"
)

// followed reads a file by its name, over truncation, rewriting and rotation, and waits
// for more at its end. Whoever writes is told of a rotation only after it, and writes to the
// old file until then: so that one is read on, before the one that has its name, until it
// has been quiet for a while, and beside it for some time more.
type followed struct {
	ctx     context.Context
	name    string
	tails   []*tail   // in the order in which they had the name
	lead    int       // up to this one they are read; those behind it wait
	last    *tail     // what was read last is of it; nil: of one whose turn is over
	line    bool      // and ended a line
	looked  time.Time // for what has the name
	drained int       // bytes read since ctx ended
}

const (
	// followPause is between two looks at the end of a file.
	followPause = 100 * time.Millisecond
	// quietTime is how long nothing must come of a file before the next one is begun,
	// or goes on in the middle of its line.
	quietTime = time.Second
	// longestLead is how long the next one waits for a file that is never quiet.
	longestLead = 10 * time.Second
	// lateTime is how long an old file is read on beside the next one after it was last
	// written to.
	lateTime = time.Minute
	// maxTails bounds the files that are open.
	maxTails = 4
	// maxDrained bounds what is read when following ends, of what was written before.
	maxDrained = 16 << 20
)

func (f *followed) Read(b []byte) (int, error) {
	for {
		now, stopped := time.Now(), f.ctx.Err() != nil
		if now.Sub(f.looked) >= followPause {
			if err := f.look(now); err != nil {
				return 0, err
			}
		}
		f.advance(now, stopped)
		if stopped {
			b = b[:min(len(b), maxDrained-f.drained)]
		}
		n, err := f.take(b, now, stopped)
		switch {
		case n > 0 || err != nil:
			if stopped {
				f.drained += n
			}
			return n, err
		case stopped:
			return 0, io.EOF
		}
		f.pause()
	}
}

// pause waits until it is time for another look.
func (f *followed) pause() {
	timer := time.NewTimer(followPause)
	defer timer.Stop()
	select {
	case <-f.ctx.Done():
		f.looked = time.Time{} // for the last time
	case <-timer.C:
	}
}

// look opens what has the name now, if it is another file, and closes what has been
// quiet for long.
func (f *followed) look(now time.Time) error {
	f.looked = now
	named, err := os.Stat(f.name)
	if err != nil && !errors.Is(err, os.ErrNotExist) && len(f.tails) == 0 {
		return err
	}
	for f.lead > 0 && now.Sub(f.tails[0].written) >= lateTime && !(err == nil && os.SameFile(named, f.tails[0].info)) {
		f.drop(0)
	}
	// What is no regular file, as a FIFO, could keep us waiting for as long as it likes.
	if err == nil && named.Mode().IsRegular() && !f.has(named) && f.room(now) {
		t, err := openTail(f.name, now)
		switch {
		case errors.Is(err, os.ErrNotExist): // is being rotated
		case err != nil:
			return err
		case f.has(t.info): // again
			t.file.Close()
		default:
			f.tails = append(f.tails, t)
		}
	}
	for i := f.lead + 1; i < len(f.tails); i++ {
		// What is empty and has no name any more is passed over in its turn.
		if t := f.tails[i]; t.waiting.IsZero() && (i < len(f.tails)-1 || t.more()) {
			t.waiting = now
		}
	}
	return nil
}

// has says whether a file is open.
func (f *followed) has(info os.FileInfo) bool {
	return slices.ContainsFunc(f.tails, func(t *tail) bool { return os.SameFile(t.info, info) })
}

// room makes room for one more file, if it can be done without losing what is not read yet.
func (f *followed) room(now time.Time) bool {
	if len(f.tails) == maxTails && f.lead > 0 && now.Sub(f.tails[0].written) >= followPause && !f.tails[0].more() {
		f.drop(0)
	}
	return len(f.tails) < maxTails
}

// drop closes a file before the lead.
func (f *followed) drop(i int) {
	f.tails[i].file.Close()
	f.tails = slices.Delete(f.tails, i, i+1)
	f.lead--
}

// advance begins the next file, when it is time. As older ones are asked first, none of
// what is in them already comes behind it.
func (f *followed) advance(now time.Time, stopped bool) {
	for f.lead+1 < len(f.tails) {
		next := f.tails[f.lead+1]
		waited, quiet := now.Sub(next.waiting), now.Sub(f.tails[f.lead].written)
		switch {
		case stopped, len(f.tails) == maxTails:
		case next.waiting.IsZero(), min(waited, quiet) < quietTime && waited < longestLead:
			return
		}
		f.tails[f.lead].written, next.written, f.last = now, now, nil
		f.lead++
	}
}

// take reads of the files up to the lead, older ones first.
func (f *followed) take(b []byte, now time.Time, stopped bool) (int, error) {
	for i := 0; i <= f.lead && i < len(f.tails); i++ {
		t := f.tails[i]
		if t != f.last && !stopped && !f.between(now) {
			continue
		}
		n, err := t.read(b)
		// Looked at behind the reading: it may be rewritten just before.
		if err == nil && (n > 0 || i == f.lead) && !t.same() {
			if i < f.lead { // another's by now, as when old logs are copied on
				f.drop(i)
				i--
				continue
			}
			if err = t.again(); err == nil {
				n, err = t.read(b)
			}
		}
		if err != nil {
			return 0, err
		}
		if n > 0 {
			t.took(b[:n], now)
			f.last, f.line = t, b[n-1] == '\n'
			return n, nil
		}
	}
	return 0, nil
}

// between says whether another file may go on: not in the middle of a line, unless
// nothing comes of it.
func (f *followed) between(now time.Time) bool {
	return f.last == nil || f.line || now.Sub(f.last.written) >= quietTime
}

func (f *followed) Close() error {
	var errs []error
	for _, t := range f.tails {
		errs = append(errs, t.file.Close())
	}
	f.tails, f.lead = nil, 0
	return errors.Join(errs...)
}
