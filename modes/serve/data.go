package serve

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"proto/modes"
	"proto/wire"
)

// text gives what answers hold; nil stands for random letters.
func (s *settings) text(p *modes.Process, log *slog.Logger) (text func() string, err error) {
	switch s.data {
	case "random":
		return nil, nil
	case "-":
		source := &stdinLines{log: log}
		go source.read(p.In) // ends with stdin, which nobody can make it do sooner
		return source.text, nil
	}
	source := &fileLines{name: s.data, log: log}
	if err := source.look(); err != nil {
		return nil, modes.Usage("--data takes random, the name of a file, or - for stdin",
			"cannot read %s: %s", modes.Show(s.data), modes.Plain(err))
	}
	return source.text, nil
}

// clean makes a line fit to be sent: without its final CR, with U+FFFD for what
// is no UTF-8, and cut to 256 bytes between two characters. It says what it did.
func clean(line []byte) (text string, did []string) {
	if len(line) == keptOfLine {
		line = cutHalfRune(line)
	}
	line = bytes.TrimSuffix(line, []byte("\r"))
	text = string(line)
	if !utf8.ValidString(text) {
		text = string([]rune(text))
		did = append(did, "bad UTF-8 replaced")
	}
	if len(text) > wire.MaxText {
		end := wire.MaxText
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = strings.Clone(text[:end])
		did = append(did, "cut to 256 bytes")
	}
	return text, did
}

// keptOfLine is how many bytes of a line are kept before it is cleaned: what can
// be sent, with room for what cleaning takes away.
const keptOfLine = 4 * wire.MaxText

// cutHalfRune takes a character away of which not all bytes are there.
func cutHalfRune(line []byte) []byte {
	for i := len(line) - 1; i >= max(0, len(line)-utf8.UTFMax); i-- {
		if utf8.RuneStart(line[i]) {
			if !utf8.FullRune(line[i:]) {
				return line[:i]
			}
			break
		}
	}
	return line
}

func logClean(log *slog.Logger, source string, did []string) {
	if len(did) > 0 {
		log.Warn("line of data changed", "source", source, "change", strings.Join(did, ", "))
	}
}

// stdinLines keeps the newest whole line of stdin.
type stdinLines struct {
	log    *slog.Logger
	mu     sync.Mutex
	newest string
}

func (s *stdinLines) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest
}

// read takes lines until stdin ends.
func (s *stdinLines) read(r io.Reader) {
	in := bufio.NewReaderSize(r, 4096)
	var line []byte
	for {
		piece, err := in.ReadSlice('\n')
		if room := keptOfLine - len(line); room > 0 {
			line = append(line, piece[:min(room, len(piece))]...)
		}
		switch {
		case err == nil:
			text, did := clean(bytes.TrimSuffix(line, []byte("\n")))
			logClean(s.log, "stdin", did)
			s.mu.Lock()
			s.newest = text
			s.mu.Unlock()
			line = line[:0]
		case errors.Is(err, bufio.ErrBufferFull):
		default:
			s.log.Info("stdin has ended, its last line is repeated", "reason", err)
			return
		}
	}
}

// fileLines gives the newest whole line of a file, which it looks for when it is
// asked: so the file may grow, shrink, or be replaced by another of its name.
type fileLines struct {
	name string
	log  *slog.Logger

	mu     sync.Mutex
	newest string
	seen   os.FileInfo // as it was when it was last read
	found  error       // what was then wrong with its lines
	again  time.Time   // it is not read again before
	gone   bool
}

func (f *fileLines) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.look()
	if gone := err != nil; gone != f.gone {
		f.gone = gone
		if gone {
			f.log.Warn("data file cannot be read, its last line is repeated", "file", f.name, "err", modes.Plain(err))
		}
	}
	return f.newest
}

// look reads the newest line if the file has changed.
func (f *fileLines) look() error {
	info, err := os.Stat(f.name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its writer
		return errors.New("it is not a regular file")
	}
	if f.seen != nil && os.SameFile(info, f.seen) && (unchanged(info, f.seen) || time.Now().Before(f.again)) {
		return f.found
	}
	file, err := os.Open(f.name)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil { // of this very file: the name may be another's by now
		return err
	}
	line, read, err := lastLine(file, info.Size())
	if read > farBack {
		f.again = time.Now().Add(farPause)
	}
	if err != nil && err != errNoLine {
		return err
	}
	f.seen, f.found = info, err
	if text, did := clean(line); line != nil && text != f.newest {
		logClean(f.log, f.name, did)
		f.newest = text
	}
	return err
}

// unchanged says whether a file is as it was when it was read.
func unchanged(now, then os.FileInfo) bool {
	return now.Size() == then.Size() && now.ModTime().Equal(then.ModTime()) && time.Since(now.ModTime()) > coarse
}

// coarse is the step in which file systems count times: a file changed so
// lately may change again and show the same time.
const coarse = 2 * time.Second

// lookBack is how far from the end of a file its newest line is looked for, and
// errNoLine is what is said of one that begins further away.
const lookBack = 16 << 20

var errNoLine = errors.New("no line begins in its last 16 MiB")

// A file whose newest line begins further from its end than farBack is read again after
// farPause at the earliest: it must not be read whole for each answer while it grows.
const (
	farBack  = 256 << 10
	farPause = 100 * time.Millisecond
)

// lastLine reads the last line of a file that has its newline, from the end
// backwards, and keeps of it what can be sent; nil if there is none. read is how many
// bytes it has read.
func lastLine(r io.ReaderAt, size int64) (line []byte, read int64, err error) {
	const step = 64 << 10
	buf := make([]byte, step)
	end := int64(-1) // where the line's newline is
	start := int64(0)
	for at := size; at > 0; {
		if size-at >= lookBack {
			return nil, size - at, errNoLine
		}
		n := min(step, at)
		at -= n
		got, err := r.ReadAt(buf[:n], at)
		read = size - at
		if err != nil && err != io.EOF {
			return nil, read, err
		}
		piece := buf[:got] // less than n where the file has been cut since
		if end < 0 {
			i := bytes.LastIndexByte(piece, '\n')
			if i < 0 {
				continue
			}
			end, piece = at+int64(i), piece[:i]
		}
		if i := bytes.LastIndexByte(piece, '\n'); i >= 0 {
			start, at = at+int64(i)+1, 0
		}
	}
	if end < 0 {
		return nil, read, nil
	}
	line = make([]byte, min(end-start, keptOfLine))
	got, err := r.ReadAt(line, start)
	if err != nil && err != io.EOF || got < len(line) {
		return nil, read, ignoreEOF(err)
	}
	return line, read, nil
}

// ignoreEOF takes a file that has been cut since it was looked at for one without a line.
func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
