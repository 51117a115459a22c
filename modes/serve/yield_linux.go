package serve

import (
	"os"
	"runtime"
	"syscall"
)

// A yielder lets others have the processor in the middle of long computations. The
// runtime looks at the network only when it has nothing else to run, or after 10 ms:
// while handshakes and passwords follow each other without a gap, those who have
// logged in would wait for that. runtime.Gosched does not make it look.
type yielder struct {
	r, w *os.File // of a pipe
	raw  syscall.RawConn
}

// newYielder returns nil, with which nothing yields, where there is no pipe to be had.
func newYielder() *yielder {
	r, w, err := os.Pipe()
	if err != nil {
		return nil
	}
	raw, err := r.SyscallConn()
	if err != nil {
		r.Close()
		w.Close()
		return nil
	}
	return &yielder{r, w, raw}
}

func (y *yielder) close() {
	if y != nil {
		y.r.Close()
		y.w.Close()
	}
}

// yield returns after poll has, and after the kernel has run other threads that want
// the processor. Handshakes only poll: with this they would be 6 % fewer a second
// where clients are on the same machine.
func (y *yielder) yield() {
	y.poll()
	_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
}

// poll returns after the runtime has looked at the network, and has run those for whom
// there was something: it waits for a byte that it writes itself, and of which the runtime
// learns in no other way. Of all that it learns of at once the runtime runs first what came
// last, which is this; so it then goes behind the others.
func (y *yielder) poll() {
	if y == nil {
		return
	}
	var b [1]byte
	written := false
	_ = y.raw.Read(func(fd uintptr) bool { // fails once it is closed, at the end of the server
		if !written {
			written = true
			_, err := y.w.Write(b[:])
			return err != nil
		}
		_, err := syscall.Read(int(fd), b[:])
		return err != syscall.EAGAIN && err != syscall.EINTR
	})
	runtime.Gosched()
}
