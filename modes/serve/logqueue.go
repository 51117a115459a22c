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

// logLines is how many lines of the log may wait to be written, logBytes how long they may
// be in all, as frames may be long, and logEnd how long they may take to be written when the
// server has stopped.
const (
	logLines = 4096
	logBytes = 4 << 20
	logEnd   = time.Second
)

// atomicWrite is PIPE_BUF of Linux, in bytes.
const atomicWrite = 4096

// logQueue writes the log so that nobody who logs waits for whoever reads it.
// What does not fit, or cannot be written, is dropped and counted.
type logQueue struct {
	out     io.Writer
	lost    *slog.Logger // tells of lines that were dropped
	lines   chan []byte
	waiting atomic.Int64 // bytes in lines
	dropped atomic.Int64 // since it was told
	inAll   atomic.Int64
	stop    chan struct{}
	once    sync.Once
	stopped chan struct{}

	unwritten int64 // since it was told; the goroutine's, as the next ones
	torn      bool  // what was written last has no end
}

func newLogQueue(out io.Writer, kind string) (*logQueue, error) {
	q := &logQueue{
		out: out, lines: make(chan []byte, logLines),
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	var err error
	if q.lost, err = modes.NewLog(putter{q}, kind, slog.LevelInfo); err != nil {
		return nil, err
	}
	go q.run()
	return q, nil
}

// Write takes a line and never fails.
func (q *logQueue) Write(line []byte) (int, error) {
	if !q.add(line) {
		q.dropped.Add(1)
		q.inAll.Add(1)
	}
	return len(line), nil
}

func (q *logQueue) add(line []byte) bool {
	size := int64(len(line))
	if q.waiting.Add(size) <= logBytes {
		select {
		case q.lines <- bytes.Clone(line):
			return true
		default:
		}
	}
	q.waiting.Add(-size)
	return false
}

// took says that a line waits no more.
func (q *logQueue) took(line []byte) []byte {
	q.waiting.Add(-int64(len(line)))
	return line
}

func (q *logQueue) run() {
	defer close(q.stopped)
	for {
		select {
		case line := <-q.lines:
			runtime.Gosched() // those who are at something may have more to say
			q.write(q.took(line))
		case <-q.stop:
			for {
				select {
				case line := <-q.lines:
					q.write(q.took(line))
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
			q.took(next)
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
	if !q.put(lines) {
		return
	}
	if n := q.dropped.Swap(0); n > 0 {
		q.lost.Warn("log lines lost: it is read too slowly", "lines", n)
	}
	if n := q.unwritten; n > 0 {
		q.unwritten = 0
		q.lost.Warn("log lines lost: they could not be written", "lines", n)
	}
}

// put writes lines, or counts those that are not written whole. What stands before them
// without an end, on a disk that was full, gets one.
func (q *logQueue) put(lines []byte) bool {
	if q.torn {
		if _, err := q.out.Write([]byte{'\n'}); err != nil {
			q.fail(lines)
			return false
		}
		q.torn = false
	}
	n, err := q.out.Write(lines)
	if n == len(lines) {
		return true
	}
	if err == nil || n < 0 {
		n = 0
	}
	q.torn = n > 0 && lines[n-1] != '\n'
	q.fail(lines[n:])
	return false
}

func (q *logQueue) fail(lines []byte) {
	n := int64(bytes.Count(lines, []byte{'\n'}))
	q.unwritten += n
	q.inAll.Add(n)
}

// putter is how the queue's own lines are written.
type putter struct{ q *logQueue }

func (p putter) Write(line []byte) (int, error) {
	p.q.put(line)
	return len(line), nil
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
