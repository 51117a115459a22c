package serve

import (
	"bytes"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"proto/modes"
)

// logLines is how many lines of the log may wait to be written, and logEnd how
// long they may take to be when the server has stopped.
const (
	logLines = 4096
	logEnd   = time.Second
)

// atomicWrite is PIPE_BUF of Linux, in bytes.
const atomicWrite = 4096

// logQueue writes the log so that nobody who logs waits for whoever reads it.
// What does not fit is dropped and counted.
type logQueue struct {
	out     io.Writer
	lost    *slog.Logger // tells of lines that were dropped
	lines   chan []byte
	dropped atomic.Int64
	stop    chan struct{}
	once    sync.Once
	stopped chan struct{}
}

func newLogQueue(out io.Writer, kind string) (*logQueue, error) {
	lost, err := modes.NewLog(out, kind, slog.LevelInfo)
	if err != nil {
		return nil, err
	}
	q := &logQueue{
		out: out, lost: lost, lines: make(chan []byte, logLines),
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go q.run()
	return q, nil
}

// Write takes a line and never fails.
func (q *logQueue) Write(line []byte) (int, error) {
	select {
	case q.lines <- bytes.Clone(line):
	default:
		q.dropped.Add(1)
	}
	return len(line), nil
}

func (q *logQueue) run() {
	defer close(q.stopped)
	for {
		select {
		case line := <-q.lines:
			runtime.Gosched() // those who are at something may have more to say
			q.write(line)
		case <-q.stop:
			for {
				select {
				case line := <-q.lines:
					q.write(line)
				default:
					return
				}
			}
		}
	}
}

// write writes a line and those that wait behind it, as many at once as come together
// whoever else writes to the same pipe.
func (q *logQueue) write(lines []byte) {
	for {
		select {
		case next := <-q.lines:
			if len(lines)+len(next) > atomicWrite {
				q.flush(lines)
				lines = next
			} else {
				lines = append(lines, next...)
			}
		default:
			q.flush(lines)
			return
		}
	}
}

func (q *logQueue) flush(lines []byte) {
	_, _ = q.out.Write(lines) // there is nobody left to tell
	if n := q.dropped.Swap(0); n > 0 {
		q.lost.Warn("log lines lost: it is read too slowly", "lines", n)
	}
}

// close writes what waits. It does not wait for ever for somebody to read it.
func (q *logQueue) close() {
	q.once.Do(func() { close(q.stop) })
	timer := time.NewTimer(logEnd)
	defer timer.Stop()
	select {
	case <-q.stopped:
	case <-timer.C:
	}
}
