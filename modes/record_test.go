package modes

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// fakeFile is a file whose writes wait, or fail, as a test wants.
type fakeFile struct {
	gate chan struct{} // not nil: each write takes one
	room int           // bytes until the disk is full; below zero: no end

	mu     sync.Mutex
	text   bytes.Buffer
	closed chan struct{}
	once   sync.Once
}

func newFakeFile() *fakeFile { return &fakeFile{room: -1, closed: make(chan struct{})} }

func (f *fakeFile) Write(b []byte) (int, error) {
	if f.gate != nil {
		select {
		case <-f.gate:
		case <-f.closed:
			return 0, os.ErrClosed
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.room >= 0 && len(b) > f.room {
		n, _ := f.text.Write(b[:f.room])
		f.room = 0
		return n, syscall.ENOSPC
	}
	if f.room >= 0 {
		f.room -= len(b)
	}
	return f.text.Write(b)
}

func (f *fakeFile) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

func (f *fakeFile) setRoom(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.room = n
}

func (f *fakeFile) lines() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Split(strings.TrimSuffix(f.text.String(), "\n"), "\n")
}

// said is what a recorder says.
type said struct {
	mu      sync.Mutex
	failed  []string
	sofar   []int64
	dropped []int64
}

func (s *said) recording() Recording {
	return Recording{
		Failed: func(err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.failed = append(s.failed, Plain(err))
		},
		Dropping: func(n int64) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.sofar = append(s.sofar, n)
		},
		Dropped: func(n int64) { s.dropped = append(s.dropped, n) },
	}
}

// wantSoFar holds what was said meanwhile against what should have been, d from now.
func (s *said) wantSoFar(t *testing.T, d time.Duration, want string) {
	t.Helper()
	time.Sleep(d)
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := fmt.Sprint(s.sofar); got != want {
		t.Errorf("said to be missing so far: %s, want %s", got, want)
	}
}

// want holds what was said against what should have been.
func (s *said) want(t *testing.T, failed, dropped string) {
	t.Helper()
	if got := strings.Join(s.failed, ";"); got != failed {
		t.Errorf("said that it failed: %q, want %q", got, failed)
	}
	if got := fmt.Sprint(s.dropped); got != dropped {
		t.Errorf("said to be dropped: %s, want %s", got, dropped)
	}
}

// recordLineForm is a line of a record as any reader of JSON has it.
type recordLineForm struct {
	Time    time.Time
	Dir     string
	Peer    string
	Stream  string
	Frame   string
	Hex     string
	Dropped int64
}

func parseRecord(t *testing.T, lines []string) (list []recordLineForm) {
	t.Helper()
	for _, line := range lines {
		var l recordLineForm
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		list = append(list, l)
	}
	return list
}

func TestRecordExactBytes(t *testing.T) {
	var all []byte
	for c := range 256 {
		all = append(all, byte(c))
	}
	frames := []string{`{"a":1}`, "{'it''s': \"\\u0041\\n\"}\r\n\t", "\x00\x1b[31m\x7f", "é\u202e\u2028\U0001f600\ufffd", string(all), "\xff", "{\xc3"}
	f, s := newFakeFile(), &said{}
	r := newRecorder(f, false, s.recording())
	before := time.Now().Truncate(time.Microsecond)
	tape := r.Tape("[::1]:40001")
	for i, frame := range frames {
		tape.Record([]Direction{ToServer, ToClient}[i%2], []byte(frame))
	}
	tape.Record(ToServer, nil)
	r.Tape("192.0.2.1:7").Record(ToServer, []byte("{}"))
	r.Close()
	s.want(t, "", "[]")
	lines := f.lines()
	got := parseRecord(t, lines)
	if len(got) != len(frames)+1 {
		t.Fatalf("%d lines, want %d", len(got), len(frames)+1)
	}
	for i, frame := range frames {
		l := got[i]
		bytes, err := hex.DecodeString(l.Hex)
		if text := l.Frame + string(bytes); err != nil || text != frame {
			t.Errorf("frame %q came back as %q", frame, text)
		}
		if l.Peer != "[::1]:40001" || l.Stream != "1" || l.Dir != []string{"c2s", "s2c"}[i%2] || l.Time.Before(before) || l.Time.After(time.Now()) {
			t.Errorf("around the frame stands %+v", l)
		}
		if strings.Trim(lines[i], asciiPrintable()) != "" {
			t.Errorf("a terminal could act on %q", lines[i])
		}
	}
	if last := got[len(frames)]; last.Stream != "2" || last.Peer != "192.0.2.1:7" {
		t.Errorf("the other connection is %+v", last)
	}
}

