package language

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"proto/wire"
)

// shown is a command in one form, for tests.
func shown(c *Command) string {
	var b strings.Builder
	if c.Not {
		b.WriteString("! ")
	}
	if c.On != "" {
		b.WriteString("@" + c.On + " ")
	}
	b.WriteString(c.Name)
	put := func(name, value string) { fmt.Fprintf(&b, " %s[%s]", name, value) }
	if c.Type != nil && !c.Any {
		put("type", shownParts(c.Type.Parts))
	}
	if c.Any {
		put("any", "")
	}
	if c.Event != "" {
		put("event", c.Event)
	}
	if c.Frame != nil {
		put("frame", shownParts(c.Frame.Parts))
	}
	for _, f := range c.Fields {
		put(f.Name+" "+string(f.Op), shownParts(f.Text.Parts)+shownParts(f.JSON.Parts))
	}
	if c.Text != nil {
		put("text", shownParts(c.Text.Parts))
	}
	if c.File != nil {
		put("file", shownParts(c.File.Parts))
	}
	if c.Hex != nil {
		put("hex", fmt.Sprintf("%x", c.Hex))
	}
	if c.Word != "" {
		put("word", c.Word)
	}
	if c.Addr != nil {
		put("addr", shownParts(c.Addr.Parts))
	}
	if c.Open {
		put("insecure", "")
	}
	if c.Time != nil {
		put("time", shownParts(c.Time.Parts))
	}
	if c.N != nil {
		put("n", shownParts(c.N.Parts))
	}
	for _, inner := range c.Body {
		put("do", shown(inner))
	}
	if t := c.Test; t != nil {
		put("test", fmt.Sprintf("%s %q %v %v %q", t.ID, t.Title, t.Should, t.Skip, t.Why))
		if t.If != nil {
			put("if", t.If.Name+shownParts(t.If.Text.Parts))
		}
	}
	return b.String()
}

func shownParts(list []Part) string {
	var b strings.Builder
	for _, p := range list {
		switch {
		case p.Var == nil:
			b.WriteString(p.Literal)
		case p.InString:
			b.WriteString("<'" + p.Var.Name + p.Var.Add + "'>")
		default:
			b.WriteString("<" + p.Var.Name + p.Var.Add + ">")
		}
	}
	return b.String()
}

