package decode

import (
	"fmt"
	"io"
	"time"

	"proto/modes"
)

// progress is a line on stderr for files that take over a second.
type progress struct {
	p      *modes.Process
	packed *meter // where what is read of the file is not what is added
	total  int64
	done   int64
	start  time.Time
	next   time.Time
	shown  bool
}

// meter counts what is read.
type meter struct {
	io.Reader
	n int64
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	m.n += int64(n)
	return n, err
}

const (
	progressAfter = time.Second
	progressEvery = 200 * time.Millisecond
)

// newProgress is nil, which shows nothing, without a terminal or a size.
func newProgress(p *modes.Process, src *source) *progress {
	if !p.StatusLine || p.OutTerminal || src.size == 0 {
		return nil
	}
	now := time.Now()
	b := &progress{p: p, total: src.size, start: now, next: now.Add(progressAfter)}
	if src.packs != "" {
		b.packed = src.below
	}
	return b
}

// add adds what was read, unpacked. All that is shown is of the file as it is.
func (b *progress) add(n int) {
	if b == nil {
		return
	}
	if b.done += int64(n); b.packed != nil {
		b.done = b.packed.n
	}
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
