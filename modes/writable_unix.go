//go:build unix

package modes

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// mayWrite asks whether we may write to a file without opening it: a pipe's reader would
// see it being opened and closed.
func mayWrite(name string) error {
	if err := unix.Access(name, unix.W_OK); err != nil {
		return &fs.PathError{Op: "access", Path: name, Err: err}
	}
	return nil
}