// TestParse: what lines mean.
func TestParse(t *testing.T) {
	unused := map[string]bool{}
	for _, f := range Forms() {
		unused[f.Name] = true
	}
	for text, want := range map[string]string{
		"hello":                              "hello",
		"  hello\ta=b  # c":                  "hello a =[b]",
		"hello a=b#c":                        "hello a =[b#c]",
		"hello #a=b":                         "hello",
		"#":                                  "",
		"":                                   "",
		"hello\r\n\r\nclose\r\n":             "hello\nclose",
		"\ufeffhello":                        "hello",
		"! @b close":                         "! @b close",
		"!close":                             "! close",
		"expect * a=1 b:=1 -c +d e~^x$ f!=1": "expect any[] a =[1] b :=[1] c -[] d +[] e ~[^x$] f !=[1]",
		"expect * a<1 b<=2 c>3.5 d>=-4e5":    "expect any[] a <[1] b <=[2] c >[3.5] d >=[-4e5]",
		// The operator is the first behind the name: what follows is the value.
		"expect * a=<b c=:=d e~=f g!==h i==j": "expect any[] a =[<b] c =[:=d] e ~[=f] g !=[=h] i =[=j]",
		"expect * a<$x b~$y":                  "expect any[] a <[<x>] b ~[<y>]",
		"expect * a-b.c_d=1 -x-y":             "expect any[] a-b.c_d =[1] x-y -[]",
		"expect * text='a b' within 2s":       "expect any[] text =[a b] time[2s]",
		"expect X within=1 within $t":         "expect type[X] within =[1] time[<t>]",
		"expect closed within 1m":             "expect event[closed] time[1m]",
		"expect reset":                        "expect event[reset]",
		"await 'silence'":                     "await type[silence]",
		`expect "closed"`:                     "expect type[closed]",
		"expect 'a b'":                        "expect type[a b]",
		"expect `*`":                          "expect type[*]",
		"expect $t":                           "expect type[<t>]",
		"await DATA_RESPONSE +key1":           "await type[DATA_RESPONSE] key1 +[]",
		"send FOO a=b":                        "send type[FOO] a =[b]",
		"send 'A B'":                          "send type[A B]",
		`send :={"a":[1,2]}`:                  `send frame[{"a":[1,2]}]`,
		`{"a":$x}`:                            `send frame[{"a":<x>}]`,
		`@b {'a':True}`:                       `@b send frame[{'a':True}]`,
		"{\n \"a\"\r\n: [1,\n2] }":            "send frame[{\n \"a\"\r\n: [1,\n2] }]",
		"raw  a  b # c":                       "raw text[a  b]",
		"raw {\"a\": # 1":                     `raw text[{"a":]`,
		"raw 'a #' ":                          "raw text[a #]",
		"raw `a\nb`":                          "raw text[a\nb]",
		"raw $x$$y $":                         "raw text[<x>$y $]",
		`raw "\u0041\n$x"`:                    "raw text[A\n<'x'>]",
		"raw @file.txt":                       "raw file[file.txt]",
		"raw @'a b'":                          "raw file[a b]",
		"bytes 00 Ff7b # x":                   "bytes hex[00ff7b]",
		"bytes @$f":                           "bytes file[<f>]",
		"connect":                             "connect",
		"connect b":                           "connect word[b]",
		"connect localhost":                   "connect addr[localhost]",
		"connect 127.0.0.1":                   "connect addr[127.0.0.1]",
		"connect b host.x:1 from=127.0.0.2 ca=f pin='p' insecure within 3s": "connect from =[127.0.0.2] ca =[f] pin =[p] word[b] addr[host.x:1] insecure[] time[3s]",
		"connect within 1s b $a":        "connect word[b] addr[<a>] time[1s]",
		"let x=a b":                     "",
		"let x=":                        "let x =[]",
		"let x=''":                      "let x =[]",
		"let x = a":                     "",
		"let x:= { \"a\" : 1 }":         `let x :=[{ "a" : 1 }]`,
		"let x:=$seq+5":                 "let x :=[<seq+5>]",
		"let x:=$a-b-5":                 "let x :=[<a-b-5>]",
		"let x:=[$a-1,${b}+2,\"$c-3\"]": `let x :=[[<a-1>,<b+2>,"<'c-3'>"]]`,
		"let x=$a-1":                    "let x =[<a-1>]",
		"let x=${a}-1.$b.c.":            "let x =[<a>-1.<b.c>.]",
		"let x='$a'":                    "let x =[$a]",
		"let x=`$a`":                    "let x =[$a]",
		"let -x":                        "let x -[]",
		"use b":                         "use word[b]",
		"secrets on":                    "secrets word[on]",
		"secret pw":                     "secret word[pw]",
		"show last":                     "show word[last]",
		"help":                          "help",
		"help expect":                   "help word[expect]",
		"timeout 1.5s":                  "timeout time[1.5s]",
		"sleep $d":                      "sleep time[<d>]",
		"repeat 3 request a:=1":         "repeat n[3] do[request a :=[1]]",
		"repeat $n @b repeat 2 hello":   "repeat n[<n>] do[@b repeat n[2] do[hello]]",
		"conns\ndisconnect\neof\nabort\nvars\nquit":  "conns\ndisconnect\neof\nabort\nvars\nquit",
		"show sent\nshow log\nsecrets off":           "show word[sent]\nshow word[log]\nsecrets word[off]",
		"send  :=  [1]":                              "send frame[[1]]",
		`send "$t" a="b c" d='e"f'`:                  `send type[<'t'>] a =[b c] d =[e"f]`,
		"hello a=`b\r\nc` d=e":                       "hello a =[b\r\nc] d =[e]",
		"hello a=b'c\"d`e":                           "hello a =[b'c\"d`e]",
		"hello a= b= c=":                             "hello a =[] b =[] c =[]",
		"hello a=$ b=x$ c=$1 d=$$ e=$$$$x f=$.x":     "hello a =[$] b =[x$] c =[$1] d =[$] e =[$$x] f =[$.x]",
		`hello a:="\"b\\" c:= 'd\'e' f:= null`:       `hello a :=["\"b\\"] c :=['d\'e'] f :=[null]`,
		"hello a:={\"b\":1, # c }\n#\n\"d\":2} e=f":  "hello a :=[{\"b\":1,      \n \n\"d\":2}] e =[f]",
		"hello a:=[1\r\n,2\t]\r\nclose":              "hello a :=[[1\r\n,2\t]]\nclose",
		"hello a:=\"$x+1\" b:=$x+1":                  "hello a :=[\"<'x'>+1\"] b :=[<x+1>]",
		"expect * a=within within 1s":                "expect any[] a =[within] time[1s]",
		"expect closed # x":                          "expect event[closed]",
		"expect silence within 10ms":                 "expect event[silence] time[10ms]",
		"expect within within 1s":                    "expect type[within] time[1s]",
		"expect '*' a=1":                             "expect type[*] a =[1]",
		"expect 'a=b' -token":                        "expect type[a=b] token -[]",
		"await 'closed' within 1s":                   "await type[closed] time[1s]",
		"connect b c":                                "connect word[b] addr[c]",
		"connect [::1]:5 ":                           "connect addr[[::1]:5]",
		"request a=b # x":                            "request a =[b]",
		"@b-2_c use c":                               "@b-2_c use word[c]",
		"raw a#b\t# c":                               "raw text[a#b]",
		"raw it's `so` \"x":                          "raw text[it's `so` \"x]",
		"let -a.b":                                   "let a.b -[]",
		"let x:=$seq":                                "let x :=[<seq>]",
		"! { }":                                      "! send frame[{ }]",
		"repeat 0 hello":                             "repeat n[0] do[hello]",
		"repeat 2 {#\n}":                             "repeat n[2]",
		"repeat 2 { {\"a\":1} }":                     `repeat n[2] do[send frame[{"a":1}]]`,
		"repeat 2 {\n{\"a\":1} }":                    `repeat n[2] do[send frame[{"a":1}]]`,
		"mutate send X a=1":                          "mutate do[send type[X] a =[1]]",
		`test x "a" skip 'b'`:                        `test test[x "a" false true "b"]`,
		"repeat 2 {\n hello\n\n # c\n close\n}":      "repeat n[2] do[hello] do[close]",
		"repeat 2 { hello\nrepeat 3 {\nclose\n}\n }": "repeat n[2] do[hello] do[repeat n[3] do[close]]",
		"repeat 2 { hello }":                         "repeat n[2] do[hello]",
		`repeat 2 {"a":1}`:                           `repeat n[2] do[send frame[{"a":1}]]`,
		"mutate request a=1":                         "mutate do[request a =[1]]",
		`mutate {"a":1}`:                             `mutate do[send frame[{"a":1}]]`,
		"include 'a b'":                              "include file[a b]",
		"save f":                                     "save file[f]",
		`test 4.2/1 "a # b"`:                         `test test[4.2/1 "a # b" false false ""]`,
		`test a 'b' should skip "c" if d=e`:          `test test[a "b" true true "c"] if[de]`,
		`test a 'b' must skip "c" # d`:               `test test[a "b" false true "c"]`,
	} {
		for line := range strings.SplitSeq(want, "\n") {
			name, _, _ := strings.Cut(strings.TrimLeft(line, "! "), " ")
			delete(unused, name)
		}
		script, errs := Parse(NewSource("", []byte(text)))
		var got []string
		for _, c := range script.Commands {
			got = append(got, shown(c))
		}
		if want == "" && strings.HasPrefix(text, "let") {
			if len(errs) == 0 {
				t.Errorf("%q: %s, want an error", text, got)
			}
			continue
		}
		if len(errs) > 0 || strings.Join(got, "\n") != want {
			t.Errorf("%q:\n got  %s\n want %s\n%v", text, strings.Join(got, "\n"), want, errs)
		}
	}
	for name := range unused {
		t.Errorf("no line tries %s", name)
	}
}