func asciiPrintable() string {
	var b []byte
	for c := byte(' '); c < 0x7f; c++ {
		b = append(b, c)
	}
	return string(b)
}

// TestRecordFullQueue: while the file takes nothing, Record returns, and what has no
// room is counted; the line that says so stands where the frames would.
func TestRecordFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFakeFile(), &said{}
		f.gate = make(chan struct{})
		r := newRecorder(f, false, s.recording())
		tape := r.Tape("192.0.2.1:7")
		frame := []byte("{}")
		tape.Record(ToServer, frame)
		synctest.Wait() // the writer has taken it, and hangs
		for range maxRecordEntries + 123 {
			tape.Record(ToServer, frame)
		}
		close(f.gate)
		synctest.Wait()
		tape.Record(ToClient, frame)
		r.Close()
		s.want(t, "", "[123]")
		got := parseRecord(t, f.lines())
		if len(got) != maxRecordEntries+3 {
			t.Fatalf("%d lines, want %d", len(got), maxRecordEntries+3)
		}
		if hole := got[maxRecordEntries+1]; hole.Dropped != 123 || got[maxRecordEntries+2].Dir != "s2c" {
			t.Errorf("in the end stand %+v", got[maxRecordEntries:])
		}
	})
}

// TestRecordBytesBound: the queue is bounded in bytes too, and one frame may be too
// much for it.
func TestRecordBytesBound(t *testing.T) {
	f, s := newFakeFile(), &said{}
	r := newRecorder(f, false, s.recording())
	tape := r.Tape("192.0.2.1:7")
	tape.Record(ToServer, make([]byte, maxRecordBytes+1))
	tape.Record(ToServer, []byte("{}"))
	r.Close()
	s.want(t, "", "[1]")
	if got := parseRecord(t, f.lines()); len(got) != 2 || got[0].Dropped != 1 || got[1].Frame != "{}" {
		t.Errorf("recorded: %+v", got)
	}
}

// TestRecordDiskFull: a disk without room is said once; when it has some again, the
// torn line is ended and the count stands before the next frame.
func TestRecordDiskFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFakeFile(), &said{}
		r := newRecorder(f, false, s.recording())
		tape := r.Tape("192.0.2.1:7")
		put := func() {
			tape.Record(ToServer, []byte(`{"n":1}`))
			synctest.Wait()
		}
		put()
		f.setRoom(20)
		put() // torn
		put()
		put()
		f.setRoom(-1)
		put()
		r.Close()
		s.want(t, "no space left on device", "[3]")
		lines := f.lines()
		if len(lines) != 4 || len(lines[1]) != 20 {
			t.Fatalf("recorded %q", lines)
		}
		got := parseRecord(t, []string{lines[0], lines[2], lines[3]})
		if got[0].Frame == "" || got[1].Dropped != 3 || got[2].Frame == "" {
			t.Errorf("recorded %+v", got)
		}
	})
}

// TestRecordDiskStaysFull: nothing of it is lost in counting, not even where the
// line that says it cannot be written.
func TestRecordDiskStaysFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFakeFile(), &said{}
		f.room = 300
		r := newRecorder(f, true, s.recording())
		tape := r.Tape("192.0.2.1:7")
		for i := range 1000 {
			tape.Record(ToServer, []byte(`{"n":1}`))
			if i%7 == 0 {
				synctest.Wait()
			}
		}
		r.Close()
		whole := 0
		for _, line := range f.lines() {
			if json.Valid([]byte(line)) {
				whole++
			}
		}
		s.want(t, "no space left on device", fmt.Sprintf("[%d]", 1000-whole))
		if whole == 0 {
			t.Error("what had room is not there")
		}
	})
}

// TestRecordCloseOfStuckFile: a pipe that nobody reads does not keep the mode.
func TestRecordCloseOfStuckFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFakeFile(), &said{}
		f.gate = make(chan struct{})
		r := newRecorder(f, false, s.recording())
		tape := r.Tape("192.0.2.1:7")
		tape.Record(ToServer, []byte("{}"))
		synctest.Wait()
		tape.Record(ToServer, []byte("{}"))
		tape.Record(ToServer, []byte("{}"))
		began := time.Now()
		r.Close()
		if took := time.Since(began); took != recordPatience {
			t.Errorf("Close took %v, want %v", took, recordPatience)
		}
		s.want(t, "nobody reads it", "[3]")
		tape.Record(ToServer, []byte("{}")) // too late: ignored
		r.Close()
		s.want(t, "nobody reads it", "[3]")
	})
}

