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

	"proto/modes"
)

// TestReadme runs every command of the README, in their order, as a newcomer would
// with an empty HOME, and holds what is printed against what the README shows. Only
// what differs from run to run is made alike: times, random texts, round trips,
// ports, pins, hashes. Of sh blocks nothing is shown: they must only succeed.
//
// A server a block starts is stopped at the next one. Ports are any free ones:
// --listen is added to `proto serve`, and 127.0.0.1:5000 in a command stands for
// the server started last. A command fails if, and only if, an error is shown.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := readmeCommands(string(text))
	if len(commands) < 30 {
		t.Fatalf("only %d commands found", len(commands))
	}
	r := newReader(t)
	left := readmeNotRun()
	for _, c := range commands {
		if name, _, _ := strings.Cut(c.text, " -"); left[name] != "" {
			delete(left, name)
			continue
		}
		r.run(c)
	}
	r.stopServer()
	for name := range left {
		t.Errorf("the README has no command that begins with %s", name)
	}
}

// readmeNotRun are the commands that are not run, up to their first flag, and why.
func readmeNotRun() map[string]string {
	return map[string]string{
		"go test ./...": "this test is one of those that it runs",
		"tshark":        "it needs a capture of packets; TestReadmeTshark holds it against the help, and modes/decode runs it",
	}
}

// readmeCommand is a command and what the README shows it to print.
type readmeCommand struct {
	line int
	text string
	want string
}

var heredoc = regexp.MustCompile(`<<'(\w+)'`)

