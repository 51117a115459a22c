package keys

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// How a file appears in the directory of an identity: whole or not at all, and for the first time only once, whoever
// else is about to create it.

// create writes a file that is not there yet. Where somebody else was faster, it is their file that stays, and that is
// no error: the caller reads what is there.
func (s store) create(path string, data []byte, mode fs.FileMode) error {
	temp, err := s.temporary(path, data, mode)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	// A link, unlike a rename, fails where the name is taken.
	err = s.link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	// Some file systems (FAT, many network and container mounts) have no links.
	return exclusive(path, data, mode)
}

// exclusive writes a file that is not there yet, on file systems without links. Others may see it half written for a
// moment; settled waits for that.
func exclusive(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return notWritable(path, err)
	}
	if err := fill(f, data, mode); err != nil {
		// Half a file of our own would be called damaged at every start.
		os.Remove(path)
		return notWritable(path, err)
	}
	return nil
}

// replace puts a new file in the place of the old one, which is there in full until the new one is.
func (s store) replace(path string, data []byte, mode fs.FileMode) error {
	temp, err := s.temporary(path, data, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		os.Remove(temp)
		return notWritable(path, err)
	}
	return nil
}

// temporary writes data to a file beside path and returns its name.
func (s store) temporary(path string, data []byte, mode fs.FileMode) (string, error) {
	f, err := os.CreateTemp(s.dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return "", notWritable(path, err)
	}
	if err := fill(f, data, mode); err != nil {
		os.Remove(f.Name())
		return "", notWritable(path, err)
	}
	return f.Name(), nil
}

// fill writes a new file through to the disk and closes it. The mode is set again because the umask has had its say.
func fill(f *os.File, data []byte, mode fs.FileMode) error {
	_, err := f.Write(data)
	return errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
}

// settled reads a file of ours, and gives a process that is just writing it a second to finish.
func (s store) settled(path string) (*pemFile, error) {
	const tries, pause = 50, 20 * time.Millisecond
	for try := 1; ; try++ {
		data, err := readFile(path)
		if err != nil {
			return nil, err
		}
		if bytes.HasSuffix(bytes.TrimSpace(data), []byte("-----")) || try == tries {
			return parsePEM(path, data), nil
		}
		time.Sleep(pause)
	}
}

func notWritable(path string, err error) error {
	e := cannotOpen("write", path, err)
	e.Hint = "give the user that runs proto a directory it may write to, or give a certificate and a key"
	e.Err = errors.Join(ErrNotWritable, err)
	return e
}
