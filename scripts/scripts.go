// Package scripts holds the REPL scripts of the binary: tour.repl, conformance/ and
// attacks/. `proto repl -f NAME` finds them where no file of that name is.
package scripts

import (
	"embed"
	"io/fs"
)

//go:embed tour.repl conformance attacks
var embedded embed.FS

// Files are the scripts.
func Files() fs.FS { return embedded }
