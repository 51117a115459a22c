package modes

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v2"
)

// RecordFlag is --record of the modes that have connections.
func RecordFlag() cli.Flag {
	return &cli.StringFlag{Name: "record", Usage: "add every frame, with its secrets, to `FILE` for proto decode", EnvVars: []string{"PROTO_RECORD"}}
}

// A Direction is which way a frame went, as a record names it.
type Direction string

// The two directions.
const (
	ToServer Direction = "c2s"
	ToClient Direction = "s2c"
)

// A Recorder writes frames to a file, one JSON object a line: time, dir, peer,
// stream, and the frame's bytes. Whoever has a frame to record never waits for the
// file: frames go through a queue of bounded size to one goroutine that writes.
// What does not fit, or cannot be written, is counted, and a line {"dropped":N}
// stands in the file where N frames are missing.
//
// A nil Recorder records nothing. Its methods may be called from anywhere.
type Recorder struct {
	queue   recordQueue
	out     recordWriter
	streams atomic.Int64
	ended   chan struct{} // closed when the goroutine that writes has ended
	close   sync.Once

	stop    chan struct{}  // closed: no more is told of losses
	telling sync.WaitGroup // the goroutine that does
}

// Recording is what a Recorder says.
type Recording struct {
	// Failed is told the first time that the file cannot be written.
	Failed func(err error)
	// Dropping is told how many are missing so far: a second after the first, and then
	// while they become more, at most once a minute. It must not block; nil for nobody.
	Dropping func(n int64)
	// Dropped is told at the end how many frames are missing, if any.
	Dropped func(n int64)
}

// OpenRecord opens the file of --record, or makes it, for the user alone; nil for
// no name. What is in it stays. Its errors exit with ExitUsage.
func OpenRecord(name string, say Recording) (*Recorder, error) {
	if name == "" {
		return nil, nil
	}
	f, torn, err := openRecordFile(name)
	if err != nil {
		return nil, cannotRecord(name, err)
	}
	return newRecorder(f, torn, say), nil
}

// OpenRecord is OpenRecord with what it has to say on stderr.
func (p *Process) OpenRecord(name string) (*Recorder, error) {
	warn := func(format string, args ...any) {
		begin := ""
		if p.StatusLine {
			begin = "\r\x1b[K" // in place of a status line
		}
		fmt.Fprintf(p.Err, begin+"warning: --record: "+format+"\n", args...)
	}
	return OpenRecord(name, Recording{
		Failed:  func(err error) { warn("cannot write %s: %s", Show(name), Plain(err)) },
		Dropped: func(n int64) { warn("frames missing in %s: %d", Show(name), n) },
	})
}

func newRecorder(w io.WriteCloser, torn bool, say Recording) *Recorder {
	r := &Recorder{out: recordWriter{w: w, torn: torn, say: say}, ended: make(chan struct{}), stop: make(chan struct{})}
	r.queue.start()
	if say.Dropping != nil {
		r.telling.Go(r.tell)
	}
	go func() {
		defer close(r.ended)
		r.out.run(&r.queue)
	}()
	return r
}

// recordPatience is how long Close waits for what is still queued.
const recordPatience = 2 * time.Second

// Close has the rest written and the file closed. A file that takes nothing more,
// such as a pipe that nobody reads, is left after some seconds. What is recorded
// after Close is ignored.
func (r *Recorder) Close() {
	if r == nil {
		return
	}
	r.close.Do(func() { r.shut(recordPatience) })
}

func (r *Recorder) shut(patience time.Duration) {
	close(r.stop)
	r.telling.Wait()
	r.queue.close()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-r.ended:
	case <-timer.C:
		r.queue.abandon()
		r.out.w.Close() // ends a write to a pipe; one to a disk that hangs stays
		timer.Reset(patience / 10)
		select {
		case <-r.ended:
		case <-timer.C:
		}
	}
	if n := r.queue.lost(); n > 0 {
		r.out.say.Dropped(n)
	}
}

// How long after the first loss, and then after one, it is told how many there are.
const (
	firstLosses = time.Second
	moreLosses  = time.Minute
)

// tell tells of losses while the record goes on: whoever is killed says nothing at the end.
// It has a goroutine of its own, since the one that writes may hang.
func (r *Recorder) tell() {
	told := int64(0)
	for wait := firstLosses; ; wait = moreLosses {
		select {
		case <-r.queue.losing:
		case <-r.stop:
			return
		}
		select {
		case <-time.After(wait):
		case <-r.stop:
			return
		}
		if n := r.Lost(); n > told {
			told = n
			r.out.say.Dropping(n)
		}
	}
}

// Lost is how many frames are missing so far.
func (r *Recorder) Lost() int64 {
	if r == nil {
		return 0
	}
	return r.queue.missing()
}

// A Tape records one connection. A nil Tape records nothing.
type Tape struct {
	recorder *Recorder
	peer     string
	stream   int64
}

// Tape begins the record of a connection to peer, HOST:PORT, and numbers it.
func (r *Recorder) Tape(peer string) *Tape {
	if r == nil {
		return nil
	}
	return &Tape{recorder: r, peer: peer, stream: r.streams.Add(1)}
}

// Record takes a copy of bytes that came or go. It does not wait.
func (t *Tape) Record(dir Direction, frame []byte) {
	if t == nil || len(frame) == 0 {
		return
	}
	t.recorder.queue.put(recordEntry{at: time.Now(), dir: dir, tape: t}, frame)
}

// Writer records what is written to it.
func (t *Tape) Writer(dir Direction) io.Writer { return tapeWriter{t, dir} }

type tapeWriter struct {
	tape *Tape
	dir  Direction
}

func (w tapeWriter) Write(b []byte) (int, error) {
	w.tape.Record(w.dir, b)
	return len(b), nil
}
