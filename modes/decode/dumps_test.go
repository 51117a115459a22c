package decode

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"proto/modes"
)

// decoded decodes a file, or stdin if it has no name.
func decoded(t *testing.T, stdin []byte, files ...string) (texts string, err error) {
	t.Helper()
	var out bytes.Buffer
	o := &options{text: true, workers: 1, files: files}
	p := &modes.Process{In: bytes.NewReader(stdin), Out: &out, Err: io.Discard, Env: func(string) string { return "" }}
	err = o.run(t.Context(), p)
	return out.String(), err
}

// wantHint wants the hint for a file without frames to hold a command that gives these
// texts, each once, when it is run as it stands there.
func wantHint(t *testing.T, file, texts string) {
	t.Helper()
	got, err := decoded(t, nil, file)
	var e *modes.Error
	if !errors.As(err, &e) || e.Code != modes.ExitPeer || got != "" {
		t.Fatalf("%q, %v: it has frames", got, err)
	}
	_, command, _ := strings.Cut(e.Hint, "? ")
	command, ok := strings.CutSuffix(command, " | proto decode")
	if !ok {
		t.Fatalf("no command in %q", e.Hint)
	}
	out, err := exec.Command("sh", "-c", command).Output()
	if err != nil {
		t.Errorf("%s: %v", command, err)
	}
	if got, err := decoded(t, out); got != texts {
		t.Errorf("%s\ngives %v\n%s\nnot\n%s", command, err, got, texts)
	}
}

// needs skips a test where a tool is missing.
func needs(t *testing.T, tools string) {
	t.Helper()
	for _, tool := range strings.Fields(tools) {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is missing")
		}
	}
}

// TestDumps: the hint for a dump is a command that undoes it.
func TestDumps(t *testing.T) {
	lines, texts := traffic(t, 9_000)
	content, want := strings.Join(lines, ""), strings.Join(texts[:len(lines)/2-1], "\n")+"\n"
	for name, test := range map[string]struct{ tools, command string }{
		"xxd":               {"xxd", "xxd"},
		"xxd bytes":         {"xxd", "xxd -g 1"},
		"xxd -u":            {"xxd", "xxd -u"},
		"xxd, wide":         {"xxd", "xxd -u -c 32"},
		"xxd, narrow":       {"xxd", "xxd -c 6"},
		"xxd -p":            {"xxd", "xxd -p"},
		"xxd -p -u":         {"xxd", "xxd -p -u"},
		"xxd -i":            {"xxd", "xxd -i"},
		"one line":          {"xxd", "xxd -p | tr -d '\\n'"},
		"colons":            {"xxd", "xxd -p | tr -d '\\n' | sed 's/../&:/g'"},
		"0x":                {"xxd", "echo 0x$(xxd -p | tr -d '\\n')"},
		"hexdump":           {"xxd hexdump dd", "hexdump -v"},
		"hexdump -x":        {"xxd hexdump dd", "hexdump -v -x"},
		"hexdump -C":        {"xxd hexdump", "hexdump -v -C"},
		"od":                {"xxd od awk", "od -v"},
		"od -x":             {"xxd od dd", "od -v -x"},
		"od -t x1":          {"xxd od", "od -v -t x1"},
		"od -t x1z":         {"xxd od", "od -v -A x -t x1z"},
		"od -An":            {"xxd od", "od -v -An -t x1"},
		"socat -x":          {"xxd socat", "socat -x -u - - 2>&1 >/dev/null"},
		"socat -v -x":       {"xxd socat", "socat -v -x -u - - 2>&1 >/dev/null"},
		"base32":            {"base32", "base32"},
		"one line, base32":  {"base32", "base32 -w 0"},
		"base64":            {"base64", "base64"},
		"one line, base64":  {"base64", "base64 -w 0"},
		"base64url":         {"base64", "base64 -w 0 | tr -- +/ -_"},
		"base64, JSON":      {"base64", `base64 -w 200 | sed 's/.*/{"ts":1,"payload":"&","x":"abcdefghijklmnopq"}/'`},
		"base64, JSON, url": {"base64", `base64 -w 200 | tr -- +/ -_ | sed 's/.*/{"payload": "&"}/'`},
		"base64, in a log":  {"base64", `while read -r line || test -n "$line"; do echo "12:00 <- $(echo "$line" | base64 -w 0) (ok)"; done`},
		"packed":            {"xxd gzip", "xxd -p | gzip"},
		"UTF-16, dumped":    {"xxd iconv", "xxd -p | iconv -t UTF-16"},
		"UTF-16, packed":    {"iconv gzip", "iconv -t UTF-16 | gzip"},
		"xz":                {"xz", "xz"},
		"xz, packed":        {"xz gzip", "xz | gzip"},
		"zip":               {"zip unzip", "zip -q"},
	} {
		t.Run(name, func(t *testing.T) {
			needs(t, "sh sed grep tr cut "+test.tools)
			make := exec.Command("sh", "-c", test.command)
			make.Stdin = strings.NewReader(content)
			dump, err := make.Output()
			if err != nil {
				t.Skipf("%s: %v", test.command, err) // a tool of another make
			}
			file := filepath.Join(t.TempDir(), "it's a dump")
			if err := os.WriteFile(file, dump, 0o600); err != nil {
				t.Fatal(err)
			}
			wantHint(t, file, want)
		})
	}
}

// TestPackedStdin: what cannot be read from a pipe gets the command for a file.
func TestPackedStdin(t *testing.T) {
	for content, want := range map[string]string{"PK\x03\x04\x14\x00": "unzip -p FILE | proto decode", "\xfd7zXZ\x00\x00": "xz -dc - | proto decode"} {
		_, err := decoded(t, []byte(content))
		var e *modes.Error
		if !errors.As(err, &e) || e.Code != modes.ExitPeer || !strings.HasSuffix(e.Hint, "? "+want) {
			t.Errorf("%q: %+v", content, err)
		}
	}
}

// TestTsharkDumps: so is the hint for what tshark prints of packets in another form than
// the one that the help gives.
func TestTsharkDumps(t *testing.T) {
	needs(t, "tshark sh sed grep xxd base64")
	capture, keyFile, want := capturedSession(t, 1)
	for name, arguments := range map[string]string{
		"pdml":               "-T pdml",
		"pdml, with text":    "-T pdml -o data.show_as_text:TRUE",
		"json":               "-T json",
		"jsonraw":            "-T jsonraw",
		"jsonraw, with text": "-T jsonraw -o data.show_as_text:TRUE",
		"both":               "-T json -x",
		"ek":                 "-T ek",
		"fields":             "-T fields -e frame.time_epoch -e data.data",
		"dump":               "-x",
		"followed, as hex":   "-q -z follow,tls,hex,0",
		"followed, raw":      "-q -z follow,tls,raw,0",
		"followed, YAML":     "-q -z follow,tls,yaml,0",
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command("tshark", append([]string{"-r", capture, "-o", "tls.keylog_file:" + keyFile, "-d", "tcp.port==5000,tls",
				"-d", "tls.port==5000,data", "-Y", "data"}, strings.Fields(arguments)...)...).Output()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "printed")
			if err := os.WriteFile(file, out, 0o600); err != nil {
				t.Fatal(err)
			}
			wantHint(t, file, want)
		})
	}
}
