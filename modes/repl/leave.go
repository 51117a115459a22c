package repl

import (
	"errors"
	"os"
	"time"
)

// shut closes the connection and waits for its reader.
func (l *link) shut() {
	l.mu.Lock()
	tc := l.tls
	l.mu.Unlock()
	if tc == nil {
		return
	}
	l.end(tc, &ending{"", "we closed the connection"})
	l.reader.Wait()
}

// closeTimeout is how long close_notify may take to be written.
const closeTimeout = time.Second

// disconnect says close_notify and closes.
func (l *link) disconnect() {
	l.mu.Lock()
	tc, open := l.tls, l.tls != nil && l.ended == nil
	if open {
		// Before the server's answer to close_notify is taken for an end of its own.
		l.ended, l.vars.owed = &ending{"", "we closed the connection"}, false
		l.change()
	}
	l.mu.Unlock()
	if open {
		_ = tc.SetDeadline(time.Now().Add(closeTimeout)) // where it fails, so does what follows
		_ = tc.CloseWrite()
		tc.NetConn().Close()
		l.reader.Wait()
	}
	l.shut()
}

// eof says close_notify and goes on reading.
func (l *link) eof() error {
	if err := l.writable(); err != nil {
		return err
	}
	l.mu.Lock()
	tc := l.tls
	l.mu.Unlock()
	if err := tc.SetWriteDeadline(l.bench.deadline()); err != nil {
		return err
	}
	if err := tc.CloseWrite(); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return errorText("cannot send: " + endingOf(err).reason)
	}
	return nil
}

// abort resets the connection: the kernel sends RST when a socket is closed with
// a linger time of zero.
func (l *link) abort() error {
	if err := l.writable(); err != nil {
		return err
	}
	l.mu.Lock()
	tc := l.tls
	l.mu.Unlock()
	if tcp, ok := tc.NetConn().(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // where it fails, closing is all that can be done
	}
	l.shut()
	return nil
}
