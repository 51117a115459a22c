package connect

import (
	"context"
	"os"
	"testing"

	"github.com/urfave/cli/v2"

	"proto/modes"
	"proto/modes/serve"
)

// asServer makes this test's binary a `proto serve`, so that it can be killed.
const asServer = "PROTO_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "" {
		os.Exit(m.Run())
	}
	p := modes.FromOS("test")
	app := modes.NewApp(p, []*cli.Command{serve.Command(p)})
	os.Exit(p.Report(modes.Run(context.Background(), app, p.Args)))
}
