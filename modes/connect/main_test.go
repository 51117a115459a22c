package connect

import (
	"context"
	"os"
	"testing"

	"proto/modes"
	"proto/modes/serve"
)

// asProto makes this test's binary `proto` with serve and connect, so that either
// can be killed or stopped.
const asProto = "PROTO_TEST_AS_PROTO"

func TestMain(m *testing.M) {
	if os.Getenv(asProto) == "" {
		os.Exit(m.Run())
	}
	p := modes.FromOS(modes.Version{Number: "test"})
	app := modes.NewApp(p, []modes.Mode{serve.Command(p), Command(p)})
	os.Exit(p.Report(modes.Run(context.Background(), app, p.Args)))
}
