package repl

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"proto/modes"
)

const threeTests = `connect within 5s
test 1/1 "says hello"
hello
expect HELLO_ACK
test 1.2/1 "is refused" must
hello password=wrong
expect CLOSE isAuthencatedUser=true
test 1.2/2 "is ours" should
hello
expect CLOSE
test 2/1 "is not for all" skip "it cannot" if server=reference
hello
expect HELLO_ACK
`

// TestRun: what a run of tests prints, and how it exits.
func TestRun(t *testing.T) {
	out, errText, code := run(t, threeTests)
	if code != 1 || errText != "" {
		t.Errorf("exit code %d, stderr %q", code, errText)
	}
	plain := regexp.MustCompile(`\(\d+\.\d\ds\)`).ReplaceAllString(out, "(TIME)")
	wantLines(t, plain,
		"✓ 1/1 says hello  (TIME)",
		"× 1.2/1 is refused                                               FILE:5   (TIME)",
		"7 | expect CLOSE isAuthencatedUser=true",
		`  = wanted  isAuthencatedUser string "true"`,
		`  = got     isAuthencatedUser string "false"`,
		"  = again   proto repl local --run 1.2/1 -f FILE",
		"    > connect within 5s", "    > hello password=(hidden)", "    > expect CLOSE isAuthencatedUser=true",
		"! 1.2/2 is ours (should)                                         FILE:8   (TIME)",
		"✓ 2/1 is not for all  (TIME)",
		"clause    passed  failed  not tested  should not met",
		"1              1       ·           ·               ·",
		"1.2            ·       1           ·               1",
		"2              1       ·           ·               ·",
		"1 should not met; --strict makes them failures",
		"2 passed, 1 failed, 0 skipped")
	for _, test := range []struct {
		args []string
		last string
		code int
	}{
		{[]string{"--strict"}, "2 passed, 2 failed, 0 skipped", 1},
		{[]string{"--var", "server=reference"}, "1 passed, 1 failed, 1 skipped", 1},
		{[]string{"--var", "server=other", "--run", "2"}, "1 passed, 0 failed, 0 skipped", 0},
		{[]string{"--run", "1", "--run", "2/1"}, "2 passed, 1 failed, 0 skipped", 1},
		{[]string{"--run", "1.2"}, "0 passed, 1 failed, 0 skipped", 1},
		{[]string{"--run", "1/"}, "1 passed, 0 failed, 0 skipped", 0},
		{[]string{"--run", "1.2/2"}, "0 passed, 0 failed, 0 skipped", 0},
		{[]string{"--jobs", "3"}, "2 passed, 1 failed, 0 skipped", 1},
	} {
		out, _, code := run(t, threeTests, test.args...)
		if code != test.code || !strings.HasSuffix(out, "\n"+test.last+"\n") {
			t.Errorf("%q: exit code %d\n%s", test.args, code, out)
		}
	}
}

// TestJobs: tests that run at once are printed in their order.
func TestJobs(t *testing.T) {
	var script strings.Builder
	for range 30 {
		script.WriteString("test a" + string(rune('A'+strings.Count(script.String(), "test")%26)) + digits(script.Len()) + " \"one\"\nhello\nexpect HELLO_ACK\nrepeat 20 request\nawait DATA_RESPONSE sequesce:=21\n")
	}
	one, _, _ := run(t, script.String())
	many, _, code := run(t, script.String(), "--jobs", "8")
	strip := func(s string) string { return regexp.MustCompile(`\(.*?\)`).ReplaceAllString(s, "") }
	if code != 0 || strip(one) != strip(many) {
		t.Errorf("exit code %d\n%s\n%s", code, one, many)
	}
}

// TestErrorsBeforeConnecting: all files are read, and all that is wrong is said,
// before anything is opened.
func TestErrorsBeforeConnecting(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.repl":       "hello\nhelo\nexpect HELLO_ACK x=\n  sleep 5\n",
		"sub/b.repl":   "include loop.repl\ntest x \"one\"\ntest x \"two\"\n",
		"sub/loop.txt": "",
		"sub/c.repl":   "include \"../tests.inc\"\ninclude nothing.repl\n",
		"tests.inc":    "test y \"z\"\n",
		"sub/d.repl":   "include d.repl\n",
		"sub/e.repl":   "include $x\n",
		".hidden":      "wrong\n",
		"other.txt":    "wrong\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := newRig(t, "", nil, "127.0.0.1:1", "-f", dir)
	if code := r.run(); code != 2 {
		t.Errorf("exit code %d", code)
	}
	wantLines(t, strings.ReplaceAll(r.err.String(), dir+string(filepath.Separator), "DIR/"),
		"2 | helo", "  | ^^^^", `  = error   unknown command "helo"`, "  = hint    did you mean hello?", "  = at      DIR/a.repl:2:1",
		"4 |   sleep 5", "  |         ^", "  = at      DIR/a.repl:4:9",
		"1 | include loop.repl", "  |         ^^^^^^^^^", "  = error   cannot read loop.repl: no such file or directory",
		"3 | test x \"two\"", "  = error   there is another test x", "  = hint    the first one is at DIR/sub/b.repl:2:1",
		`  = error   ../tests.inc holds tests: -f runs it, and include takes lines without`,
		"  = error   d.repl includes itself",
		"  = error   all files are read before anything runs: the name of one to include cannot hold variables",
		"proto: 8 errors in the script")
	if r.out.String() != "" {
		t.Errorf("stdout: %s", r.out.String())
	}
}

