package language

import (
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// An errorCase is a text and the first of its errors.
type errorCase struct{ text, place, pointed, message, hint string }

// errorCases are all errors of the parser, with their places, what they point at, and
// their hints. TestErrorsAreAll holds them against the source.
func errorCases() []errorCase {
	const checked = "fields are checked by f=text, f:=json, -f, +f, f~regexp, f!=v, f<n, f<=n, f>n, f>=n"
	const set = "fields are set by f=text and f:=json, and left out by -f"
	const letForm = "it is written: let NAME=TEXT, let NAME:=JSON, or let -NAME"
	const testForm = `it is written: test ID "title" [must|should] [skip "why" [if NAME=VALUE]]`
	const jsonHint = `a text is f=text or f:="text"; JSON has numbers, "texts", true, false, null, [ ] and { }`
	const jsonMissing = "behind := stands a JSON value: f:=7, f:=\"text\", f:=null; f= alone is the empty text"
	const blankHint = "no blanks stand around an operator: f=text"
	const within = "within D comes last"
	return []errorCase{
		// commands
		{"helo", "1:1", "helo", `unknown command "helo"`, "did you mean hello?"},
		{"\n\n  HELLO", "3:3", "HELLO", `unknown command "HELLO"`, "did you mean hello?"},
		{"something", "1:1", "something", `unknown command "something"`, "help lists the commands"},
		{"}", "1:1", "}", "no block is open that this could close", ""},
		{"!", "1:1", "!", "a command is missing", "! COMMAND wants the command to fail"},
		{"! # x", "1:1", "! ", "a command is missing", "! COMMAND wants the command to fail"},
		{"@b ! hello", "1:4", "!", `unknown command "!"`, "before a command stand ! and then @NAME, each once"},
		{"@b @c hello", "1:4", "@c", `unknown command "@c"`, "before a command stand ! and then @NAME, each once"},
		{"! ! hello", "1:3", "!", `unknown command "!"`, "before a command stand ! and then @NAME, each once"},
		{"\x00", "1:1", "\x00", `unknown command "\x00"`, "help lists the commands"},
		{"@b", "1:1", "@b", "a command is missing", "@NAME COMMAND runs a command on that connection; use NAME goes over to it"},
		{"@1 hello", "1:1", "@1", `"@1" is no name of a connection`, "a connection's name is of letters, digits, - and _"},
		{"vars x", "1:6", "x", "nothing more can stand here", ""},
		{"close }", "1:7", "}", "nothing more can stand here", ""},
		{strings.Repeat("x", 100), "1:1", strings.Repeat("x", 100), `unknown command "` + strings.Repeat("x", 40) + `…"`, "help lists the commands"},
		// field words
		{"hello username", "1:7", "username", `"username" is no field word`, set},
		{"hello a=b =c", "1:11", "=c", `"=c" is no field word`, blankHint},
		{"expect * 1x=2", "1:10", "1x=2", `"1x=2" is no field word`, checked},
		{"expect * a==b +ä", "1:15", "+ä", `"+ä" is no field word`, checked},
		{"hello +token", "1:7", "+token", "+ can only be checked, in expect and await", "here a field is set: f=text, f:=json, or left out: -f"},
		{"hello a~b", "1:7", "a~b", "~ can only be checked, in expect and await", "here a field is set: f=text, f:=json, or left out: -f"},
		{"hello data.=1", "1:7", "data.=1", `"data." names no field`, "header.x and data.x name a field, data.x.y one within it"},
		{"hello a..b=1", "1:7", "a..b=1", `"a..b" names no field`, "header.x and data.x name a field, data.x.y one within it"},
		{"hello a =1", "1:7", "a", `"a" is no field word`, blankHint},
		{"hello a :=1", "1:7", "a", `"a" is no field word`, blankHint},
		{"hello a= 1", "1:10", "1", `"1" is no field word`, blankHint},
		{"expect * a< 1", "1:10", "a<", "< compares with a number", "f<5, f<$name"},
		{"hello a:5", "1:7", "a:5", `"a:5" is no field word`, set},
		{"expect * a!5", "1:10", "a!5", `"a!5" is no field word`, checked},
		{"expect * a%5", "1:10", "a%5", `"a%5" is no field word`, checked},
		{"expect * 'a'=b", "1:10", "'a'=b", `"'a'=b" is no field word`, checked},
		{"expect * a~(", "1:12", "(", "this is no regular expression: missing closing ): `(`", "regular expressions are those of RE2"},
		{"expect * a<x", "1:10", "a<x", "< compares with a number", "f<5, f<$name"},
		{"expect * a>=01", "1:10", "a>=01", ">= compares with a number", "f>=5, f>=$name"},
		// JSON
		{"hello a:=", "1:10", "", "a JSON value is missing", jsonMissing},
		{"hello a:=\nclose", "1:10", "", "a JSON value is missing", jsonMissing},
		{"hello a:= # c", "1:11", "#", "a JSON value is missing", jsonMissing},
		{"let x:=", "1:8", "", "a JSON value is missing", jsonMissing},
		{"send :=", "1:8", "", "a JSON value is missing", jsonMissing},
		{"hello a:=,", "1:10", ",", "a JSON value is missing", jsonMissing},
		{"hello a:=x", "1:10", "x", `"x" is no JSON value`, jsonHint},
		{"hello a:=nul b=1", "1:10", "nul", `"nul" is no JSON value`, jsonHint},
		{"hello a:=-", "1:10", "-", `"-" is no JSON value`, jsonHint},
		{"hello a:=+1", "1:10", "+1", `"+1" is no JSON value`, jsonHint},
		{"hello a:=01", "1:10", "01", `"01" is no JSON value`, jsonHint},
		{"hello a:=1$x", "1:10", "1$x", `"1$x" is no JSON value`, jsonHint},
		{"hello a:=[1,ä€]", "1:13", "ä€", `"ä€" is no JSON value`, jsonHint},
		{"hello a:={\"x\":\"$$\",\n\"$$\":nul}", "2:6", "nul", `"nul" is no JSON value`, jsonHint},
		{`hello a:={"x":"$$$$","y":"\q"}`, "1:28", "q", `this is no JSON value: expected an escape: one of \\ \/ \' \" \b \f \n \r \t \0 \x \u \U, found 'q'`, ""},
		{`hello a:={"$x":"$y","ä":"\q"}`, "1:27", "q", `this is no JSON value: expected an escape: one of \\ \/ \' \" \b \f \n \r \t \0 \x \u \U, found 'q'`, ""},
		{"hello a:=\"x\ty\"", "1:12", "\t", "this is no JSON value: expected a character or the closing quote, found byte 0x09", ""},
		{"hello a:=[#\n1]", "1:11", "#", "a JSON value is missing", jsonMissing},
		{`hello a:={"b":}`, "1:15", "}", "a JSON value is missing", jsonMissing},
		{"hello a:=[1,]", "1:13", "]", "a JSON value is missing", jsonMissing},
		{"hello a:=1,", "1:11", ",", "a blank is missing behind the value", ""},
		{"hello a:=$x$y", "1:12", "$", "a blank is missing behind the value", ""},
		{"hello a:=$x+y", "1:12", "+", "a blank is missing behind the value", "behind a variable stand +INT and -INT only: f:=$seq+1"},
		{"hello a:=$$", "1:10", "$", "a variable's name is missing", "a variable is $name or ${name}"},
		{`hello a:={"b" 1}`, "1:15", "1", "':' is expected here", ""},
		{`hello a:=[1 2]`, "1:13", "2", "',' is expected here", ""},
		{`hello a:={b:1}`, "1:11", "b", "a member's name in quotes is expected here", ""},
		{"hello a:=[1,", "1:10", "[", "the bracket is not closed", ""},
		{"hello a:={", "1:10", "{", "the bracket is not closed", ""},
		{`hello a:="x"y`, "1:13", "y", "a blank is missing behind the value", ""},
		{`hello a:="\x"`, "1:13", `"`, `this is no JSON value: expected a hex digit, found '"'`, ""},
		{`hello a:="x`, "1:10", `"`, "the quote is not closed", "a text over several lines stands between two `"},
		{"hello a:='x\\\ny'", "1:10", "'", "the quote is not closed", "a text over several lines stands between two `"},
		{`hello a:='x`, "1:10", "'", "the quote is not closed", "a text over several lines stands between two `"},
		{"hello a:=$", "1:10", "$", "a variable's name is missing", "a variable is $name or ${name}"},
		{"{", "1:1", "{", "the bracket is not closed", ""},
		{"send :=1 2", "1:10", "2", "nothing more can stand here", ""},
		{"hello a:=" + strings.Repeat("[", 1001) + strings.Repeat("]", 1001), "1:1010", "[", "more than 1000 levels of brackets", "raw and bytes send what is deeper"},
		{"hello a:=" + strings.Repeat("[", 1100), "1:1010", "[", "more than 1000 levels of brackets", "raw and bytes send what is deeper"},
		// quotes and variables
		{"hello a='b", "1:9", "'", "the quote is not closed", "a text over several lines stands between two `"},
		{"hello a=\"b\\", "1:9", `"`, "the quote is not closed", "a text over several lines stands between two `"},
		{"hello a=`b", "1:9", "`", "the quote is not closed", ""},
		{"hello a='b'c", "1:12", "c", "a blank is missing behind the closing quote", "a quote is a whole word or value; to have one within a word, quote all of it"},
		{`hello a="$x$$\q"`, "1:15", "q", `this is no text: expected an escape: one of \\ \/ \' \" \b \f \n \r \t \0 \x \u \U, found 'q'`, `escapes are those of JSON: \" \\ \n \t \u0041; '…' is taken as it is`},
		{"hello a=\"ä\x01b\"", "1:11", "\x01", "this is no text: expected a character or the closing quote, found byte 0x01", `escapes are those of JSON: \" \\ \n \t \u0041; '…' is taken as it is`},
		{"hello a=${x", "1:9", "${", "after ${ a name and } are missing", "a variable is $name or ${name}; $$ is a dollar"},
		{`hello a="b${x"`, "1:11", "${", "after ${ a name and } are missing", "a variable is $name or ${name}; $$ is a dollar"},
		{`hello a:="b${1}"`, "1:12", "${", "after ${ a name and } are missing", "a variable is $name or ${name}; $$ is a dollar"},
		{"raw x ${-}", "1:7", "${", "after ${ a name and } are missing", "a variable is $name or ${name}; $$ is a dollar"},
		{"hello a=\"b\\\nc\"", "1:9", `"`, "the quote is not closed", "a text over several lines stands between two `"},
		{"hello a=\"b\nc\"", "1:9", `"`, "the quote is not closed", "a text over several lines stands between two `"},
		{"hello a='b\nc'", "1:9", "'", "the quote is not closed", "a text over several lines stands between two `"},
		{"hello a=${}", "1:9", "${", "after ${ a name and } are missing", "a variable is $name or ${name}; $$ is a dollar"},
		// send, expect
		{"send", "1:5", "", "something is missing", "it is written: send TYPE [FIELDS], or send :={…}"},
		{"expect", "1:7", "", "something is missing", "it is written: expect TYPE [FIELDS] [within D]"},
		{"await # x", "1:7", "#", "something is missing", "it is written: await TYPE [FIELDS] [within D]"},
		{"expect sequence=1", "1:8", "sequence=1", "a frame's type is missing", "the type comes first, * is any: expect * sequence=1"},
		{"expect -token", "1:8", "-token", "a frame's type is missing", "the type comes first, * is any: expect * -token"},
		{"expect sequence:=$seq", "1:8", "sequence:=$seq", "a frame's type is missing", "the type comes first, * is any: expect * sequence:=$seq"},
		{"await -token", "1:7", "-token", "a frame's type is missing", "the type comes first, * is any: await * -token"},
		{"await a<b", "1:7", "a<b", "a frame's type is missing", "the type comes first, * is any: await * a<b"},
		{"await a=" + strings.Repeat("x", 50), "1:7", "a=" + strings.Repeat("x", 50), "a frame's type is missing", "the type comes first, * is any: await * a=" + strings.Repeat("x", 38) + "…"},
		{"send sequence:=$seq", "1:6", "sequence:=$seq", "a frame's type is missing", "the type comes first: send HELLO sequence:=$seq"},
		{"send a='b c'", "1:6", "a='b", "a frame's type is missing", "the type comes first: send HELLO a='b"},
		{"send -token", "1:6", "-token", "a frame's type is missing", "the type comes first: send HELLO -token"},
		{"await closed", "1:7", "closed", "await waits for a frame", `expect closed waits for that; a type of this name is quoted: await "closed"`},
		{"@b await silence within 1s", "1:10", "silence", "await waits for a frame", `expect silence waits for that; a type of this name is quoted: await "silence"`},
		{"expect closed a=1", "1:15", "a=1", "nothing more can stand here", ""},
		{"expect * within", "1:16", "", "something is missing", "it is written: within D"},
		{"expect * within 5", "1:17", "5", `"5" is no time`, "a time has a unit: 500ms, 5s, 1m30s"},
		{"expect * within 5s a=1", "1:20", "a=1", "nothing more can stand here", within},
		{"expect closed within 5s x", "1:25", "x", "nothing more can stand here", within},
		{"expect * within within 5s", "1:17", "within", `"within" is no time`, "a time has a unit: 500ms, 5s, 1m30s"},
		// raw, bytes
		{"raw", "1:4", "", "something is missing", "it is written: raw TEXT, or raw @FILE"},
		{"raw @", "1:5", "@", "a file's name is missing", "it is written: raw @FILE"},
		{"bytes", "1:6", "", "something is missing", "it is written: bytes 00ff7b, or bytes @FILE"},
		{"bytes 00 0g", "1:10", "0g", `"0g" are no bytes in hex`, "each byte is two hex digits: bytes 00ff7b"},
		{"bytes 000", "1:7", "000", `"000" are no bytes in hex`, "each byte is two hex digits: bytes 00ff7b"},
		{"raw 'a' b", "1:9", "b", "nothing more can stand here", ""},
		// connect
		{"connect a b c", "1:13", "c", "a name and an address stand here already", "it is written: connect [NAME] [ADDRESS] [from=IP] [ca=FILE] [pin=PIN] [insecure] [within D]"},
		{"connect $a b", "1:12", "b", "the address is the last of the two", "it is written: connect [NAME] [ADDRESS] [from=IP] [ca=FILE] [pin=PIN] [insecure] [within D]"},
		{"connect from='x", "1:14", "'", "the quote is not closed", "a text over several lines stands between two `"},
		{"connect 'x", "1:9", "'", "the quote is not closed", "a text over several lines stands between two `"},
		{"connect user=x", "1:9", "user=x", "connect has no option user=", "connect takes from=IP, ca=FILE, pin=PIN, insecure and within D"},
		{"connect local", "1:9", "local", "local is no address here", "`proto repl local` starts that server, and connect without an address goes to it"},
		{"connect b ''", "1:11", "''", "an address is missing", "it is written: connect [NAME] [ADDRESS] [from=IP] [ca=FILE] [pin=PIN] [insecure] [within D]"},
		{"connect within", "1:15", "", "something is missing", "it is written: within D"},
		// names and choices
		{"use", "1:4", "", "a name is missing", "it is written: use NAME"},
		{"use a.b", "1:5", "a.b", `"a.b" is no name of a connection`, "a connection's name is of letters, digits, - and _"},
		{"use $b", "1:5", "$b", `"$b" is no name of a connection`, "a connection's name is of letters, digits, - and _"},
		{"secret 1", "1:8", "1", `"1" is no name`, "a name is of letters, digits, - and _"},
		{"secret $x", "1:8", "$x", `"$x" is no name`, "here the name stands without $"},
		{"use 1", "1:5", "1", `"1" is no name of a connection`, "a connection's name is of letters, digits, - and _"},
		{"secret", "1:7", "", "a name is missing", "it is written: secret NAME"},
		{"secrets", "1:8", "", "something is missing", "it is written: secrets on|off"},
		{"secrets onn", "1:9", "onn", `secrets does not know "onn"`, "did you mean on?"},
		{"show everything", "1:6", "everything", `show does not know "everything"`, "it is written: show last|sent|log"},
		// let
		{"let", "1:4", "", "something is missing", letForm},
		{"let x", "1:5", "x", "this sets no variable", letForm},
		{"let $x=1", "1:5", "$x=1", "this sets no variable", "here the name stands without $"},
		{"let x = 1", "1:5", "x", "this sets no variable", letForm},
		{"let x= 1", "1:8", "1", "nothing more can stand here", ""},
		{"let +x", "1:5", "+x", "this sets no variable", letForm},
		{"let x~y", "1:5", "x~y", "~ can only be checked, in expect and await", "here a field is set: f=text, f:=json, or left out: -f"},
		{"let x-=y", "1:5", "x-=y", `"x-" is no name of a variable`, letForm},
		// times, counts, files
		{"timeout", "1:8", "", "something is missing", "it is written: timeout D"},
		{"sleep -1s", "1:7", "-1s", `"-1s" is no time`, "a time has a unit: 500ms, 5s, 1m30s"},
		{"save", "1:5", "", "something is missing", "it is written: save FILE"},
		{"include", "1:8", "", "something is missing", "it is written: include FILE"},
		{"repeat", "1:7", "", "something is missing", "it is written: repeat N COMMAND, or repeat N { and commands in lines of their own and }"},
		{"repeat x hello", "1:8", "x", `"x" is no number of times from 0 to 100000000`, "it is written: repeat N COMMAND, or repeat N { and commands in lines of their own and }"},
		{"repeat 100000001 hello", "1:8", "100000001", `"100000001" is no number of times from 0 to 100000000`, "it is written: repeat N COMMAND, or repeat N { and commands in lines of their own and }"},
		{"repeat -1 hello", "1:8", "-1", `"-1" is no number of times from 0 to 100000000`, "it is written: repeat N COMMAND, or repeat N { and commands in lines of their own and }"},
		{"repeat 3", "1:9", "", "a command is missing", "it is written: repeat N COMMAND, or repeat N { and commands in lines of their own and }"},
		{"repeat 3 {\nhello", "1:10", "{", "the block is not closed", "} in a line of its own closes it"},
		{"repeat 3 include x", "1:10", "include", "include stands in a line of its own only", ""},
		{"repeat 3 test x 'y'", "1:10", "test", "a test cannot stand within another command", "a test begins in a line of its own, and ends where the next one begins"},
		{"mutate", "1:7", "", "a command is missing", "it is written: mutate COMMAND"},
		{"mutate raw x", "1:8", "raw x", "this cannot be mutated", "mutate takes hello, request, close and send"},
		{"mutate ! hello", "1:8", "! hello", "this cannot be mutated", "mutate takes hello, request, close and send"},
		// test
		{"test", "1:5", "", "something is missing", testForm},
		{"test 1", "1:7", "", "something is missing", testForm},
		{"test 1 title", "1:8", "title", "the title is missing, in quotes", testForm},
		{`test "a b" "c"`, "1:6", `"a b"`, "this is no id of a test", testForm},
		{`test 1 "a" may`, "1:12", "may", "nothing more can stand here", ""},
		{`test 1 "a" skip`, "1:16", "", "something is missing", testForm},
		{`test 1 "a" skip why`, "1:17", "why", "the reason is missing, in quotes", testForm},
		{`test 1 "a" skip ""`, "1:17", `""`, "the reason is missing, in quotes", testForm},
		{"test 1 ``", "1:8", "``", "the title is missing, in quotes", testForm},
		{`test 1 "a" skip "b" if`, "1:23", "", "something is missing", testForm},
		{`test 1 "a" skip "b" if x:=1`, "1:24", "x:=1", "behind if stands NAME=VALUE", testForm},
		{`test 1 "a" skip "b" if x~y # z`, "1:24", "x~y", "behind if stands NAME=VALUE", testForm},
		{`test 1 "a" skip "b" if -x`, "1:24", "-x", "behind if stands NAME=VALUE", testForm},
		{`test 1 "a" skip "b" if $x=1`, "1:24", "$x=1", "behind if stands NAME=VALUE", testForm},
		{`test 1 "a" skip "b" if x='y`, "1:26", "'", "the quote is not closed", "a text over several lines stands between two `"},
		{`test 1$x "a"`, "1:6", "1$x", "here no variable can stand: tests are listed before any has a value", "$$ is a dollar, and '…' is taken as it is"},
		{`test 1 "a $x"`, "1:8", `"a $x"`, "here no variable can stand: tests are listed before any has a value", "$$ is a dollar, and '…' is taken as it is"},
		{`test 1 "a" skip "$x"`, "1:17", `"$x"`, "here no variable can stand: tests are listed before any has a value", "$$ is a dollar, and '…' is taken as it is"},
		{strings.Repeat("repeat 1 ", 1000) + "hello", "1:9001", "h", "commands within more than 1000 others", ""},
		{strings.Repeat("x\n", 100) + "y", "1:1", "x", `unknown command "x"`, "help lists the commands"},
		{string(make([]byte, maxScript+1)), "1:1", "", "the script has more than 64 MiB", ""},
	}
}

func TestErrors(t *testing.T) {
	for _, test := range errorCases() {
		_, errs := Parse(NewSource("", []byte(test.text)))
		if len(errs) == 0 {
			t.Errorf("%q: no error", test.text)
			continue
		}
		e := errs[0]
		line, column := e.Source.Position(e.Span.From)
		if got := fmt.Sprintf("%d:%d", line, column); got != test.place || e.Span.Of(e.Source) != test.pointed {
			t.Errorf("%q: at %s %q, want %s %q (%s)", test.text, got, e.Span.Of(e.Source), test.place, test.pointed, e.Message)
		}
		if e.Message != test.message || e.Hint != test.hint {
			t.Errorf("%q:\n got  %s\n      %s\n want %s\n      %s", test.text, e.Message, e.Hint, test.message, test.hint)
		}
		if strings.ContainsAny(e.Message+e.Hint, "\n\r") || e.Message == "" {
			t.Errorf("%q: message %q", test.text, e.Message)
		}
	}
}

// TestErrorsAreAll: the source has no message that the table has not.
func TestErrorsAreAll(t *testing.T) {
	messages := sourceMessages(t)
	if len(messages) < 30 {
		t.Fatalf("only %d messages found", len(messages))
	}
	cases := errorCases()
	verb := regexp.MustCompile(`%[a-z]`)
	for _, format := range messages {
		pattern := "^" + verb.ReplaceAllString(regexp.QuoteMeta(format), "(?s:.*)") + "$"
		if format == "after %d errors the rest is not read" { // never the first: TestManyErrors
			continue
		}
		found := false
		for _, test := range cases {
			found = found || regexp.MustCompile(pattern).MatchString(test.message)
		}
		if !found {
			t.Errorf("no test of %q", format)
		}
	}
}

// sourceMessages are the formats that the parser's source gives to fail, and its
// literal messages.
func sourceMessages(t *testing.T) (list []string) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := goparser.ParseFile(token.NewFileSet(), entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			var text ast.Expr
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "fail" {
					text = n.Args[2]
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Message" {
					text = n.Value
				}
			}
			if literal, ok := text.(*ast.BasicLit); ok {
				message, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, message)
			}
			return true
		})
	}
	return list
}

// TestAllErrors: one error a line at most, in order, and the lines in between are
// read all the same.
func TestAllErrors(t *testing.T) {
	src := NewSource("f", []byte("hello\nhelo a=\"\n{\"a\":1}\r\nexpect\r\nhello a=ä b~c\n@x close"))
	script, errs := Parse(src)
	var got []string
	for _, e := range errs {
		got = append(got, e.Error())
	}
	want := []string{
		`f:2:1: unknown command "helo"`, "f:4:7: something is missing",
		"f:5:11: ~ can only be checked, in expect and await",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if len(script.Commands) != 3 {
		t.Errorf("%d commands", len(script.Commands))
	}
	if _, errs = Parse(NewSource("", []byte(strings.Repeat("x\n", 1000)))); len(errs) != maxErrors+1 {
		t.Errorf("%d errors", len(errs))
	}
}
