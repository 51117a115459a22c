package repl

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// referenceRow is a row of the protocol's table of odd input.
type referenceRow struct {
	name  string
	lines []string
	want  []string
	ends  string // how the first connection ends, if it does
}

func (r referenceRow) run(t *testing.T) {
	server := startReference(t)
	f := newForeign(t, server)
	f.lax = true
	if got := f.play(r.lines...); !slices.Equal(got, r.want) {
		t.Errorf("answers:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(r.want, "\n"))
	}
	if r.ends == "" {
		return
	}
	select {
	case end := <-server.ends:
		if !strings.HasPrefix(end, r.ends) {
			t.Errorf("it ends with %q, not %q", end, r.ends)
		}
	case <-time.After(doublePatience):
		t.Error("it lives")
	}
}

// longRequest is a request of so many bytes, a newline at its end.
func longRequest(size int) string {
	token := len((&referenceProgram{}).token()) // always the same
	return "{" + strings.Repeat(" ", size-1-len(sayRequest)+len("$1")-token) + sayRequest[1:] + "\n"
}

// TestReferenceTable: each row gets what the reference server gives.
func TestReferenceTable(t *testing.T) {
	wrong := with(sayHello, `"password":"test"`, `"password":"no"`)
	foo := with(sayRequest, "DATA_REQUEST", "FOO")
	silent := `(no type) sequesce=2 sessionId=1`
	newKey := `DATA_RESPONSE sequesce=%s sessionId=1 text key1`
	for _, row := range []referenceRow{
		{"wrong login stays", []string{wrong, with(sayHello, `"username":"test"`, `"username":"no"`), sayHello}, []string{shownFlag(1), shownFlag(1), shownAck(1)}, ""},
		{"HELLO without MAC", []string{with(sayHello, "MAC", "mac"), "b:" + sayHello}, []string{shownEnd, shownAck(1)}, "KeyError: 'MAC'"},
		{"HELLO without sequence", []string{with(sayHello, `,"sequence":1`, ""), "b:" + sayHello}, []string{shownEnd, shownAck(1)}, "KeyError: 'sequence'"},
		{"credentials that are no strings", []string{with(sayHello, `"password":"test"`, `"password":1`), with(sayHello, `"username":"test"`, `"username":null`), sayHello}, []string{shownFlag(1), shownFlag(1), shownAck(1)}, ""},
		{"FOO with good credentials", []string{with(sayHello, "HELLO", "FOO")}, []string{with(shownAck(1), "HELLO", "FOO")}, ""},
		{"FOO with wrong ones", []string{with(wrong, "HELLO", "FOO")}, []string{shownFlag(1)}, ""},
		{"HELLO names a session", []string{with(sayHello, `"username"`, `"sessionId":1,"username"`), sayHello, with(sayHello, `"username"`, `"sessionId":1,"username"`), sayRequest}, []string{shownClose(1), shownAck(1), shownClose(1), shownText(2)}, ""},
		{"unknown session", []string{sayQuietly, with(sayRequest, `:1,`, `:2,`), with(sayRequest, `:1,`, `:0,`), with(sayRequest, `:1,`, `:"1",`), with(sayRequest, `:1,`, `:null,`), with(sayRequest, `:1,`, `:1.5,`), sayRequest}, []string{shownFlag(2), shownFlag(2), shownFlag(2), shownFlag(2), shownFlag(2), shownText(2)}, ""},
		{"true and 1.0 are session 1", []string{sayQuietly, with(sayRequest, `:1,`, `:true,`), with(sayRequest, `:1,`, `:1.0,`)}, []string{shownText(2), shownText(2)}, ""},
		{"wrong tokens", []string{sayQuietly, with(sayRequest, `"token":"$1"`, ""), with(sayRequest, "$1", "x"), with(sayRequest, "$1", "$none1"), with(sayRequest, "$1", "$other1"), with(sayRequest, `"$1"`, "1"), sayRequest}, []string{shownClose(2), shownClose(2), shownClose(2), shownClose(2), shownClose(2), shownText(2)}, ""},
		{"token of another session", []string{sayQuietly, sayHello, with(sayRequest, `:1,`, `:2,`)}, []string{with(shownAck(2), "token", "token(again)"), with(shownText(2), "sessionId=1", "sessionId=2")}, ""},
		{"unknown type", []string{sayQuietly, foo, sayRequest}, []string{silent, shownText(2)}, ""},
		{"CLOSE without isConnectionClose", []string{sayQuietly, with(sayRequest, "DATA_REQUEST", "CLOSE"), sayRequest}, []string{silent, shownText(2)}, ""},
		{"CLOSE", []string{sayQuietly, sayClose, "b:" + sayHello}, []string{shownEnd, shownAck(1)}, "CLOSE"},
		{"isConnectionClose in a request", []string{sayQuietly, with(sayRequest, `"sessionId"`, `"isConnectionClose":"True","sessionId"`)}, []string{shownEnd}, "CLOSE"},
		{"isConnectionClose and nothing else", []string{`{"header":{},"data":{"isConnectionClose":"True"}}`}, []string{shownEnd}, "CLOSE"},
		{"isConnectionClose true is not True", []string{sayQuietly, with(sayRequest, `"sessionId"`, `"isConnectionClose":true,"sessionId"`)}, []string{shownText(2)}, ""},
		{"CLOSE with a bad token", []string{sayQuietly, with(sayClose, "$1", "x"), "b:" + sayHello, "b:" + sayRequest}, []string{shownEnd, shownAck(1), shownClose(2)}, "CLOSE"},
		{"second HELLO", []string{sayQuietly, sayHello, withSequence("2"), withSequence("2"), inSecond(withSequence("3"))}, []string{with(shownAck(2), "token", "token(again)"), shownGarbled(2), shownGarbled(2), "DATA_RESPONSE sequesce=3 sessionId=2 garbled"}, ""},
		{"second HELLO, its own session first", []string{sayQuietly, "-:" + sayHello, inSecond(withSequence("3"))}, []string{"DATA_RESPONSE sequesce=3 sessionId=2 text"}, ""},
		{"sequence as a string", []string{sayQuietly, withSequence(`"2"`), withSequence(`"-7"`), withSequence(`"11"`)}, []string{shownText(`"2"`), shownText(`"-7"`), with(newKey, "%s", `"11"`)}, ""},
		{"sequence null and text", []string{sayQuietly, withSequence("null"), withSequence(`"x"`), withSequence(`""`), sayRequest}, []string{"CLOSE sequesce=null sessionId=1", `CLOSE sequesce="x" sessionId=1`, `CLOSE sequesce="" sessionId=1`, shownText(2)}, ""},
		{"sequence 2.5 and true", []string{sayQuietly, withSequence("2.5"), withSequence("true")}, []string{shownText("2.5"), with(newKey, "%s", "true")}, ""},
		{"sequence missing", []string{sayQuietly, with(sayRequest, `,"sequence":2`, "")}, []string{shownEnd}, "KeyError: 'sequence'"},
		{"last sequence again", []string{sayQuietly, sayRequest, sayRequest}, []string{shownText(2), shownText(2)}, ""},
		{"any sequence", []string{sayQuietly, withSequence("9"), withSequence("3"), withSequence("11"), withSequence("11"), withSequence("-9"), withSequence("1" + strings.Repeat("0", 77) + "1")}, []string{shownText(9), shownText(3), with(newKey, "%s", "11"), with(newKey, "%s", "11"), with(newKey, "%s", "-9"), with(newKey, "%s", "1"+strings.Repeat("0", 77)+"1")}, ""},
		{"the 10th request", slices.Concat([]string{sayQuietly}, askQuietly(2, 10), []string{withSequence("11"), withSequence("12")}), []string{with(newKey, "%s", "11"), shownText(12)}, ""},
		{"a member twice", []string{sayQuietly, with(sayRequest, `"sequence":2`, `"sequence":2,"sequence":3`)}, []string{shownText(3)}, ""},
		{"a member in other case", []string{sayQuietly, with(sayRequest, `"sequence":2`, `"sequence":2,"Sequence":3`), with(sayRequest, "token", "Token")}, []string{shownText(2), shownClose(2)}, ""},
		{"no frame", []string{"x", "b:" + sayHello}, []string{shownEnd, shownAck(1)}, "JSONDecodeError"},
		{"no objects", []string{`{"header":1,"data":{}}`, `b:{"header":{},"data":[]}`, "c:[]", "d:" + sayHello}, []string{shownEnd, shownEnd, shownEnd, shownAck(1)}, "TypeError"},
		{"1024 bytes", []string{sayQuietly, longRequest(1024)}, []string{shownText(2)}, ""},
		{"1025 bytes, a newline for the last", []string{sayQuietly, "2:" + longRequest(1025)}, []string{shownText(2), shownEnd}, "JSONDecodeError"},
		{"1025 bytes and a newline", []string{sayQuietly, longRequest(1026)}, []string{shownEnd}, "JSONDecodeError"},
		{"two frames in one write", []string{sayQuietly, sayRequest + withSequence("3")}, []string{shownEnd}, "JSONDecodeError"},
		{"one frame in two writes", []string{sayQuietly, "0:" + sayRequest[:20], sayRequest[20:]}, []string{shownEnd}, "JSONDecodeError"},
		{"two frames ahead of the answers", []string{sayQuietly, "0:" + sayRequest, "2:" + withSequence("3")}, []string{shownText(2), shownText(3)}, ""},
		{"literals", []string{strings.ReplaceAll(sayHello, `"`, "'"), strings.ReplaceAll(sayRequest, `"`, "'") + "\n"}, []string{shownAck(1), shownText(2)}, ""},
		{"an apostrophe", []string{with(sayHello, "f8", "it's")}, []string{shownEnd}, "JSONDecodeError"},
		{"an escaped apostrophe", []string{with(sayHello, "f8", `it\u0027s`)}, []string{shownAck(1)}, ""},
		{"True", []string{sayQuietly, withSequence("True")}, []string{shownEnd}, "JSONDecodeError"},
		{`\xhh`, []string{with(sayHello, "f8", `\x41`)}, []string{shownEnd}, "JSONDecodeError"},
	} {
		t.Run(row.name, row.run)
	}
}

// TestReferenceAlone: while a connection is served the next one waits, and
// finds nothing of its sessions.
func TestReferenceAlone(t *testing.T) {
	server := startReference(t)
	first, second := newForeign(t, server), newForeign(t, server)
	first.lax, second.lax = true, true
	first.play(sayHello)
	answered := make(chan []string, 1)
	go func() { answered <- second.play(sayHello) }()
	for n := range 20 {
		if got := first.play(withSequence("4"))[0]; got != shownText(4) {
			t.Fatalf("request %d: %s", n, got)
		}
	}
	select {
	case got := <-answered:
		t.Fatalf("two are served at once: %q", got)
	default:
	}
	first.conns["a"].Close()
	if got := <-answered; !slices.Equal(got, []string{shownAck(1)}) {
		t.Errorf("after the first one: %q", got)
	}
	if first.tokens[0] == second.tokens[0] {
		t.Error("the key of the token outlives the program")
	}
}
