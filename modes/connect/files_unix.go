//go:build linux || darwin

package connect

import (
	"syscall"

	"proto/modes"
)

// otherFiles are what a process needs besides its connections.
const otherFiles = 32

// enoughFiles says whether so many connections can be open at once. Go has raised
// the limit to the hard one at start.
func enoughFiles(sessions int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || uint64(sessions)+otherFiles <= limit.Cur {
		return nil // without an answer the sessions that are too many count as errors
	}
	return modes.Usage("raise the limit with `ulimit -n`, or divide the sessions among several processes",
		"cannot hold %d sessions: this process may open %d files", sessions, limit.Cur)
}
