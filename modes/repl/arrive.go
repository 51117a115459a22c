package repl

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"proto/modes"
	"proto/wire"
)

// read queues what comes until the connection ends.
func (l *link) read(tc *tls.Conn, tape *modes.Tape) {
	reader := wire.NewReader(tc, limits())
	for {
		f, err := reader.Next()
		if err == nil {
			tape.Record(modes.ToClient, f.Raw())
			l.arrive(f)
			continue
		}
		var syntax *wire.SyntaxError
		var limit *wire.LimitError
		if errors.As(err, &syntax) || errors.As(err, &limit) {
			tape.Record(modes.ToClient, reader.Rest())
			l.arriveBroken(err)
			_, err = io.Copy(tape.Writer(modes.ToClient), tc) // until it ends
			if err == nil {
				err = io.EOF
			}
		}
		l.end(tc, endingOf(err))
		return
	}
}

// endingOf is how an error of reading or writing says that a connection ended.
func endingOf(err error) *ending {
	switch {
	case errors.Is(err, net.ErrClosed):
		return &ending{"", "we closed the connection"}
	case errors.Is(err, io.EOF):
		return &ending{"closed", "the server closed the connection"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &ending{"closed", "the server closed the connection without close_notify"}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &ending{"reset", "the server reset the connection"}
	}
	return &ending{"reset", "the connection broke: " + modes.NetworkReason(err)}
}

// end notes how the connection ended, once.
func (l *link) end(tc *tls.Conn, e *ending) {
	l.mu.Lock()
	first := l.tls == tc && l.ended == nil
	if first {
		l.ended = e
		l.vars.owed = false
		l.change()
	}
	l.mu.Unlock()
	if first && e.event != "" {
		l.bench.happened(l, e.event, e.reason)
	}
	tc.NetConn().Close()
}

// arrive takes a frame, which lives only until the next one is read.
func (l *link) arrive(f *wire.Frame) {
	own := new(wire.Frame)
	raw := append([]byte(nil), f.Raw()...)
	_, _ = wire.Parse(raw, limits(), own) // it has just been read
	now := time.Now()
	l.mu.Lock()
	a := &arrival{frame: own}
	rtt := l.answered(own, now)
	l.learn(a)
	l.mu.Unlock()
	a.entry = l.bench.received(l, a, rtt)
	l.enqueue(a, len(raw))
}

func (l *link) arriveBroken(err error) {
	a := &arrival{broken: err}
	a.entry = l.bench.receivedBroken(l, err)
	l.enqueue(a, 0)
}

func (l *link) enqueue(a *arrival, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, a)
	if l.queued += size; len(l.queue) > maxQueue || l.queued > maxQueueSize {
		for _, old := range l.queue[:len(l.queue)/2] {
			if old.frame != nil {
				l.queued -= len(old.frame.Raw())
			}
		}
		l.dropped += len(l.queue) / 2
		l.queue = append([]*arrival(nil), l.queue[len(l.queue)/2:]...)
	}
	l.change()
}

// answered finds the frame that this one answers, and how long that took. l.mu
// is held.
func (l *link) answered(f *wire.Frame, now time.Time) time.Duration {
	if len(l.pending) == 0 {
		return 0
	}
	i := 0
	sequence := string(f.Data.Get("sequesce").Raw())
	for j, p := range l.pending {
		if p.sequence == sequence {
			i = j
			break
		}
	}
	rtt := now.Sub(l.pending[i].at)
	l.vars.rtt = rtt
	l.pending = append(l.pending[:i:i], l.pending[i+1:]...)
	return rtt
}

// learn keeps the variables up to date and decrypts an answer. l.mu is held.
func (l *link) learn(a *arrival) {
	b, f := l.bench, a.frame
	l.vars.last = f
	switch t := f.Type(); {
	case t.Is(wire.TypeHelloAck):
		l.vars.owed = false
		l.vars.token, l.vars.session = f.Data.Get("token"), f.Data.Get("sessionId")
		b.world.issue(f)
		session, err := b.follow.ack(l.address, f)
		if l.session = session; err != nil {
			a.opened.note = "keys cannot be read: " + err.Error()
		}
	case t.Is(wire.TypeResponse):
		b.world.issue(f)
		a.opened = b.follow.response(l.address, f, l.session)
	case t.Is(wire.TypeClose):
		l.vars.owed = false
	}
	l.vars.lastText = a.opened
}
