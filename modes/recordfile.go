package modes

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

func cannotRecord(name string, err error) error {
	return Usage("--record takes the name of a file that can be written", "cannot write %s: %s", Show(name), Plain(err))
}

// CheckRecord says whether OpenRecord could open the file, and leaves all as it is.
func CheckRecord(name string) error {
	if name == "" {
		return nil
	}
	if err := canRecord(name, maxLinks); err != nil {
		return cannotRecord(name, err)
	}
	return nil
}

// maxLinks is how many links are followed to a file that is not there yet, as by Linux.
const maxLinks = 40

func canRecord(name string, links int) error {
	if isNamedPipe(name) {
		return mayWrite(name)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		return f.Close()
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if to, err := os.Readlink(name); err == nil && links > 0 {
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(name), to)
		}
		return canRecord(to, links-1)
	}
	if f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(name))
}

// openRecordFile gives the file, and whether what is in it may end within a line.
func openRecordFile(name string) (w io.WriteCloser, torn bool, err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return f, false, f.Chmod(0o600) // whatever the umask is
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, false, err
	}
	if isNamedPipe(name) {
		return &pipe{name: name}, false, mayWrite(name)
	}
	// Another's file that we may add to keeps its mode. O_CREATE is for a link that
	// leads to no file yet.
	if f, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err != nil {
		return nil, false, err
	}
	return f, endsTorn(name), nil
}

// endsTorn says whether a file ends within a line, as a program that was killed
// may leave it.
func endsTorn(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return true // an empty line does no harm
	}
	defer f.Close()
	var last [1]byte
	_, err = f.ReadAt(last[:], info.Size()-1)
	return err != nil || last[0] != '\n'
}

func isNamedPipe(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// A pipe with a name is opened when there is something to write, and by whoever reads
// it: until somebody does, and after he has gone, nothing waits for him, and what is not
// written is counted.
type pipe struct {
	name   string
	mu     sync.Mutex
	f      *os.File // nil: not open
	closed bool     // for good
}

var errNobodyReads = errors.New("nobody reads it")

func (p *pipe) Write(b []byte) (int, error) {
	f, err := p.open()
	if err != nil {
		return 0, err
	}
	n, err := f.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		p.shut(false)
	}
	return n, err
}

func (p *pipe) open() (f *os.File, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.f != nil {
		return p.f, nil
	}
	if p.closed {
		return nil, os.ErrClosed
	}
	f, err = os.OpenFile(p.name, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) {
		return nil, errNobodyReads
	}
	p.f = f
	return f, err
}

// Close ends a write that waits for the reader, too.
func (p *pipe) Close() error { return p.shut(true) }

// shut closes what is open. If it is not for good, the next write opens it again.
func (p *pipe) shut(forGood bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.f
	p.f, p.closed = nil, p.closed || forGood
	if f == nil {
		return nil
	}
	return f.Close()
}
