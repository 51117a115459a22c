//go:build !windows

package modes

import (
	"errors"
	"os"
	"syscall"
)

// enableEscapes has nothing to do: terminals understand escape sequences, or TERM
// says that they do not.
func enableEscapes(...*os.File) (ok bool) { return true }

// readerGone says whether a write failed because whoever read has gone.
func readerGone(err error) bool { return errors.Is(err, syscall.EPIPE) }
