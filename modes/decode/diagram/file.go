package diagram

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"proto/modes"
	"proto/modes/page"
	"proto/wire"
)

// rowsOfPart and partSize (bytes) bound a part of the page's data; the script reads
// and lets go of them one by one.
const (
	rowsOfPart = 2000
	partSize   = 256 << 10
)

// A File is a page being written, beside the one that it becomes. After an error all
// else does nothing, and gives that error.
type File struct {
	name      string // where it is to be
	temporary string
	f         *os.File
	out       *bufio.Writer
	page      *page.Page
	part      []byte // the rows of this part, as JSON
	rows      int    // in it
	row, data []byte
	err       error
}

// Summary is what the page says of the capture as a whole.
type Summary struct {
	Title    string `json:"title"`
	Frames   int64  `json:"frames"`
	Answers  int64  `json:"answers"`
	Decoded  int64  `json:"decoded"`
	Dialect  string `json:"dialect"`
	Secrets  bool   `json:"secrets"`  // they are shown
	Ended    string `json:"ended"`    // why the capture was not read to its end
	Verified int64  `json:"verified"` // texts that the log itself prints
}

// Create begins a page in a new file beside name. A private one only its owner may
// read. What has the name already is left alone until Finish, and must be a page of
// ours: a capture that is named by mistake is kept. Its errors exit with ExitUsage.
func Create(name, title string, private bool) (*File, error) {
	target, err := mayReplace(name)
	if err != nil {
		return nil, err
	}
	mode := fs.FileMode(0o666)
	if private {
		mode = 0o600
	}
	f := &File{name: target, page: document(title)}
	f.temporary = filepath.Join(filepath.Dir(target), fmt.Sprintf(".%s.%08x", filepath.Base(target), rand.Uint32()))
	if f.f, err = os.OpenFile(f.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode); err != nil {
		return nil, cannotWrite("--html takes the name of a file that can be written", name, modes.Plain(err))
	}
	f.out = bufio.NewWriterSize(f.f, 64<<10)
	f.write(f.page.Start())
	return f, nil
}

// mayReplace gives the file that a name, maybe a link's, leads to.
func mayReplace(name string) (string, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return name, nil
	case err != nil:
		return "", cannotWrite("--html takes the name of a file that can be written", name, modes.Plain(err))
	case info.IsDir():
		return "", cannotWrite("name a file in it", name, "it is a folder")
	case !info.Mode().IsRegular():
		return "", cannotWrite("the page is written beside its name, and then renamed", name, "it is no regular file")
	case info.Size() > 0 && !isPage(name):
		return "", cannotWrite("give another name, or remove it", name, "it is there, and is no page of proto")
	}
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return "", cannotWrite("", name, modes.Plain(err))
	}
	return target, nil
}

// isPage looks for how all our pages begin.
func isPage(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	start, _, _ := bytes.Cut(document("").Start(), []byte("<meta name"))
	start = start[:bytes.Index(start, []byte("'sha256-"))] // another version's has other hashes
	head := make([]byte, len(start))
	n, _ := f.Read(head)
	return bytes.Equal(head[:n], start)
}

func cannotWrite(hint, name, why string) error {
	return modes.Usage(hint, "cannot write %s: %s", modes.Show(name), why)
}

// Source says that what follows is of this file.
func (f *File) Source(name string) error {
	f.row = wire.AppendASCII(f.row[:0], name)
	return f.add()
}

// Frame adds a row.
func (f *File) Frame(frame *Frame) error {
	f.row = frame.append(f.row[:0])
	return f.add()
}

// add adds what is in f.row to this part.
func (f *File) add() error {
	f.part = append(append(f.part, "[,"[min(f.rows, 1)]), f.row...)
	if f.rows++; f.rows >= rowsOfPart || len(f.part) >= partSize {
		f.flush()
	}
	return f.err
}

func (f *File) flush() {
	if f.rows == 0 {
		return
	}
	f.data = page.AppendData(f.data[:0], "frames", append(f.part, ']'))
	f.write(f.data)
	f.part, f.rows = f.part[:0], 0
}

func (f *File) write(b []byte) {
	if f.err != nil {
		return
	}
	if _, err := f.out.Write(b); err != nil {
		f.fail(err)
	}
}

func (f *File) fail(err error) {
	f.err = &modes.Error{Code: modes.ExitNotWell, Message: fmt.Sprintf("cannot write %s: %s", modes.Show(f.name), modes.Plain(err)), Err: err}
}

// Finish ends the page and gives it its name. Where that fails nothing is left.
func (f *File) Finish(s *Summary) error {
	f.flush()
	b, err := json.Marshal(s)
	if err != nil {
		f.fail(err)
	}
	f.write(page.AppendData(nil, "summary", b))
	f.write(f.page.End())
	if f.err == nil {
		err = f.out.Flush()
		if err2 := f.f.Close(); err == nil {
			err = err2
		}
		if err == nil {
			err = os.Rename(f.temporary, f.name)
		}
		if err != nil {
			f.fail(err)
		}
	}
	if f.err != nil {
		f.Abandon()
	}
	return f.err
}

// Abandon takes away what is written so far.
func (f *File) Abandon() {
	f.f.Close()
	os.Remove(f.temporary)
}
