package repl

import (
	"strings"
	"testing"
)

// TestFailures: what a failed line says, of each kind of failure.
func TestFailures(t *testing.T) {
	for _, test := range []struct {
		name, script string
		want         []string
	}{
		{"type", "hello\nexpect HELLO_ACK\nrequest token=no\nexpect DATA_RESPONSE +text", []string{
			"4 | expect DATA_RESPONSE +text", "  |        ^^^^^^^^^^^^^", "= wanted  DATA_RESPONSE", "= got     CLOSE sequesce=2", "= at      FILE:4:8"}},
		{"every word", "hello\nexpect HELLO_ACK sequesce=1 isAuthencatedUser!=True sessionId<1 +nothing -token", []string{
			"2 | expect HELLO_ACK sequesce=1 isAuthencatedUser!=True sessionId<1 +nothing -token",
			"  |                  ^^^^^^^^^^ ^^^^^^^^^^^^^^^^^^^^^^^ ^^^^^^^^^^^ ^^^^^^^^ ^^^^^^",
			`= wanted  sequesce string "1"`, "= got     sequesce number 1",
			"= wanted  isAuthencatedUser other than True", `= got     isAuthencatedUser string "True"`,
			"= wanted  sessionId number < 1", "= got     sessionId number 1",
			"= wanted  nothing in the frame", "= got     nothing nothing",
			"= wanted  no token", "= got     token string (hidden)"}},
		{"types", "hello\nexpect HELLO_ACK sequesce:=\"1\" isAuthencatedUser:=true sessionId:=null", []string{
			`= wanted  sequesce string "1"`, "= got     sequesce number 1",
			"= wanted  isAuthencatedUser boolean true", `= got     isAuthencatedUser string "True"`,
			"= wanted  sessionId null", "= got     sessionId number 1"}},
		{"text", "hello\nexpect HELLO_ACK\nrequest\nexpect DATA_RESPONSE text~^[0-9]+$", []string{"= wanted  text matching ^[0-9]+$"}},
		{"regexp of a variable", "let r=(\nhello\nexpect HELLO_ACK token~$r", []string{`= error   "(" is no regular expression`}},
		{"silence", "hello\nexpect HELLO_ACK\nexpect DATA_RESPONSE within 10ms", []string{
			"= wanted  DATA_RESPONSE", "= got     nothing within 10ms; the connection is open"}},
		{"unread elsewhere", "hello\nexpect HELLO_ACK\n@b hello\n@b request\n@b await DATA_RESPONSE\n@b request\nsleep 30ms\nexpect * within 10ms", []string{
			"= hint    unread frames: 1 on connection b"}},
		{"closed", "hello\nexpect HELLO_ACK\nclose\nexpect CLOSE", []string{"= wanted  CLOSE", "= got     the server closed the connection"}},
		{"not closed", "hello\nexpect HELLO_ACK\nexpect closed within 10ms", []string{
			"= wanted  that the server closes the connection", "= got     nothing within 10ms; the connection is open"}},
		{"not silent", "hello\nexpect silence within 5s", []string{"= wanted  silence for 5s"}},
		{"await", "hello\nawait CLOSE within 200ms", []string{"= got     1 frame that does not fit, then nothing within 200ms; the connection is open"}},
		{"unknown variable", "hello token=$tokn", []string{
			"1 | hello token=$tokn", "  |             ^^^^^", "= error   unknown variable $tokn; did you mean $token?"}},
		{"no session", "connect\nrequest", []string{
			"= error   $token has no value: no session was opened on connection main", "= hint    hello opens a session; or give token= and sessionId:= yourself"}},
		{"sum of a text", "let x=a\nhello sequence:=$x+1", []string{"= error   $x is string, and only to an integer can be added"}},
		{"must fail", "! hello", []string{"= wanted  that it fails", "= got     it did not"}},
		{"an unknown variable under !", "! hello token=$tokn", []string{"= error   unknown variable $tokn; did you mean $token?"}},
		{"closed connection", "hello\nexpect HELLO_ACK\nclose\nexpect closed\nrequest", []string{
			"= error   connection main is closed: the server closed the connection", "= hint    hello or connect opens it again"}},
		{"no file", "raw @nothing.txt", []string{"= error   cannot read nothing.txt: no such file or directory"}},
		{"environment", "let x=$env.NOTHING", []string{"= error   the environment has no NOTHING"}},
		{"over lines", "hello username=`a\nb`\nexpect HELLO_ACK", []string{"3 | expect HELLO_ACK", "= at      FILE:3:8"}},
		{"a quoted type", "hello\nexpect 'closed'", []string{"= wanted  closed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, _, code := run(t, test.script)
			if code != 1 {
				t.Errorf("exit code %d", code)
			}
			wantLines(t, out, test.want...)
			if !strings.HasSuffix(out, "\n0 passed, 1 failed, 0 skipped\n") {
				t.Errorf("the last line is not the tally:\n%s", out)
			}
		})
	}
}

