package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReadme runs every command of the README's console blocks, in their order,
// as a newcomer would with an empty HOME, and holds what is printed against what
// the README shows. Only what differs from run to run is made alike: times,
// random texts, round trips, ports, pins, hashes.
//
// A server a block starts is stopped at the next one. Ports are any free ones:
// --listen is added to `proto serve`, and 127.0.0.1:5000 in a command stands for
// the server started last.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := readmeCommands(string(text))
	if len(commands) < 8 {
		t.Fatalf("only %d commands found", len(commands))
	}
	r := newReader(t)
	for _, c := range commands {
		r.run(c)
	}
	r.stopServer()
}

// readmeCommand is a command and what the README shows it to print.
type readmeCommand struct {
	line int
	text string
	want string
}

var heredoc = regexp.MustCompile(`<<'(\w+)'`)

func readmeCommands(readme string) (commands []readmeCommand) {
	inside, end := false, ""
	for i, line := range strings.Split(readme, "\n") {
		last := len(commands) - 1
		switch {
		case line == "```console":
			inside = true
		case strings.HasPrefix(line, "```"):
			inside = false
		case !inside:
		case end != "":
			commands[last].text += "\n" + line
			if line == end {
				end = ""
			}
		case strings.HasPrefix(line, "$ "):
			commands = append(commands, readmeCommand{line: i + 1, text: line[2:]})
			if m := heredoc.FindStringSubmatch(line); m != nil {
				end = m[1]
			}
		default:
			commands[last].want += line + "\n"
		}
	}
	return commands
}

// reader is somebody who follows the README.
type reader struct {
	t       *testing.T
	home    string
	env     []string
	address string // of the server started last
	server  *exec.Cmd
}

func newReader(t *testing.T) *reader {
	home := t.TempDir()
	r := &reader{t: t, home: home}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PROTO_") && !strings.HasPrefix(v, "XDG_") && !strings.HasPrefix(v, "HOME=") {
			r.env = append(r.env, v)
		}
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		r.env = append(r.env, name+"="+strings.TrimSpace(string(out)))
	}
	bin := filepath.Join(home, "bin")
	r.env = append(r.env, "HOME="+home, "GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return r
}

func (r *reader) run(c readmeCommand) {
	r.t.Helper()
	for _, tool := range []string{"htpasswd", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil && strings.Contains(c.text, tool) {
			r.t.Skipf("README line %d and on: %s is missing", c.line, tool)
		}
	}
	var got string
	if strings.HasPrefix(c.text, "proto serve") {
		got = r.serve(c)
	} else {
		if r.address != "" {
			c.text = withAddress(c.text, r.address)
		}
		cmd := r.command(context.Background(), c.text)
		out, err := cmd.CombinedOutput()
		if err != nil {
			r.t.Fatalf("README line %d: %s: %v\n%s", c.line, c.text, err, out)
		}
		got = string(out)
	}
	if c.want != "" && r.alike(got) != r.alike(c.want) {
		r.t.Errorf("README line %d: %s\nprints\n%s\nthe README shows\n%s", c.line, c.text, r.alike(got), r.alike(c.want))
	}
}

// command runs a line by the shell: in the repository if it begins with go, or
// calls it, else at home.
func (r *reader) command(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-c", line)
	cmd.Env = r.env
	if !strings.HasPrefix(line, "go ") && !strings.Contains(line, "go run") {
		cmd.Dir = r.home
	}
	return cmd
}

func withAddress(line, address string) string {
	if strings.Contains(line, "127.0.0.1:5000") {
		return strings.ReplaceAll(line, "127.0.0.1:5000", address)
	}
	return strings.Replace(line, "proto connect", "proto connect "+address, 1)
}

// serve starts a server and gives back as many lines as the README shows.
func (r *reader) serve(c readmeCommand) string {
	r.t.Helper()
	r.stopServer()
	cmd := r.command(r.t.Context(), "exec "+c.text+" --listen 127.0.0.1:0")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.server = cmd
	in := bufio.NewReader(out)
	var got strings.Builder
	for range strings.Count(c.want, "\n") {
		line, err := in.ReadString('\n')
		if err != nil {
			r.t.Fatalf("README line %d: %s: it ended\n%s", c.line, c.text, log.String())
		}
		got.WriteString(line)
	}
	r.address = strings.Fields(got.String())[1]
	go func() { _, _ = io.Copy(io.Discard, in) }()
	return strings.ReplaceAll(got.String(), r.address, "127.0.0.1:5000")
}

func (r *reader) stopServer() {
	if r.server == nil {
		return
	}
	_ = r.server.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(20*time.Second, func() { _ = r.server.Process.Kill() })
	defer timer.Stop()
	if err := r.server.Wait(); err != nil {
		r.t.Errorf("the server ended with %v", err)
	}
	r.server = nil
}

// varying is what differs from run to run.
var varying = []struct {
	pattern *regexp.Regexp
	same    string
}{
	{regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d{3}( +\d+)  [a-z]{8}  [ 0-9.]{4,5}(?:[mµ]?s)`), "TIME$1  TEXT  RTT"},
	{regexp.MustCompile(`"time":"[^"]*","sequence":(\d+),"session":\d+,"text":"[a-z]{8}","key_changed":(\w+),"rtt_ms":[0-9.]+`), `TIME $1 TEXT $2 RTT`},
	{regexp.MustCompile(`\(\d+\.\d\ds\)`), "(TIME)"},
	{regexp.MustCompile(`sha256//[A-Za-z0-9+/]{43}=`), "PIN"},
	{regexp.MustCompile(`"[0-9a-f]{2}(:[0-9a-f]{2}){5}"`), "MAC"},
	{regexp.MustCompile(`(?m)^[.+*-]{20,}$\n?`), ""}, // openssl draws these while it searches for primes
}

// alike makes two runs alike.
func (r *reader) alike(s string) string {
	s = strings.ReplaceAll(s, r.home, "/home/you")
	for _, v := range varying {
		s = v.pattern.ReplaceAllString(s, v.same)
	}
	return s
}

func TestReadmeCommandsAreFound(t *testing.T) {
	got := readmeCommands("```console\n$ one\nout\n$ two <<'E'\nbody\nE\n```\n```sh\n$ not\n```\n")
	want := []readmeCommand{{2, "one", "out\n"}, {4, "two <<'E'\nbody\nE", ""}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}
