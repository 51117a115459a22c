package connect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"proto/modes"
	"proto/wire"
)

// display shows one session to a person or a program: its watcher. The session waits
// for whoever reads, but not over its own end.
type display struct {
	p      *modes.Process
	s      *settings
	screen *modes.Screen
	said   string // the last note, which is not said twice in a row

	ctx  context.Context // ends with a signal
	over func()          // waits for no reader any more
	end  *time.Timer     // which calls it; nil: the session is not open, or has no end
}

// runOne runs one session and shows it.
func runOne(ctx context.Context, p *modes.Process, s *settings, login modes.Login, dial dialer) error {
	ctx, stop := untilSignal(ctx, p.Signals)
	defer stop()
	reading, over := context.WithCancel(ctx)
	defer over()
	out, notes := modes.NewOutlet(reading, p.Out), modes.NewOutlet(reading, p.Err)
	defer out.Stop()
	defer notes.Stop()
	d := &display{p: p, s: s, screen: modes.NewScreen(p, out, notes), ctx: ctx, over: over}
	defer d.close()
	return newSession(s, login, dial, d).run(ctx)
}

func (d *display) close() {
	d.screen.Clear()
	if d.end != nil {
		d.end.Stop()
	}
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

// readersTime is how much longer than --duration a reader of what is printed may be slow.
const readersTime = time.Second

func (d *display) opened() {
	if d.end == nil && d.s.duration > 0 {
		d.end = time.AfterFunc(d.s.duration+readersTime, d.over)
	}
}

func (d *display) answered(a wire.Answer, session int64, asked time.Time) error {
	now := time.Now()
	if a.Unreadable != nil {
		d.screen.Note(fmt.Sprintf("answer %d cannot be read: %v", a.Sequence, a.Unreadable))
	}
	line := answerLine
	if d.s.json {
		line = answerJSON
	}
	err := d.screen.Line(line(a, session, now, now.Sub(asked)))
	if errors.Is(err, modes.ErrNobodyReads) {
		return d.unread(a)
	}
	return err
}

// unread is the end of a session that waited for a reader of stdout until a signal came,
// or its time was over. It is a note that says so, as stderr may have the same reader.
func (d *display) unread(a wire.Answer) error {
	d.note(fmt.Sprintf("nobody reads stdout: answer %d is not written", a.Sequence))
	if err := context.Cause(d.ctx); err != nil {
		return err
	}
	return &modes.Error{Code: modes.ExitNotWell}
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