// TestUsage: what is wrong with the command line is said in a line, exit code 2.
func TestUsage(t *testing.T) {
	good := write(t, "good.repl", "hello\n")
	empty := t.TempDir()
	for _, test := range []struct{ args, want string }{
		{"local -f nothing.repl", "cannot read nothing.repl: no such file or directory"},
		{"local -f " + empty, "there is no script in the folder " + empty},
		{"local -f " + good + " -c hello", "--file and --command cannot go together"},
		{"local -f " + good + " --run x", "no test has an id that begins with x"},
		{"local -f " + good + " --var x", "--var cannot be x"},
		{"local -f " + good + " --var 1=2", "--var cannot be 1=2"},
		{"local -f " + good + " --report tap", "--report cannot be tap"},
		{"local -f " + good + " --report xml=f", "--report cannot be xml=f"},
		{"local -f " + good + " --report tap=- --report json=-", "only one report can go to stdout"},
		{"local -f " + good + " --report tap=" + empty, "cannot write " + empty + ": is a directory"},
		{"local -f " + good + " --jobs 0", "--jobs cannot be 0"},
		{"local -f " + good + " --timeout 0s", "--timeout cannot be 0s: it must be above zero"},
		{"local -f - --password-file -", "stdin cannot be both the script and the password"},
		{"local extra -f " + good, "unexpected argument"},
		{"127.0.0.1:0 -f " + good, "cannot connect to port 0"},
		{"127.0.0.1:1 --ca nothing.crt -f " + good, "cannot read nothing.crt"},
		{"127.0.0.1:1 --pin x -f " + good, "pin"},
	} {
		r := newRig(t, "hello\n", nil, strings.Fields(test.args)...)
		if code := r.run(); code != 2 || !strings.Contains(r.err.String(), test.want) || r.out.String() != "" {
			t.Errorf("%s: exit code %d\n%s%s", test.args, code, r.out.String(), r.err.String())
		}
	}
}

// TestNoTestCouldRun: the first test that cannot connect ends the run.
func TestNoTestCouldRun(t *testing.T) {
	file := write(t, "x.repl", "test 1 \"a\"\nconnect within 500ms\ntest 2 \"b\"\nconnect\n")
	r := newRig(t, "", nil, "127.0.0.1:1", "-f", file)
	if code := r.run(); code != 3 {
		t.Errorf("exit code %d", code)
	}
	wantLines(t, r.out.String(), "    > connect within 500ms", "1 test did not run", "0 passed, 1 failed, 0 skipped")
	if want := "proto: no test could run: cannot connect to 127.0.0.1:1: connection refused\n"; !strings.HasPrefix(r.err.String(), want) {
		t.Error(r.err.String())
	}
}

// TestNoLogin: nobody to log in as is an error of the command line.
func TestNoLogin(t *testing.T) {
	s := server(t)
	file := write(t, "x.repl", "test 1 \"a\"\nhello\ntest 2 \"b\"\nhello\n")
	r := newRig(t, "", nil, s.Address, "--insecure", "-f", file)
	if code := r.run(); code != 2 || !strings.Contains(r.err.String(), "proto: cannot ask for the user name: stdin is no terminal\n") {
		t.Errorf("exit code %d\n%s%s", code, r.out.String(), r.err.String())
	}
}

// TestSignal: a signal ends the test that runs; reports tell of those that did.
func TestSignal(t *testing.T) {
	for sig, want := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143} {
		file := write(t, "x.repl", "test 1 \"a\"\nhello\nexpect HELLO_ACK\ntest 2 \"b\"\nhello\nsleep 10m\ntest 3 \"c\"\nhello\n")
		r := newRig(t, "", nil, "local", "-f", file, "--report", "json=-")
		code := make(chan int)
		go func() { code <- r.run() }()
		deadline := time.Now().Add(10 * time.Second)
		for !strings.Contains(r.err.String(), "✓ 1 a") {
			if time.Now().After(deadline) {
				t.Fatal("the first test does not end")
			}
			time.Sleep(time.Millisecond)
		}
		r.signals <- sig
		if got := <-code; got != want {
			t.Errorf("%v: exit code %d, want %d", sig, got, want)
		}
		if out := r.out.String(); !strings.Contains(out, `"interrupted": true`) && !strings.Contains(out, `"interrupted":true`) || strings.Count(out, "not_run") < 2 {
			t.Errorf("report: %s", out)
		}
	}
}