// TestLevels: as many brackets as are allowed are read.
func TestLevels(t *testing.T) {
	text := strings.Repeat("[", maxLevels) + strings.Repeat("]", maxLevels)
	if _, errs := Parse(NewSource("", []byte("send :="+text))); len(errs) > 0 {
		t.Error(errs[0])
	}
	text = strings.Repeat("repeat 2 {\n", maxLevels-1) + "hello" + strings.Repeat("\n}", maxLevels-1)
	if _, errs := Parse(NewSource("", []byte(text))); len(errs) > 0 {
		t.Error(errs[0])
	}
}

// TestOpen: what more lines may complete says so, and nothing else does.
func TestOpen(t *testing.T) {
	for text, open := range map[string]bool{
		"{": true, `{"a":`: true, "hello a:=[1,": true, "raw `a": true, "repeat 2 {\nhello": true, "let x:={\n\n": true,
		"hello a='b": false, `hello a="b`: false, "helo {": false, `{"a" 1`: false, "{]": false, "repeat 2 {\nhelo\n": true,
	} {
		_, errs := Parse(NewSource("", []byte(text)))
		if len(errs) == 0 || slices.ContainsFunc(errs, func(e *Error) bool { return e.Open }) != open {
			t.Errorf("%q: %v", text, errs)
		}
	}
}

