// Proto speaks one protocol: HELLO over TLS, then DATA_REQUEST and DATA_RESPONSE
// until CLOSE. It serves it, connects to it and probes servers. The protocol is in package wire.
package main

import (
	"context"
	"os"

	"github.com/urfave/cli/v2"

	"proto/modes"
	"proto/modes/connect"
	"proto/modes/decode"
	"proto/modes/repl"
	"proto/modes/serve"
)

// version is set when a release is built.
var version = "0.1.0-dev"

func main() {
	p := modes.FromOS(version)
	os.Exit(run(p))
}

// run is the whole program: it gives the exit code.
func run(p *modes.Process) int {
	app := modes.NewApp(p, []*cli.Command{
		serve.Command(p),
		connect.Command(p),
		repl.Command(p),
		decode.Command(p),
	})
	return p.Report(modes.Run(context.Background(), app, p.Args))
}
