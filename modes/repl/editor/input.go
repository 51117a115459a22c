package editor

import (
	"io"
	"sync"
)

// mostAhead bounds what is read ahead, in bytes.
const mostAhead = 1 << 20

// input reads the terminal ahead, also while no line is read. Else a paste that
// a command keeps waiting would fill the terminal's own buffer, of 4 KB, and
// behind that not even Ctrl-C is heard. When it is closed it lets go of who
// waits for it; a read that is under way cannot be called off, and is left
// behind for the end of the process.
type input struct {
	mu      sync.Mutex
	changed sync.Cond
	bytes   []byte
	gone    bool // there comes nothing more
	closed  bool
}

func newInput() *input {
	i := &input{}
	i.changed.L = &i.mu
	return i
}

func (i *input) run(in io.Reader) {
	buf := make([]byte, 4096)
	for more := true; more; {
		n, err := in.Read(buf)
		more = i.add(buf[:n], err)
	}
}

// add waits until there is room for more, and says whether any is wanted.
func (i *input) add(b []byte, err error) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.bytes = append(i.bytes, b...)
	i.gone = err != nil
	i.changed.Broadcast()
	for len(i.bytes) >= mostAhead && !i.closed {
		i.changed.Wait()
	}
	return !i.gone && !i.closed
}

// read takes all there is, and may wait until there is something. The error is
// errGone, if it waited in vain, or if the input is closed.
func (i *input) read(wait bool) ([]byte, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for wait && len(i.bytes) == 0 && !i.gone && !i.closed {
		i.changed.Wait()
	}
	if i.closed || wait && len(i.bytes) == 0 {
		return nil, errGone
	}
	b := i.bytes
	i.bytes = nil
	i.changed.Broadcast()
	return b, nil
}

func (i *input) close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.closed = true
	i.changed.Broadcast()
}
