package repl

import (
	"slices"
	"strings"
	"testing"
)

// brokenRow is what shows that a rule is broken: lines to say, what a good server
// answers to them, and what the broken one does.
type brokenRow struct {
	rule         string
	lines        []string
	good, broken []string
}

// TestBroken: each rule has a row, and is broken in it.
func TestBroken(t *testing.T) {
	var rows []brokenRow
	for _, more := range [][]brokenRow{
		loginRows(), sessionRows(), tokenRows(), closeRows(), sequenceRows(),
		answerRows(), cipherRows(), framingRows(), refusalRows(),
	} {
		rows = append(rows, more...)
	}
	for _, rule := range brokenRules()[1:] {
		i := slices.IndexFunc(rows, func(r brokenRow) bool { return r.rule == rule.name })
		if i < 0 {
			t.Errorf("no row for %q", rule.name)
			continue
		}
		t.Run(rule.name, rows[i].run)
		rows = slices.Delete(rows, i, i+1)
	}
	for _, row := range rows {
		t.Errorf("a row too many: %q", row.rule)
	}
}

func (r brokenRow) run(t *testing.T) {
	if slices.Equal(r.good, r.broken) {
		t.Error("the row shows no difference")
	}
	r.meet(t, "good", r.good)
	r.meet(t, r.rule, r.broken)
}