// TestSecretsStay: no token, key or password stands in what a run prints or
// reports.
func TestSecretsStay(t *testing.T) {
	s := server(t)
	dir := t.TempDir()
	file := write(t, "x.repl", `test 1 "fails"
let mine=aVerySecretText
secret mine
hello
expect HELLO_ACK
let copy=$token
request x=$copy y=$mine
raw {"password":"anotherSecret","token":"$token"}
{"header":{},"data":{"message-type":"HELLO","username":"u","password":"thirdSecret","sequence":1}}
vars
show last
show sent
show log
repeat 10 request
await CLOSE token=$token within 300ms
`)
	env := map[string]string{"PROTO_PASSWORD": s.Login.Password}
	args := []string{s.Address, "--insecure", "--user", s.Login.User, "-f", file}
	for _, format := range []string{"tap", "junit", "json"} {
		args = append(args, "--report", format+"="+filepath.Join(dir, format))
	}
	r := newRig(t, "", env, args...)
	r.run()
	all := map[string]string{"stdout": r.out.String(), "stderr": r.err.String()}
	for _, format := range []string{"tap", "junit", "json"} {
		b, err := os.ReadFile(filepath.Join(dir, format))
		if err != nil || len(b) == 0 {
			t.Fatalf("%s: %v", format, err)
		}
		all[format] = string(b)
	}
	for name, text := range all {
		for _, secret := range []string{s.Login.Password, "aVerySecretText", "anotherSecret", "thirdSecret", "eyJ"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %s:\n%s", name, secret, text)
			}
		}
		if m := regexp.MustCompile(`[0-9]{70,}`).FindString(text); m != "" {
			t.Errorf("%s holds a key: %s", name, m)
		}
	}
	if !strings.Contains(all["json"], "(hidden)") {
		t.Error("nothing is hidden")
	}
}

// TestFind: a script on disk wins; the name of one in the binary may have scripts/
// before it, and no ending.
func TestFind(t *testing.T) {
	builtIn := fstest.MapFS{"tour.repl": {}, "conformance/a.repl": {}, "conformance/b/c.repl": {}, "conformance/x.txt": {}}
	t.Chdir(t.TempDir())
	shown := func(name string) (list []string) {
		found, err := find(name, builtIn)
		if err != nil {
			return []string{err.Error()}
		}
		for _, f := range found {
			list = append(list, f.shown)
		}
		return list
	}
	for name, want := range map[string]string{
		"tour": "tour.repl", "tour.repl": "tour.repl", "scripts/tour.repl": "tour.repl",
		"conformance": "conformance/a.repl conformance/b/c.repl", "conformance/": "conformance/a.repl conformance/b/c.repl",
		"conformance/b": "conformance/b/c.repl", "tours": "cannot read tours: no such file or directory",
		"../tour.repl": "cannot read ../tour.repl: no such file or directory",
	} {
		if got := strings.Join(shown(name), " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if err := os.WriteFile("tour.repl", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := find("tour.repl", builtIn); err != nil || found[0].files.in != nil {
		t.Errorf("the one on disk does not win: %v %v", found, err)
	}
}

// TestStdin: the lines of stdin are the script, whatever their ends; what it does
// is printed as it is done.
func TestStdin(t *testing.T) {
	for _, stdin := range []string{"hello\nrequest\nclose\n", "\ufeffhello\r\nrequest\r\nclose", "hello # one\n\n#\nrequest\nclose"} {
		r := newRig(t, stdin, nil, "local")
		if code := r.run(); code != 0 || r.err.String() != "" {
			t.Errorf("%q: exit code %d\n%s", stdin, code, r.err.String())
		}
		for _, want := range []string{"> hello", "← HELLO_ACK", "← DATA_RESPONSE", "→ CLOSE", "· the server closed the connection"} {
			if !strings.Contains(r.out.String(), want) {
				t.Errorf("%q: no %q in\n%s", stdin, want, r.out.String())
			}
		}
	}
	r := newRig(t, "hello\nexpect CLOSE\n", nil, "local")
	if code := r.run(); code != 1 {
		t.Errorf("exit code %d", code)
	}
	wantLines(t, r.err.String(), "2 | expect CLOSE", "  = at      stdin:2:8")
	if r = newRig(t, "", nil, "local", "-c", "hello", "-c", "expect HELLO_ACK token~,"); r.run() != 1 {
		t.Error("a comma ends a command")
	}
	wantLines(t, r.err.String(), "2 | expect HELLO_ACK token~,")
}

// TestList: --list and --check open nothing.
func TestList(t *testing.T) {
	file := write(t, "x.repl", threeTests)
	r := newRig(t, "", nil, "127.0.0.1:1", "--list", "-f", file)
	if code := r.run(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	wantLines(t, r.out.String(), "1/1    says hello  "+file+":2", "1.2/2  is ours (should)  "+file+":8", `2/1    is not for all (skip: it cannot)  `+file+":11")
	r = newRig(t, "", nil, "127.0.0.1:1", "--check", "-f", file)
	if code := r.run(); code != 0 || r.out.String() != "4 tests, no error\n" {
		t.Errorf("exit code %d: %s", code, r.out.String())
	}
	if r = newRig(t, "helo\n", nil, "--check"); r.run() != modes.ExitUsage {
		t.Error("an error is none")
	}
}
