package language

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestZZ(t *testing.T) {
	for _, s := range []string{
		"repeat 2 {\nhelo\n", "repeat 2 { helo }", "repeat 2 { helo }\nclose", "expect sequence:=$seq", "send sequence:=7", "send -x", "@b ! hello", "@b @c hello", "!!hello",
		"hello a:='x\\\ny'", "hello a=\"x\ty\"", "hello a=\"\xff\"", "hello a=\xff", "hello a:=\"\xff\"", "raw \xff", "hello a:=\"x\ty\"",
		"hello a:={\"a\":1, # c\n\"b\":2}", "test 1$x \"a\"", "test 1 \"a $x\"", "test 1 ''", "connect from=1 from=2", "connect ''", "connect \"\"", "use a.b", "use ''", "test 1 'a' skip \"\"", "test 1 'a' skip $x", "hello a:=\"\\ud83d$x\"",
		"hello a:=1,", "hello a:=--1", "hello a:=+1", "expect * a<$x+1", "expect * a<", "expect * a~", "expect *a=1", "hello a =1", "hello a= 1", "repeat 2 {\n} x", "repeat 2 {}", "repeat 2 { }", "repeat 2 {#", "let x:=", "let $x=1", "hello 'a'=b", "hello a.b.=1", "hello -a.", "raw 'a'b", "raw @", "bytes @'a' b", "bytes 00 @f", "include a b", "sleep 1", "sleep 1s 2s", "within 1s", "expect * within within 1s", "expect * within=1 within 1s", "expect * a=within within 1s", "expect", "expect \"\"", "expect ''", "quit now", "hello a:=$$", "hello a:=$x$y", "hello a:=$x y", "hello a:=${x", "hello a:={\"a\":$}", "hello a=$", "hello a=$1", "{\"a\":1}x", "{} hello", "{'a':1}", "\x00", "hello \x00", "hello a=b\rc=d", "hello a:=nul", "hello a:=\"abc", "mutate mutate hello", "mutate {\"a\":$x}", "repeat 3\nhello", "secret $x", "timeout", "connect \"within\" ", "connect b c", "connect 'b'", "connect ::1", "connect [::1]:5", "test 1 \"a\" skip \"b\" if", "hello a:=[1,]", "hello a:={\"a\":1,}", "hello a:={,}", "hello a:=[,]", "hello a:=1 # c", "hello a:=[1,#\n2]", "hello a:=1}", "await closed", "save", "help expect expect",
	} {
		src := NewSource("", []byte(s))
		sc, errs := Parse(src)
		fmt.Printf("%-40q", s)
		for _, c := range sc.Commands {
			fmt.Printf(" {%s}", shown(c))
		}
		for _, e := range errs {
			fmt.Printf("\n      %s %q: %s | %s | open %v", src.At(e.Span.From), e.Span.Of(src), e.Message, e.Hint, e.Open)
		}
		fmt.Println()
	}
}

func TestZZCorpus(t *testing.T) {
	files, _ := filepath.Glob(os.Getenv("CORPUS") + "/*")
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for _, l := range strings.Split(string(b), "\n") {
			if x, ok := strings.CutPrefix(l, "[]byte("); ok {
				s, err := strconv.Unquote(strings.TrimSuffix(x, ")"))
				if err != nil {
					t.Log(err)
					continue
				}
				start := time.Now()
				Parse(NewSource("", []byte(s)))
				if d := time.Since(start); d > 5*time.Millisecond {
					t.Logf("%v %d bytes %.300q", d, len(s), s)
				}
			}
		}
	}
}
