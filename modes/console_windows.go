package modes

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// enableEscapes has consoles understand escape sequences, which those of Windows do
// once they are asked; old ones never.
func enableEscapes(files ...*os.File) (ok bool) {
	ok = true
	for _, f := range files {
		var mode uint32
		h := windows.Handle(f.Fd())
		if windows.GetConsoleMode(h, &mode) == nil {
			ok = windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil && ok
		}
	}
	return ok
}

// readerGone says whether a write failed because whoever read has gone.
func readerGone(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