// TestExpand: variables in texts and values.
func TestExpand(t *testing.T) {
	vars := map[string]string{"i": "9007199254740993", "big": strings.Repeat("9", 100), "s": `"a\"b"`, "o": `{"x":[1]}`, "n": "null", "neg": "-1", "r": "1.50"}
	lookup := func(name string) (wire.Value, error) {
		text, ok := vars[name]
		if !ok {
			return wire.Value{}, fmt.Errorf("no %s", name)
		}
		v, _, err := wire.ParseValue([]byte(text), wire.Limits{})
		return v, err
	}
	for text, want := range map[string]string{
		"let x=$i":                              `"9007199254740993"`,
		"let x:=$i":                             "9007199254740993",
		"let x:=$i+1":                           "9007199254740994",
		"let x:=$i-9007199254740994":            "-1",
		"let x:=$neg+1":                         "0",
		"let x:=$big+1":                         "1" + strings.Repeat("0", 100),
		"let x=$s":                              `"a\"b"`,
		`let x="<$s>\n"`:                        `"<a\"b>\n"`,
		"let x:=$s":                             `"a\"b"`,
		`let x:="<$s>"`:                         `"<a\"b>"`,
		`let x:="$$${i}-1"`:                     `"$9007199254740993-1"`,
		"let x=$o":                              `"{\"x\":[1]}"`,
		"let x:={\"y\":$o}":                     `{"y":{"x":[1]}}`,
		"let x:=[$n,$r,True]":                   "[null,1.50,true]",
		"let x='$i'":                            `"$i"`,
		"let x:=$r+1":                           "error: $r is real number, and only to an integer can be added",
		"let x:=$s+1":                           "error: $s is string, and only to an integer can be added",
		"let x:=$o+1":                           "error: $o is object, and only to an integer can be added",
		"let x:=$n-1":                           "error: $n is null, and only to an integer can be added",
		"let x:=$i+99999999999999999999999999":  "100000000009007199254740992",
		"let x:=$i-0":                           "9007199254740993",
		"let x:=${neg}-00018446744073709551615": "-18446744073709551616",
		"let x:={\"$s\":[\"$o\",\"\\u00e4$neg\"]}": `{"a\"b":["{\"x\":[1]}","ä-1"]}`,
		`let x:="\"\\$s\n$$s\u0024s"`:              `"\"\\a\"b\n$s$s"`,
		"let x:=['$s',\"$$s\"]":                    `["$s","$s"]`,
		"let x:=1e400":                             "1e400",
		"let x:=0.1000":                            "0.1000",
		"let x:=123456789012345678901234567890":    "123456789012345678901234567890",
		"let x=$i$s-$n":                            `"9007199254740993a\"b-null"`,
		"let x=$i+1":                               `"9007199254740993+1"`,
		"let x:=$no":                               "error: no no",
		"let x=a$no":                               "error: no no",
	} {
		script, errs := Parse(NewSource("", []byte(text)))
		if len(errs) > 0 {
			t.Errorf("%q: %v", text, errs)
			continue
		}
		f := &script.Commands[0].Fields[0]
		var v wire.Value
		var err error
		if f.Op == SetJSON {
			v, err = f.JSON.Expand(lookup)
		} else {
			var s string
			s, err = f.Text.Expand(lookup)
			v = StringOf(s)
		}
		got := string(wire.AppendValue(nil, v))
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestExpandTooLarge: variables may make a value larger than one may be.
func TestExpandTooLarge(t *testing.T) {
	script, errs := Parse(NewSource("", []byte("let x:=["+strings.Repeat("[", maxLevels-2)+"$d"+strings.Repeat("]", maxLevels-2)+"]")))
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	field := script.Commands[0].Fields[0]
	_, err := field.JSON.Expand(func(string) (wire.Value, error) {
		v, _, err := wire.ParseValue([]byte("[[[1]]]"), wire.Limits{})
		return v, err
	})
	var e *ExpandError
	var limit *wire.LimitError
	if !errors.As(err, &e) || !errors.As(err, &limit) || e.Span != field.JSON.Span || e.Error() == "" {
		t.Errorf("%v", err)
	}
}

// TestForms: what completion asks of the table.
func TestForms(t *testing.T) {
	takes := map[string]string{}
	for _, f := range Forms() {
		words := ""
		for name, is := range map[string]bool{"type": f.TakesType(), "file": f.TakesFile(), "command": f.TakesCommand(), "name": f.TakesName()} {
			if is {
				words += name
			}
		}
		if fields, check := f.TakesFields(); check {
			words += " checks"
		} else if fields {
			words += " sets"
		}
		takes[f.Name] = words
	}
	for name, want := range map[string]string{
		"hello": " sets", "request": " sets", "close": " sets", "send": "type sets", "expect": "type checks", "await": "type checks",
		"include": "file", "save": "file", "mutate": "command", "repeat": "command", "use": "name", "secret": "name", "quit": "", "connect": "",
	} {
		if takes[name] != want {
			t.Errorf("%s takes %q, want %q", name, takes[name], want)
		}
	}
}

// TestPosition: columns count characters, lines end with \n.
func TestPosition(t *testing.T) {
	s := NewSource("f", []byte("ä€x\r\n\ny"))
	for offset, want := range map[int]string{0: "f:1:1", 2: "f:1:2", 5: "f:1:3", 8: "f:2:1", 9: "f:3:1", 10: "f:3:2"} {
		if got := s.At(offset); got != want {
			t.Errorf("%d: %s, want %s", offset, got, want)
		}
	}
	if s.Line(1) != "ä€x" || s.Line(2) != "" || s.Line(3) != "y" {
		t.Error("lines")
	}
}