// TestRecordSaysLossesSoFar: soon after the first, and once a minute while they become
// more, whether the file fails or hangs; then no more.
func TestRecordSaysLossesSoFar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFakeFile(), &said{}
		r := newRecorder(f, false, s.recording())
		tape := r.Tape("192.0.2.1:7")
		put := func(n int) {
			for range n {
				tape.Record(ToServer, []byte("{}"))
			}
			synctest.Wait()
		}
		put(1)
		s.wantSoFar(t, time.Hour, "[]")
		f.setRoom(0)
		put(2)
		s.wantSoFar(t, time.Second-1, "[]")
		put(3)
		s.wantSoFar(t, 1, "[5]")
		s.wantSoFar(t, time.Hour, "[5]")
		for range 120 { // for two minutes, and not just when it is said
			put(1)
			time.Sleep(time.Second - time.Millisecond)
		}
		s.wantSoFar(t, time.Second, "[5 66 125]")
		s.wantSoFar(t, time.Hour, "[5 66 125]")
		put(1)
		s.wantSoFar(t, time.Minute-1, "[5 66 125]")
		s.wantSoFar(t, 1, "[5 66 125 126]")
		f.setRoom(-1)
		f.mu.Lock()
		f.gate = make(chan struct{})
		f.mu.Unlock()
		put(1)
		put(maxRecordEntries + 10)
		s.wantSoFar(t, time.Minute, "[5 66 125 126 136]")
		if n := r.Lost(); n != 136 {
			t.Errorf("%d lost", n)
		}
		close(f.gate)
		r.Close()
		s.wantSoFar(t, time.Hour, "[5 66 125 126 136]")
		s.want(t, "no space left on device", "[136]")
	})
}

// TestRecordManyStreams: what is in the file and what is missing are all there was,
// and each stream is in its order.
func TestRecordManyStreams(t *testing.T) {
	const streams, each = 8, 2000
	f, s := newFakeFile(), &said{}
	r := newRecorder(f, false, s.recording())
	var running sync.WaitGroup
	for range streams {
		running.Go(func() {
			tape := r.Tape("192.0.2.1:7")
			for n := range each {
				tape.Record(ToServer, fmt.Appendf(nil, "%06d", n))
			}
		})
	}
	running.Wait()
	r.Close()
	last := make(map[string]string)
	count, holes := 0, int64(0)
	for _, l := range parseRecord(t, f.lines()) {
		if holes += l.Dropped; l.Dropped > 0 {
			continue
		}
		if count++; l.Frame <= last[l.Stream] {
			t.Fatalf("stream %s: %s behind %s", l.Stream, l.Frame, last[l.Stream])
		}
		last[l.Stream] = l.Frame
	}
	total := int64(0)
	for _, n := range s.dropped {
		total += n
	}
	if len(last) != streams || count+int(holes) != streams*each || holes != total {
		t.Errorf("%d streams, %d frames, %d missing, %d said to be", len(last), count, holes, total)
	}
}

func TestRecordOfNothing(t *testing.T) {
	r, err := OpenRecord("", Recording{})
	if r != nil || err != nil {
		t.Fatalf("a recorder for no file: %v, %v", r, err)
	}
	tape := r.Tape("192.0.2.1:7")
	tape.Record(ToServer, []byte("{}"))
	if n, err := tape.Writer(ToServer).Write([]byte("ab")); n != 2 || err != nil {
		t.Errorf("Write: %d, %v", n, err)
	}
	if n := r.Lost(); n != 0 {
		t.Errorf("%d lost", n)
	}
	r.Close()
}

func BenchmarkRecord(b *testing.B) {
	f := discardFile{}
	r := newRecorder(f, false, Recording{Failed: func(error) {}, Dropped: func(int64) {}})
	defer r.Close()
	tape := r.Tape("192.0.2.1:7")
	frame := bytes.Repeat([]byte("x"), 300)
	b.ReportAllocs()
	for b.Loop() {
		tape.Record(ToServer, frame)
	}
}

type discardFile struct{}

func (discardFile) Write(b []byte) (int, error) { return len(b), nil }
func (discardFile) Close() error                { return nil }
