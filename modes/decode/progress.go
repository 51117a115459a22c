package decode

import (
	"fmt"
	"time"

	"proto/modes"
)

// progress is a line on stderr for files that take over a second.
type progress struct {
	p     *modes.Process
	total int64
	done  int64
	start time.Time
	next  time.Time
	shown bool
}

const (
	progressAfter = time.Second
	progressEvery = 200 * time.Millisecond
)

// newProgress is nil, which shows nothing, without a terminal or a size.
func newProgress(p *modes.Process, src *source) *progress {
	if !p.StatusLine || p.OutTerminal || src.size == 0 || src.packs != "" {
		return nil
	}
	now := time.Now()
	return &progress{p: p, total: src.size, start: now, next: now.Add(progressAfter)}
}

func (b *progress) add(n int) {
	if b == nil {
		return
	}
	b.done += int64(n)
	now := time.Now()
	if now.Before(b.next) {
		return
	}
	b.next = now.Add(progressEvery)
	b.shown = true
	rate := float64(b.done) / now.Sub(b.start).Seconds()
	left := time.Duration(float64(b.total-b.done) / rate * float64(time.Second))
	fmt.Fprintf(b.p.Err, "\r\x1b[K%3d %%  %.0f MB/s  %v left", 100*b.done/b.total, rate/1e6, max(0, left).Round(time.Second))
}

func (b *progress) clear() {
	if b != nil && b.shown {
		fmt.Fprint(b.p.Err, "\r\x1b[K")
	}
}
