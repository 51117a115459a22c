package wire

import (
	"io"
	"sync"
)

// A Pool lends Readers the memory for a frame while they have one. A server with
// many connections, of which few have a frame at any time, needs it for those only.
// The zero Pool is ready. It may be used by several goroutines at once.
type Pool struct{ free sync.Pool }

// loan is what is lent: 512 bytes for the stream, and the index of a frame, some
// 500 bytes more once it has grown.
type loan struct {
	space [readSize]byte
	frame Frame
}

func (p *Pool) lend() *loan {
	if l, ok := p.free.Get().(*loan); ok {
		return l
	}
	return new(loan)
}

// takeBack forgets what was in the memory: it may be a password.
func (p *Pool) takeBack(l *loan) {
	clear(l.space[:])
	p.free.Put(l)
}

// firstSize is how many bytes a Reader without memory has room for: those by which
// it learns that there are some.
const firstSize = 32

// borrow is the memory of a Reader with a Pool: on loan, or just enough to wait.
type borrow struct {
	pool  *Pool
	loan  *loan
	keep  bool
	first [firstSize]byte
}

// Borrow makes a Reader take its memory from p, and give it back whenever it waits
// for a frame of which nothing has come. To be called before the first Next.
func (r *Reader) Borrow(p *Pool) { r.borrowed = &borrow{pool: p} }

// Keep makes a Reader that borrows keep its memory while it waits, or not: worth it
// where the next frame comes soon, for which it is then read and parsed at once.
func (r *Reader) Keep(keep bool) {
	if r.borrowed != nil {
		r.borrowed.keep = keep
	}
}

// rest gives the memory back if there is nothing in it.
func (r *Reader) rest() {
	b := r.borrowed
	if b == nil || b.loan == nil || b.keep || len(r.buf) > 0 {
		return
	}
	r.giveBack()
}

// giveBack gives the memory back, whatever is in it.
func (r *Reader) giveBack() {
	b := r.borrowed
	if b == nil || b.loan == nil {
		return
	}
	if len(r.space) > len(b.loan.space) { // for a long frame
		clear(r.space)
	}
	b.pool.takeBack(b.loan)
	b.loan, r.frame, r.space, r.buf, r.used = nil, nil, nil, nil, 0
}

// wait reads the first bytes of a frame into no more memory than they need.
func (r *Reader) wait() (n int, err error) {
	b := r.borrowed
	for range maxEmptyReads {
		if n, err = r.src.Read(b.first[:]); n > 0 || err != nil {
			break
		}
	}
	switch {
	case n == 0 && err == nil:
		return 0, io.ErrNoProgress
	case n == 0:
		return 0, err
	}
	b.loan = b.pool.lend()
	r.frame, r.space = &b.loan.frame, b.loan.space[:]
	r.buf = r.space[:copy(r.space, b.first[:n])]
	clear(b.first[:])
	return n, err
}