// TestFulfilled: lines that do what they should.
func TestFulfilled(t *testing.T) {
	for name, script := range map[string]string{
		"session":              "hello\nexpect HELLO_ACK sequesce:=1 sessionId>=1 isAuthencatedUser=True +key1 key1~^[0-9]+$ +token\nrequest\nexpect DATA_RESPONSE sequesce:=2 -key1 text~^[a-z]{8}$\nclose\nexpect closed",
		"answers are owed":     "hello\nrequest\nrequest\nexpect HELLO_ACK\nexpect * sequesce:=2\nexpect * sequesce:=3",
		"await":                "hello\nrequest\nawait DATA_RESPONSE",
		"a key change":         "hello\nrepeat 10 request\nawait DATA_RESPONSE +key1 sequesce:=11 +text within 5s",
		"a block":              "hello\nexpect HELLO_ACK\nrepeat 3 {\n  request # one\n  expect DATA_RESPONSE sequesce>1\n}",
		"two connections":      "hello\nexpect *\n@b hello\n@b expect HELLO_ACK\nrequest token=$b.token\nexpect CLOSE -isAuthencatedUser\nexpect closed\n@b request\n@b expect DATA_RESPONSE",
		"a fixed sequence":     "let seq:=7\nhello\nexpect * sequesce:=7\nrequest\nexpect * sequesce:=7\nlet -seq\nrequest\nexpect * sequesce:=8",
		"arithmetic":           "let x:=9007199254740993\nlet y:=$x+1\nhello\nexpect *\nrequest sequence:=${y}\nexpect * sequesce:=9007199254740994 sequesce>9007199254740993\nrequest sequence:=$last.sequesce+1\nexpect * sequesce:=9007199254740995",
		"strings are strings":  "hello\nexpect *\nrequest sequence=7\nexpect * sequesce=7 sequesce:=\"7\" sequesce!=8",
		"raw":                  "hello\nexpect *\nraw {\"header\":{\"token\":\"$token\"},\"data\":{\"message-type\":\"DATA_REQUEST\",\"sessionId\":$session,\"sequence\":5}}\nexpect DATA_RESPONSE sequesce:=5",
		"bytes":                "connect\nbytes 7b 7d\nexpect CLOSE sequesce:=0\nexpect closed",
		"a whole frame":        "connect\n{\"header\":{},\"data\":{}}\nexpect CLOSE",
		"the other spelling":   "hello\nexpect *\n{'header':{'token':\"$token\"},'data':{'message-type':'DATA_REQUEST','sessionId':$session,'sequence':2}}\nexpect DATA_RESPONSE",
		"! is for failures":    "hello\n! expect CLOSE\nrequest token=x\nexpect CLOSE\nexpect closed\n! request",
		"eof is read behind":   "hello\nexpect *\nrequest\neof\nexpect DATA_RESPONSE\nexpect closed",
		"abort":                "hello\nexpect *\nabort\n! request\nhello\nexpect HELLO_ACK",
		"hello opens again":    "hello\nexpect *\nclose\nhello\nexpect HELLO_ACK",
		"a place at any depth": "send FOO header.a.b:=1 data.c.d=x x:=[1,2]\nexpect CLOSE\nlet s:=$sent.header.a.b\nlet t=$sent.data.c.d",
		"a type with a blank":  "send 'A B'\nexpect CLOSE",
		"silence":              "connect\nexpect silence within 20ms",
		"from another address": "hello\nexpect *\nconnect b from=127.0.0.2\n@b request token=$main.token sessionId:=$main.session\n@b expect CLOSE -isAuthencatedUser",
		"timeouts":             "timeout 50ms\nconnect\n! expect *\ntimeout 5s\nhello\nexpect *",
		"a dollar":             "let x=$$5\nhello username=$x\nexpect CLOSE\nexpect closed\nhello username='$x' password=`$$`\nexpect CLOSE",
		"tls":                  "connect\nlet v=$tls.version\nlet c=$tls.cipher\nlet p=$tls.pin\nhello\nexpect HELLO_ACK\nlet r:=$rtt",
		"quit":                 "hello\nquit\nexpect CLOSE",
		"env and addr":         "let h=$env.HOME\nlet a=$addr\nlet u=$user",
		"mutate":               "mutate request",
		"vars and others":      "hello\nexpect *\nvars\nconns\nshow last\nshow sent\nshow log\nhelp\nhelp expect",
	} {
		t.Run(name, func(t *testing.T) {
			out, errText, code := run(t, script)
			if code != 0 || !strings.HasSuffix(out, "\n1 passed, 0 failed, 0 skipped\n") {
				t.Errorf("exit code %d\n%s%s", code, out, errText)
			}
		})
	}
}
