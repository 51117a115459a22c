package connect

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"proto/modes"
	"proto/wire"
)

// display shows one session to a person or a program: its watcher.
type display struct {
	p      *modes.Process
	s      *settings
	screen *modes.Screen
	said   string // the last note, which is not said twice in a row
}

// runOne runs one session and shows it.
func runOne(ctx context.Context, p *modes.Process, s *settings, login modes.Login, dial dialer) error {
	d := &display{p: p, s: s, screen: modes.NewScreen(p)}
	defer d.screen.Clear()
	ctx, stop := untilSignal(ctx, p.Signals)
	defer stop()
	return newSession(s, login, dial, d).run(ctx)
}

// untilSignal is a context that a signal cancels; a *signalled is then its cause.
func untilSignal(ctx context.Context, signals <-chan os.Signal) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case sig := <-signals:
			cancel(&signalled{sig})
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		cancel(nil)
		watching.Wait()
	}
}

func (d *display) sent(frame []byte) {
	if d.s.verbose {
		d.screen.Note(modes.TraceBytes("Sending", frame, d.s.secrets))
	}
}

func (d *display) received(f *wire.Frame) {
	if d.s.verbose {
		d.screen.Note(modes.Trace("Received", f, d.s.secrets))
	}
}

func (d *display) connected() {}
func (d *display) opened()    {}

func (d *display) answered(a wire.Answer, session int64, asked time.Time) error {
	now := time.Now()
	if a.Unreadable != nil {
		d.screen.Note(fmt.Sprintf("answer %d cannot be read: %v", a.Sequence, a.Unreadable))
	}
	line := answerLine
	if d.s.json {
		line = answerJSON
	}
	return d.screen.Line(line(a, session, now, now.Sub(asked)))
}

func (d *display) lost(_ trouble, note string) { d.note(note) }

func (d *display) mended(note string) { d.note(note) }

func (d *display) note(note string) {
	if note != d.said {
		d.screen.Note("note: " + note)
		d.said = note
	}
}

// waiting shows the time left and the next request, every second.
func (d *display) waiting(w waiting) time.Time {
	if !d.p.StatusLine {
		return time.Time{}
	}
	if time.Until(w.next) >= time.Second {
		d.screen.Status(statusText(w))
	}
	return time.Now().Add(time.Second)
}
