package editor

import (
	"os"
	"os/signal"
)

// A mode is how the terminal treats what is typed.
type mode int

const (
	quiet mode = iota // no echo, and no lines, but signals: a command runs
	raw               // keys as they come: a line is read
)

// forget ends what terminalChanges began.
func forget(changes chan os.Signal) { signal.Stop(changes) }