func readmeCommands(readme string) (commands []readmeCommand) {
	block, end, open := "", "", false
	for i, line := range strings.Split(readme, "\n") {
		last := len(commands) - 1
		switch {
		case strings.HasPrefix(line, "```"):
			block, open = strings.TrimPrefix(line, "```"), false
		case block == "sh" && open:
			commands[last].text += "\n" + line
			open = unfinished(commands[last].text)
		case block == "sh":
			commands = append(commands, readmeCommand{line: i + 1, text: line})
			open = unfinished(line)
		case block != "console":
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

// unfinished says whether a shell waits for more of a command.
func unfinished(command string) bool {
	return strings.HasSuffix(command, "\\") || strings.Contains(command, "case $?") && !strings.HasSuffix(command, "esac")
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
	// What the README speaks of and a reader has: a log, and a capture of packets.
	log, err := os.ReadFile("modes/decode/testdata/server-console.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"server.log": string(log), "session.pcapng": "\x0a\x0d\x0d\x0a"} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func (r *reader) run(c readmeCommand) {
	r.t.Helper()
	for _, tool := range []string{"htpasswd", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil && strings.Contains(c.text, tool) {
			r.t.Skipf("README line %d and on: %s is missing", c.line, tool)
		}
	}
	fails := strings.Contains(c.want, "proto: ")
	if vars, ok := strings.CutPrefix(c.text, "export "); ok {
		r.env = append(r.env, strings.Fields(vars)...)
		return
	}
	if strings.HasPrefix(c.text, "proto serve") && !fails {
		got := r.serve(c)
		if c.want != "" && r.alike(got) != r.alike(c.want) {
			r.t.Errorf("README line %d: %s\nprints\n%s\nthe README shows\n%s", c.line, c.text, r.alike(got), r.alike(c.want))
		}
		return
	}
	if r.address != "" {
		c.text = withAddress(c.text, r.address)
	}
	c.text = strings.Replace(c.text, "--sessions 256 --interval 0 --duration 30s", "--sessions 16 --interval 0 --duration 200ms", 1)
	out, err := r.command(context.Background(), c.text).CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited || fails != (err != nil) {
		r.t.Fatalf("README line %d: %s: %v\n%s", c.line, c.text, err, out)
	}
	got := string(out)
	if r.address != "" {
		got = strings.ReplaceAll(got, r.address, "127.0.0.1:5000")
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
	if strings.Contains(line, " local") {
		return line
	}
	if strings.Contains(line, "127.0.0.1:5000") {
		return strings.ReplaceAll(line, "127.0.0.1:5000", address)
	}
	return strings.Replace(line, "proto connect", "proto connect "+address, 1)
}

// serve starts a server and gives back what it announces, which ends with how to
// connect.
func (r *reader) serve(c readmeCommand) string {
	r.t.Helper()
	r.stopServer()
	line, _, _ := strings.Cut(c.text, " #")
	cmd := r.command(r.t.Context(), "exec "+line+" --listen 127.0.0.1:0")
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
	for !strings.Contains(got.String(), "\nconnect ") {
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
	// A text that is given cannot be drawn anew where its cipher text would begin with a zero byte: one in 256 brings
	// a new key instead.
	{regexp.MustCompile(`("text":"[^"]*[^a-z"][^"]*","key_changed":)true`), "${1}false"},
	{regexp.MustCompile(`"time":"[^"]*","sequence":(\d+),"session":\d+,"text":"([^"]*)","key_changed":(\w+),"rtt_ms":[0-9.]+`), `TIME $1 $2 $3 RTT`},
	{regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d{3}  ([←→·].*?)(  [0-9.]+(?:[mµ]?s))?$`), "TIME  $1"},
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
	got := readmeCommands("```console\n$ one\nout\n$ two <<'E'\nbody\nE\n```\n```sh\nthree\nfour \\\n  five\n```\n```\n$ not\n```\n")
	want := []readmeCommand{{2, "one", "out\n"}, {4, "two <<'E'\nbody\nE", ""}, {9, "three", ""}, {10, "four \\\n  five", ""}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

// TestReadmeTshark: the line for tshark is the one of the help.
func TestReadmeTshark(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	plain := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, "\\\n", " ")), " ") }
	names := strings.NewReplacer("session.pcapng", "FILE", "keys.log", "KEYS")
	for _, m := range everyMode(&modes.Process{}) {
		for _, e := range m.Examples {
			if strings.HasPrefix(e.Command, "tshark") {
				if !strings.Contains(names.Replace(plain(string(text))), plain(e.Command)) {
					t.Errorf("the README has not the line of the help: %s", plain(e.Command))
				}
				return
			}
		}
	}
	t.Error("the help has no line for tshark")
}

// TestReadmeFlags: each flag in the README is one of ours, or stands in the command
// of another program; and the table of limits has all of them, with their defaults.
func TestReadmeFlags(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	ours, limits := make(map[string]bool), make(map[string]string)
	for _, m := range everyMode(&modes.Process{}) {
		for _, g := range modes.FlagGroups(m.Command) {
			for _, f := range g.Flags {
				ours[f.Names[0]] = true
				if heading, _, _ := strings.Cut(g.Heading, " ("); m.Name == "serve" && (heading == "Limits" || heading == "Deadlines" || heading == "Penalties for addresses") {
					limits[f.Names[0]] = f.Default
				}
			}
		}
	}
	for _, flag := range regexp.MustCompile(`[\s`+"`"+`](--[a-z][a-z0-9-]+)`).FindAllStringSubmatch(string(text), -1) {
		if !ours[flag[1]] && !slices.Contains([]string{"--help", "--version"}, flag[1]) {
			t.Errorf("there is no flag %s", flag[1])
		}
	}
	if len(limits) < 20 {
		t.Fatalf("only %d limits", len(limits))
	}
	for name, value := range limits {
		row := regexp.MustCompile("(?m)^\\| `" + name + "` \\| ([^ ]+) \\| ").FindStringSubmatch(string(text))
		switch {
		case row == nil:
			t.Errorf("the table of limits has no %s", name)
		case value != "" && row[1] != value:
			t.Errorf("the README gives %s the default %s, and it is %s", name, row[1], value)
		}
	}
}

// TestReadmeExitCodes: the README has the exit codes that help and the manual page have.
func TestReadmeExitCodes(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(string(text), "`", "")
	for _, e := range modes.ExitCodes() {
		if row := "| " + e.Codes + " | " + e.Meaning + " |\n"; !strings.Contains(plain, row) {
			t.Errorf("the README has no row %s", row)
		}
	}
}
