package repl

import (
	"fmt"
	"strings"
	"testing"

	"proto/modes/repl/language"
)

func TestHide(t *testing.T) {
	var s secrets
	s.add("short")
	s.add("long secret")
	s.add("a long secret, longer")
	s.issue("token12")
	for text, want := range map[string]string{
		"short": "short", "xlong secretx": "x(hidden)x", "a long secret, longer": "(hidden)", "token12 token12": "(hidden) (hidden)", "": "",
	} {
		if got := s.hide(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if s.show(true); s.hide("token12") != "token12" || s.hideAlways("token12") != hidden {
		t.Error("secrets on")
	}
	for i := range 10 * maxIssued {
		s.issue(fmt.Sprintf("token-%d", i))
	}
	if len(s.issued) > maxIssued || s.hideAlways(fmt.Sprintf("token-%d", 10*maxIssued-1)) != hidden {
		t.Error("the list is not bounded, or forgets the newest")
	}
}

// TestKept: what the history's file gets of a line.
func TestKept(t *testing.T) {
	w := &world{}
	w.secrets.add("knownSecret")
	b := newBench(w)
	b.hidden = map[string]bool{"mine": true}
	h := &hand{world: w, bench: b, suite: newSuite()}
	for line, want := range map[string]string{
		"hello":                                  "hello",
		"hello password=x":                       "hello password=(hidden)",
		"hello password='a b' MAC=c":             "hello password=(hidden) MAC=c",
		`hello data.password:="x" sequence:=1`:   "hello data.password:=(hidden) sequence:=1",
		"hello password=$pw":                     "hello password=$pw",
		"hello -password":                        "hello -password",
		"@b ! request token=abc":                 "", // no such order
		"! @b request token=abc":                 "! @b request token=(hidden)",
		"repeat 3 request token=abc":             "repeat 3 request token=(hidden)",
		"expect * token=abc key1:=12":            "expect * token=(hidden) key1:=(hidden)",
		"let token=abc":                          "let token=(hidden)",
		"let mine=abc":                           "let mine=(hidden)",
		"let other=abc":                          "let other=abc",
		"let other=knownSecret":                  "let other=(hidden)",
		`raw {"password":"x","a":1}`:             `raw {"password":"(hidden)","a":1}`,
		`raw {'token': 'x\'y', "key1":12}`:       `raw {'token': "(hidden)", "key1":"(hidden)"}`,
		`raw {"token":"$token"}`:                 `raw {"token":"$token"}`,
		`{"data":{"password":"x"}}`:              `{"data":{"password":"(hidden)"}}`,
		"helo password=x":                        "",
		"helo":                                   "helo",
		"send FOO header.token=abc data.token=d": "send FOO header.token=(hidden) data.token=(hidden)",
	} {
		commands, errs := h.parse(line + "\n")
		if got := h.kept(line, commands, errs); got != want {
			t.Errorf("%s\n got  %q\n want %q", line, got, want)
		}
	}
}

// TestShownPeer: nothing that a peer sent reaches the screen as it is.
func TestShownPeer(t *testing.T) {
	var s secrets
	frame := value(t, `{"header":{"a\u001b[2J":"\u202e"},"data":{"message-type":"X\u0007","b":["\u001b"],"n":12345678901234567890123456789012345678901234567890,"long":"`+strings.Repeat("ä", 100)+`"}}`)
	line := s.line(&entry{event: "received", frame: frame, opened: opened{readable: true, text: []byte("a\x1b")}}, false)
	if strings.ContainsAny(line, "\x1b\a\u202e") {
		t.Errorf("%q", line)
	}
	for _, want := range []string{`"X\a"`, `"a\x1b[2J"="\u202e"`, `n=123456789012345678901234…`, `text="a\x1b"`, strings.Repeat("ä", shortValue) + `"…`} {
		if !strings.Contains(line, want) {
			t.Errorf("no %s in %s", want, line)
		}
	}
}

// TestSave: what save writes is a script that does the same again.
func TestSave(t *testing.T) {
	t.Chdir(t.TempDir())
	script := `hello
request sequence=7
@b hello username=nobody
@b expect CLOSE
let seq:=5
request
send 'A B' x:=null y='$z "q"'
sleep 100ms
expect HELLO_ACK sequesce:=1
repeat 2 hello
sleep 100ms
save saved.repl
`
	if out, errText, code := run(t, script); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, out, errText)
	}
	r := newRig(t, "", nil, "local", "-f", "saved.repl")
	if code := r.run(); code != 0 {
		t.Errorf("exit code %d\n%s%s", code, r.out.String(), r.err.String())
	}
	saved := read1(t, "saved.repl")
	for _, want := range []string{"hello\n", "expect DATA_RESPONSE sequesce=\"7\" +sessionId +data +text\n", "@b expect closed\n", "let seq:=5\n", "expect closed\n"} {
		if !strings.Contains(saved, want) {
			t.Errorf("no %q in\n%s", want, saved)
		}
	}
	if _, errs := language.Parse(language.NewSource("", []byte(saved))); len(errs) > 0 {
		t.Error(errs[0])
	}
	if out, _, code := run(t, "hello\nsave saved.repl"); code != 1 || !strings.Contains(out, "cannot write saved.repl: file exists") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
