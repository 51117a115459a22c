package connect

import (
	"context"
	"os"
	"testing"

	"proto/modes"
	"proto/modes/serve"
)

// asServer makes this test's binary a `proto serve`, so that it can be killed.
const asServer = "PROTO_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "" {
		os.Exit(m.Run())
	}
	p := modes.FromOS(modes.Version{Number: "test"})
	app := modes.NewApp(p, []modes.Mode{serve.Command(p)})
	os.Exit(p.Report(modes.Run(context.Background(), app, p.Args)))
}
