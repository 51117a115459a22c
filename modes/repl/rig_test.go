package repl

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"proto/modes"
	"proto/modes/serve"
)

// buffer is an output that several goroutines write and a test reads meanwhile.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// rig is a run of the mode within the test's process.
type rig struct {
	process  *modes.Process
	out, err buffer
	signals  chan os.Signal
}

func newRig(t *testing.T, stdin string, env map[string]string, args ...string) *rig {
	t.Helper()
	home := t.TempDir()
	r := &rig{signals: make(chan os.Signal, 1)}
	r.process = &modes.Process{
		Args: append([]string{"repl"}, args...), In: strings.NewReader(stdin), Out: &r.out, Err: &r.err,
		Env: func(name string) string {
			if value, ok := env[name]; ok {
				return value
			}
			return map[string]string{"HOME": home, "XDG_STATE_HOME": home}[name]
		},
		Signals: r.signals, Version: modes.Version{Number: "test"}, Width: func() int { return 80 },
		RestoreTerminal: func() {},
	}
	return r
}

// run runs it to its end and gives the exit code.
func (r *rig) run() int {
	app := modes.NewApp(r.process, []modes.Mode{Command(r.process)})
	return r.process.Report(modes.Run(context.Background(), app, r.process.Args))
}

// run is a run against a throw-away server; script is a file's text.
func run(t *testing.T, script string, args ...string) (out, err string, code int) {
	t.Helper()
	file := write(t, "script.repl", script)
	r := newRig(t, "", nil, append([]string{"local", "-f", file}, args...)...)
	code = r.run()
	return strings.ReplaceAll(r.out.String(), file, "FILE"), strings.ReplaceAll(r.err.String(), file, "FILE"), code
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// server is a server of a login that the test knows.
func server(t *testing.T) *serve.Local {
	t.Helper()
	l, err := serve.StartLocal(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	return l
}

// wantLines holds a text against lines that must be in it, in this order; blanks
// at the ends do not count.
func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	rest := strings.Split(text, "\n")
	for _, want := range lines {
		i := 0
		for i < len(rest) && strings.TrimSpace(rest[i]) != strings.TrimSpace(want) {
			i++
		}
		if i == len(rest) {
			t.Fatalf("no line %q, or not in order, in:\n%s", want, text)
		}
		rest = rest[i+1:]
	}
}

func read1(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
