package modes

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

func cannotRecord(name string, err error) error {
	return Usage("--record takes the name of a file that can be written", "cannot write %s: %s", Show(name), Plain(err))
}

// CheckRecord says whether OpenRecord could open the file, and leaves all as it is.
func CheckRecord(name string) error {
	if name == "" || isNamedPipe(name) {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			defer os.Remove(name)
		} else if errors.Is(err, fs.ErrExist) {
			return nil // a link that leads to no file yet
		}
	}
	if err != nil {
		return cannotRecord(name, err)
	}
	return f.Close()
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
		return &pipe{name: name}, false, nil
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
	name string
	mu   sync.Mutex
	f    *os.File // nil: not open
}

var errNobodyReads = errors.New("nobody reads it")

func (p *pipe) Write(b []byte) (int, error) {
	f, err := p.open()
	if err != nil {
		return 0, err
	}
	n, err := f.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		p.Close()
	}
	return n, err
}

func (p *pipe) open() (f *os.File, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.f != nil {
		return p.f, nil
	}
	f, err = os.OpenFile(p.name, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) {
		return nil, errNobodyReads
	}
	p.f = f
	return f, err
}

// Close ends a write that waits for the reader, too.
func (p *pipe) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.f == nil {
		return nil
	}
	f := p.f
	p.f = nil
	return f.Close()
}
