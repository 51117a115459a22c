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
// 500 bytes more once it has grown. What the last requests looked like is remembered,
// in 1.5 KiB more: those of one program are alike, whoever sends them.
type loan struct {
	space  [readSize]byte
	frame  Frame
	shape  *shape // of a DATA_REQUEST; nil before the first
	misses int    // requests in a row that were of another
}

// maxMisses is after how many requests of other shapes one of these is remembered.
const maxMisses = 8

// match reads a request that looks like the last one; n is 0 if none does.
func (l *loan) match(b []byte, maxBytes int) (f *Frame, n int) {
	if l.shape == nil {
		return nil, 0
	}
	if n = l.shape.match(b, maxBytes); n == 0 {
		return nil, 0
	}
	l.misses = 0
	return &l.shape.frame, n
}

// learn remembers what a request looks like. Others are not worth it.
func (l *loan) learn(f *Frame, limits Limits) {
	if !f.Type().Is(TypeRequest) {
		return
	}
	if l.misses++; l.shape != nil && l.misses < maxMisses {
		return
	}
	l.misses = 0
	if s := newShape(f, limits); s != nil {
		s.forget()
		l.shape = s
	}
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
	if l.shape != nil {
		l.shape.forget()
	}
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
