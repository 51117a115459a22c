package editor

import (
	"io"
	"sync"
)

// input reads the terminal on demand, so that nothing is read between two
// lines, and lets go of a reader when it is closed. The read itself cannot be
// called off: it is left behind, for the end of the process.
type input struct {
	want   chan struct{}
	got    chan chunk
	closed chan struct{}
	once   sync.Once
}

type chunk struct {
	bytes []byte
	err   error
}

func newInput(in io.Reader) *input {
	i := &input{want: make(chan struct{}), got: make(chan chunk), closed: make(chan struct{})}
	go i.run(in)
	return i
}

func (i *input) run(in io.Reader) {
	for {
		select {
		case <-i.want:
		case <-i.closed:
			return
		}
		buf := make([]byte, 4096)
		n, err := in.Read(buf)
		select {
		case i.got <- chunk{buf[:n], err}:
		case <-i.closed:
			return
		}
	}
}

// read waits for bytes. The error is io.EOF if the input is closed.
func (i *input) read() ([]byte, error) {
	select {
	case <-i.closed: // first, if there are bytes too
		return nil, io.EOF
	default:
	}
	select {
	case i.want <- struct{}{}:
	case <-i.closed:
		return nil, io.EOF
	}
	select {
	case c := <-i.got:
		if len(c.bytes) > 0 {
			return c.bytes, nil // an error comes again
		}
		return nil, c.err
	case <-i.closed:
		return nil, io.EOF
	}
}

func (i *input) close() { i.once.Do(func() { close(i.closed) }) }
