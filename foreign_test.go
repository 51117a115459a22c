package main

import (
	"os"
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// module readies a script for programs of another module: MODULE is the folder of
// this one, and the go command has its caches but no network.
func module(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 0, "module")
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOTOOLCHAIN"} {
		out, err := exec.Command("go", "env", name).Output()
		ts.Check(err)
		ts.Setenv(name, strings.TrimSpace(string(out)))
	}
	dir, err := os.Getwd()
	ts.Check(err)
	ts.Setenv("MODULE", dir)
	ts.Setenv("GOPROXY", "off")
	ts.Setenv("GOFLAGS", "-mod=mod")
	ts.Setenv("GOWORK", "off")
}
