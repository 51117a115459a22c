package connect

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"proto/modes"
)

// load is many sessions at once, each as a client alone would run it, and their
// figures in place of their answers.
type load struct {
	p     *modes.Process
	out   *modes.Outlet // stdout
	notes *modes.Outlet // stderr
	s     *settings
	login modes.Login
	dial  dialer
	tally *tally
	gate  chan struct{} // logins at once
	end   time.Time     // of all sessions; zero: never
}

// loginsAtOnce is how many sessions are opened at once. A server that is left on
// the internet lets one address have some 20 connections without a login.
const loginsAtOnce = 16

// runMany runs --sessions sessions and prints their figures. The first one opens
// alone: what is wrong with address, trust or login is wrong for all.
func runMany(ctx context.Context, p *modes.Process, s *settings, login modes.Login, dial dialer) error {
	if err := enoughFiles(s.sessions); err != nil {
		return err
	}
	ctx, stop := untilSignal(ctx, p.Signals)
	defer stop()
	out, notes := modes.NewOutlet(ctx, p.Out), modes.NewOutlet(ctx, p.Err)
	defer out.Stop()
	defer notes.Stop()
	l := &load{p: p, out: out, notes: notes, s: s, login: login, dial: dial, tally: newTally(s.sessions), gate: make(chan struct{}, loginsAtOnce)}
	if s.duration > 0 {
		l.end = l.tally.start.Add(s.ramp + s.duration)
	}
	first := l.session(0)
	if err := first.open(ctx); err != nil {
		return err
	}
	l.tally.ready(true)
	var running sync.WaitGroup
	running.Go(func() { l.ask(ctx, first) })
	for i := 1; i < s.sessions; i++ {
		running.Go(func() { l.one(ctx, i) })
	}
	done := make(chan struct{})
	go func() {
		running.Wait()
		close(done)
	}()
	l.watch(done)
	return l.report(ctx)
}

func (l *load) session(i int) *session {
	shard := l.tally.shard(i)
	return newSession(l.s, l.login, shard.counting(l.dial), &tallying{tally: l.tally, shard: shard})
}

// one opens a session when its turn has come, and runs it.
func (l *load) one(ctx context.Context, i int) {
	due := l.tally.start.Add(time.Duration(float64(l.s.ramp) * float64(i) / float64(l.s.sessions)))
	if sleep(ctx, due) != nil {
		return
	}
	c := l.session(i)
	opened := l.open(ctx, c)
	l.tally.ready(opened)
	if opened {
		l.ask(ctx, c)
	} else if ctx.Err() == nil {
		l.tally.unwell()
	}
}

// open opens a session, and tries again as after a lost connection, unless the
// login is refused.
func (l *load) open(ctx context.Context, c *session) bool {
	for {
		select {
		case l.gate <- struct{}{}:
		case <-ctx.Done():
			return false
		}
		err := c.open(ctx)
		<-l.gate
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		kind := kindOf(err)
		l.tally.failed(kind)
		again := time.Now().Add(c.wait.next())
		if kind == loginRefused || l.s.noReconnect || !l.end.IsZero() && again.After(l.end) || sleep(ctx, again) != nil {
			return false
		}
	}
}

// kindOf is what went wrong before there was a session.
func kindOf(err error) trouble {
	var lost *lostError
	var ended *endError
	var e *modes.Error
	switch {
	case errors.As(err, &lost):
		return lost.kind
	case errors.As(err, &ended):
		return ended.kind
	case errors.As(err, &e) && e.Code == modes.ExitLogin:
		return loginRefused
	}
	return cannotConnect
}

// ask runs a session that is open to its end.
func (l *load) ask(ctx context.Context, c *session) {
	c.wait.reset()
	err := c.ask(ctx, l.end)
	_ = c.finish(err) // it is for people; what is wrong is counted here
	if ctx.Err() == nil && (err != nil || c.unwell) {
		if err != nil {
			l.tally.failed(kindOf(err))
		}
		l.tally.unwell()
	}
}

// watch shows the live line until all is done.
func (l *load) watch(done <-chan struct{}) {
	screen := modes.NewScreen(l.p, l.out, l.notes)
	defer screen.Clear()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	before := l.tally.now()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
			if l.p.StatusLine {
				now := l.tally.now()
				screen.Status(liveText(l.s.sessions, before, now, l.end))
				before = now
			}
		}
	}
}

// report prints the figures, and says how it ended. They wait for a reader until a
// signal comes.
func (l *load) report(ctx context.Context) error {
	f := l.tally.figures()
	text := f.text()
	if l.s.json {
		text = f.json()
	}
	if _, err := fmt.Fprint(l.out, text); err != nil && !errors.Is(err, modes.ErrNobodyReads) {
		return err
	}
	if sig := (*signalled)(nil); errors.As(context.Cause(ctx), &sig) {
		return modes.SignalError(sig.signal)
	}
	if f.Unwell > 0 {
		return &modes.Error{Code: modes.ExitNotWell, Message: fmt.Sprintf("%d of %s did not go well to the end", f.Unwell, plural(f.Sessions, "session"))}
	}
	return nil
}
