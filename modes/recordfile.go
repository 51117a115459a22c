package modes

import (
	"errors"
	"io/fs"
	"os"
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
func openRecordFile(name string) (f *os.File, torn bool, err error) {
	f, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return f, false, f.Chmod(0o600) // whatever the umask is
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, false, err
	}
	if isNamedPipe(name) {
		f, err = openPipe(name)
		return f, false, err
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

// openPipe opens a named pipe at once, whether or not anybody reads it yet: what
// nobody reads is dropped and counted, as with a disk that is full.
func openPipe(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) { // nobody
		f, err = os.OpenFile(name, os.O_RDWR|syscall.O_NONBLOCK, 0)
	}
	return f, err
}
