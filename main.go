// Proto speaks one protocol: HELLO over TLS, then DATA_REQUEST and DATA_RESPONSE
// until CLOSE. It serves it, connects to it and probes servers. The protocol is in package wire.
package main

import (
	"context"
	"os"

	"proto/modes"
	"proto/modes/completion"
	"proto/modes/connect"
	"proto/modes/decode"
	"proto/modes/manpage"
	"proto/modes/repl"
	"proto/modes/serve"
)

// What a release is told when it is linked (.ci/dist).
var (
	version = "0.1.0-dev"
	commit  string
	date    string
)

func main() {
	p := modes.FromOS(modes.NewVersion(version, commit, date))
	os.Exit(run(p))
}

// run is the whole program: it gives the exit code.
func run(p *modes.Process) int {
	app := modes.NewApp(p, everyMode(p))
	return p.Report(modes.Run(context.Background(), app, p.Args))
}

// everyMode is all that proto can do.
func everyMode(p *modes.Process) []modes.Mode {
	all := func() []modes.Mode { return everyMode(p) }
	return []modes.Mode{
		serve.Command(p),
		connect.Command(p),
		repl.Command(p),
		decode.Command(p),
		completion.Command(p),
		manpage.Command(p, all),
		completion.Asked(p, all),
	}
}
