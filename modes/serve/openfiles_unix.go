//go:build unix

package serve

import (
	"math"

	"golang.org/x/sys/unix"
)

// raiseOpenFiles raises the limit on open files to its hard bound and gives what
// it is then; 0 is none.
func raiseOpenFiles() int {
	var r unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &r) != nil {
		return 0
	}
	raised := r
	raised.Cur = r.Max
	if r.Cur < r.Max && unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
		r = raised
	}
	if r.Cur > math.MaxInt32 {
		return 0
	}
	return int(r.Cur)
}