func (r brokenRow) meet(t *testing.T, rule string, want []string) {
	t.Helper()
	f := newForeign(t, startBroken(t, rule))
	if _, err := f.conn("x"); err != nil && strings.Contains(strings.Join(r.lines, " "), "x:") {
		t.Skip("no second address on loopback")
	}
	if got := f.play(r.lines...); !slices.Equal(got, want) {
		t.Errorf("%s answers:\n%s\nwant:\n%s", rule, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestBrokenRules: names are there once, and each says what it breaks.
func TestBrokenRules(t *testing.T) {
	seen := make(map[string]bool)
	for _, rule := range brokenRules() {
		if seen[rule.name] || rule.breaks == "" || strings.Trim(rule.name, "abcdefghijklmnopqrstuvwxyzCHELO0123456789'-") != "" {
			t.Errorf("rule %+q", rule.name)
		}
		seen[rule.name] = true
	}
	if brokenRules()[0].name != "good" {
		t.Error("the first is not good")
	}
}

// rowOf is a row of one line that is answered differently.
func rowOf(rule, line, good, broken string) brokenRow {
	return brokenRow{rule, []string{line}, []string{good}, []string{broken}}
}

// inSessionRow is the same in a session just opened.
func inSessionRow(rule, line, good, broken string) brokenRow {
	return brokenRow{rule, []string{sayQuietly, line}, []string{good}, []string{broken}}
}

func loginRows() []brokenRow {
	named := with(sayHello, `"username"`, `"sessionId":1,"username"`)
	return []brokenRow{
		rowOf("wrong-password-accepted", with(sayHello, `"password":"test"`, `"password":"no"`), shownFlag(1), shownAck(1)),
		rowOf("wrong-user-accepted", with(sayHello, `"username":"test"`, `"username":"no"`), shownFlag(1), shownAck(1)),
		rowOf("hello-without-mac-accepted", with(sayHello, "MAC", "x"), shownFlag(1), shownAck(1)),
		rowOf("hello-without-sequence-accepted", with(sayHello, `,"sequence":1`, ""), shownFlag(0), shownAck(1)),
		rowOf("hello-null-password-accepted", with(sayHello, `"password":"test"`, `"password":null`), shownFlag(1), shownAck(1)),
		rowOf("other-type-logs-in", with(sayHello, "HELLO", "FOO"), shownFlag(1), shownAck(1)),
		rowOf("hello-naming-session-accepted", named, shownClose(1), shownAck(1)),
		{"second-hello-refused", []string{sayHello, sayHello, "b:" + sayHello}, []string{shownAck(1), shownAck(2), shownAck(3)}, []string{shownAck(1), shownFlag(1), with(shownAck(2), "", "")}},
		{"second-hello-ends-session", []string{sayQuietly, "-:" + sayHello, sayRequest}, []string{shownText(2)}, []string{shownFlag(2)}},
	}
}

func sessionRows() []brokenRow {
	return []brokenRow{
		inSessionRow("string-session-id-accepted", with(sayRequest, ":1,", `:"1",`), shownFlag(2), shownText(2)),
		inSessionRow("true-session-id-accepted", with(sayRequest, ":1,", ":true,"), shownFlag(2), shownText(2)),
		inSessionRow("real-session-id-accepted", with(sayRequest, ":1,", ":1.0,"), shownFlag(2), shownText(2)),
		{"sessions-numbered-from-0", []string{sayHello, with(sayRequest, ":1,", ":0,")}, []string{shownAck(1), shownFlag(2)}, []string{with(shownAck(1), "Id=1", "Id=0"), with(shownText(2), "Id=1", "Id=0")}},
		{"session-ids-repeat", []string{sayQuietly, sayHello, with(sayRequest, "$1", "$2")}, []string{shownAck(2), shownClose(2)}, []string{with(shownAck(2), "Id=2", "Id=1"), shownText(2)}},
		{"address-not-checked", []string{sayQuietly, "x:" + sayRequest}, []string{shownClose(2)}, []string{shownText(2)}},
		{"session-tied-to-connection", []string{sayQuietly, "b:" + sayRequest}, []string{shownText(2)}, []string{shownFlag(2)}},
		{"refusal-ends-session", []string{sayQuietly, with(sayRequest, "$1", "x"), "b:" + sayRequest}, []string{shownClose(2), shownText(2)}, []string{shownClose(2), shownFlag(2)}},
		inSessionRow("unknown-type-answered", with(sayRequest, "DATA_REQUEST", "FOO"), shownClose(2), shownText(2)),
	}
}

func tokenRows() []brokenRow {
	others := []string{sayQuietly, "-:" + sayHello, with(sayRequest, "$1", "$2")}
	return []brokenRow{
		inSessionRow("token-not-checked", with(sayRequest, "$1", "x"), shownClose(2), shownText(2)),
		inSessionRow("token-missing-accepted", with(sayRequest, `"token":"$1"`, ""), shownClose(2), shownText(2)),
		inSessionRow("token-unsigned-accepted", with(sayRequest, "$1", "$none1"), shownClose(2), shownText(2)),
		inSessionRow("token-signature-not-checked", with(sayRequest, "$1", "$other1"), shownClose(2), shownText(2)),
		{"token-of-another-session-accepted", others, []string{shownClose(2)}, []string{shownText(2)}},
		{"token-shared", []string{sayQuietly, sayHello}, []string{shownAck(2)}, []string{shownAck(2) + "(again)"}},
	}
}

func closeRows() []brokenRow {
	badClose := with(sayClose, "$1", "x")
	bare := with(sayClose, `,"isConnectionClose":"True"`, "")
	return []brokenRow{
		inSessionRow("close-answered", sayClose, shownEnd, shownClose(9)),
		{"close-keeps-connection", []string{sayQuietly, "0:" + sayClose, sayHello}, []string{shownEnd}, []string{shownAck(2)}},
		{"close-leaves-session", []string{sayQuietly, sayClose, "b:" + sayRequest}, []string{shownEnd, shownFlag(2)}, []string{shownEnd, shownText(2)}},
		{"close-ends-other-sessions", []string{sayQuietly, "-:" + sayHello, inSecond(sayClose), "b:" + sayRequest}, []string{shownEnd, shownText(2)}, []string{shownEnd, shownFlag(2)}},
		inSessionRow("close-needs-isConnectionClose", bare, shownEnd, shownClose(9)),
		inSessionRow("isConnectionClose-closes", with(sayRequest, `"sessionId"`, `"isConnectionClose":"True","sessionId"`), shownText(2), shownEnd),
		inSessionRow("close-with-bad-token-unanswered", badClose, shownClose(9), shownEnd),
		{"close-with-bad-token-ends-session", []string{sayQuietly, badClose, "b:" + sayRequest}, []string{shownClose(9), shownText(2)}, []string{shownClose(9), shownFlag(2)}},
	}
}
