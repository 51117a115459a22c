package repl

import (
	"slices"
	"strings"
)

// Rows of TestBroken about sequences, answers, ciphers, framing and refusals.

func sequenceRows() []brokenRow {
	again := with(shownText(2), "text", "data(again)")
	text := withSequence(`"2"`)
	long := "9007199254740993" // 2^53 + 1, which no float is
	return []brokenRow{
		inSessionRow("sequence-string-echoed-as-number", text, shownText(`"2"`), shownText(2)),
		inSessionRow("sequence-string-refused", text, shownText(`"2"`), shownClose(0)),
		inSessionRow("sequence-through-float", withSequence(long), shownText(long), shownText("9007199254740992")),
		inSessionRow("sequence-order-enforced", withSequence("7"), shownText(7), shownClose(0)),
		{"retransmission-answered-afresh", []string{sayQuietly, sayRequest, sayRequest}, []string{shownText(2), again}, []string{shownText(2), shownText(2)}},
		{"retransmission-refused", []string{sayQuietly, sayRequest, sayRequest}, []string{shownText(2), again}, []string{shownText(2), shownClose(0)}},
		{"retransmission-of-any-sequence", slices.Concat([]string{sayQuietly}, askQuietly(2, 3), []string{sayRequest}), []string{shownText(2)}, []string{again}},
		{"retransmission-in-either-spelling", []string{sayQuietly, sayRequest, text}, []string{shownText(2), shownText(`"2"`)}, []string{shownText(2), again}},
		inSessionRow("wrong-sequence-echoed", withSequence("null"), shownClose(0), shownClose("null")),
		inSessionRow("wrong-sequence-with-session", withSequence("null"), shownClose(0), shownClose(0)+" sessionId=1"),
		inSessionRow("sequence-null-answered", withSequence("null"), shownClose(0), shownText("null")),
		inSessionRow("sequence-real-answered", withSequence("2.5"), shownClose(0), shownText("2.5")),
		inSessionRow("sequence-boolean-answered", withSequence("true"), shownClose(0), shownText("true")),
		inSessionRow("sequence-text-answered", withSequence(`"two"`), shownClose(0), shownText(`"two"`)),
		inSessionRow("sequence-long-text-answered", withSequence(`"1000000000000000002"`), shownClose(0), shownText(`"1000000000000000002"`)),
		inSessionRow("sequence-missing-answered", with(sayRequest, `,"sequence":2`, ""), shownClose(0), shownText(0)),
	}
}

func answerRows() []brokenRow {
	ack, text := shownAck(1), shownText(2)
	wrong := with(sayHello, `"password":"test"`, `"password":"no"`)
	return []brokenRow{
		rowOf("sequesce-spelled-right", sayHello, ack, with(with(ack, " sequesce=1", ""), " token", " sequence=1 token")),
		rowOf("flag-spelled-right", sayHello, ack, with(with(ack, ` isAuthencatedUser="True"`, ""), " key1", " isAuthenticatedUser=True key1")),
		rowOf("flag-true-as-boolean", sayHello, ack, with(ack, `"True"`, "true")),
		rowOf("flag-true-in-lower-case", sayHello, ack, with(ack, `"True"`, `"true"`)),
		rowOf("flag-false-as-boolean", wrong, shownFlag(1), with(shownFlag(1), `"false"`, "false")),
		rowOf("flag-false-in-upper-case", wrong, shownFlag(1), with(shownFlag(1), `"false"`, `"False"`)),
		rowOf("reason-on-the-wire", wrong, shownFlag(1), shownFlag(1)+" reason=wrong login"),
		inSessionRow("close-sequesce-0", with(sayRequest, "$1", "x"), shownClose(2), shownClose(0)),
		inSessionRow("sequesce-counts-answers", withSequence("7"), shownText(7), shownText(2)),
		rowOf("hello-ack-sequesce-1", with(sayHello, `"sequence":1`, `"sequence":7`), with(ack, "sequesce=1", "sequesce=7"), ack),
		rowOf("session-id-as-string", sayHello, ack, with(ack, "sessionId=1", `sessionId="1"`)),
		rowOf("keys-as-strings", sayHello, ack, with(ack, "key1 key2", "key1(string) key2(string)")),
		inSessionRow("data-as-string", sayRequest, text, with(text, "text", "data(string)")),
		inSessionRow("data-through-float", sayRequest, text, shownGarbled(2)),
		inSessionRow("response-without-session", sayRequest, text, with(text, " sessionId=1", "")),
		rowOf("hello-ack-without-token", sayHello, ack, with(ack, " token", "")),
		inSessionRow("response-of-another-type", sayRequest, text, with(text, "DATA_RESPONSE", "DATA")),
	}
}

// twelve are enough requests for the first new key, of which the last are shown.
func twelve(shown ...int) []string {
	lines := append([]string{sayQuietly}, askQuietly(2, 12)...)
	for _, n := range shown {
		lines[n-1] = lines[n-1][len("-:"):]
	}
	return lines
}

func cipherRows() []brokenRow {
	const newKey = " key1"
	tenth, next := shownText(11)+newKey, shownText(12)
	second := func(line string) string { return with(line, "sessionId=1", "sessionId=2") }
	return []brokenRow{
		{"key-never-changes", twelve(11), []string{tenth}, []string{shownText(11)}},
		{"key-changes-with-9th", twelve(10, 11), []string{shownText(10), tenth}, []string{shownText(10) + newKey, shownText(11)}},
		{"key-changes-with-each", twelve(2), []string{shownText(2)}, []string{shownText(2) + newKey}},
		inSessionRow("key-changes-by-sequence", withSequence("11"), shownText(11), tenth),
		{"retransmission-counted", append(slices.Insert(askQuietly(2, 10), 0, sayQuietly, "-:"+sayRequest), withSequence("11")), []string{tenth}, []string{shownText(11)}},
		{"new-key-comes-late", twelve(11), []string{tenth}, []string{shownGarbled(11) + newKey}},
		{"new-key-keeps-register", twelve(11, 12), []string{tenth, next}, []string{shownGarbled(11) + newKey, next}},
		{"cipher-restarts-at-iv", twelve(2, 3), []string{shownText(2), shownText(3)}, []string{shownText(2), shownGarbled(3)}},
		{"data-not-shifted", twelve(2), []string{shownText(2)}, []string{shownGarbled(2)}},
		{"data-not-padded", twelve(2), []string{shownText(2)}, []string{shownGarbled(2) + "(short)"}},
		{"data-loses-zero", twelve(2, 11), []string{shownText(2), tenth}, []string{shownText(2) + "(short)", shownText(11) + "(short)" + newKey}},
		{"cfb-of-128-bits", twelve(2), []string{shownText(2)}, []string{shownGarbled(2)}},
		{"second-hello-replaces-key", []string{sayQuietly, "-:" + sayHello, sayRequest}, []string{shownText(2)}, []string{shownGarbled(2)}},
		{"key2-differs", []string{sayQuietly, sayHello, inSecond(sayRequest)}, []string{shownAck(2), second(shownText(2))}, []string{with(shownAck(2), "(again)", ""), second(shownText(2))}},
		{"key1-shared", []string{sayQuietly, sayHello, inSecond(sayRequest)}, []string{shownAck(2), second(shownText(2))}, []string{with(shownAck(2), "key1", "key1(again)"), second(shownText(2))}},
		{"key1-loses-zero", []string{sayHello, sayRequest}, []string{shownAck(1), shownText(2)}, []string{with(shownAck(1), "key1", "key1(short)"), shownText(2)}},
		{"key1-not-shifted", twelve(2), []string{shownText(2)}, []string{shownGarbled(2)}},
		{"key2-not-shifted", twelve(2), []string{shownText(2)}, []string{shownGarbled(2)}},
	}
}

func framingRows() []brokenRow {
	literal := strings.ReplaceAll(sayRequest, `"`, "'")
	long := with(sayRequest, `"sequence":2`, `"sequence":2,"x":"`+strings.Repeat("x", 5000)+`"`)
	twice := with(sayRequest, `"sequence":2`, `"sequence":2,"sequence":3`)
	return []brokenRow{
		{"second-frame-in-a-write-lost", []string{sayQuietly, sayRequest + withSequence("3"), withSequence("4")}, []string{shownText(2), shownText(3)}, []string{shownText(2), shownText(4)}},
		{"split-frame-refused", []string{sayQuietly, "0:" + sayRequest[:30], sayRequest[30:]}, []string{shownText(2)}, []string{shownClose(0)}},
		inSessionRow("white-space-refused", "\n \t"+sayRequest, shownText(2), shownClose(0)),
		inSessionRow("literal-refused", literal, shownText(2), shownClose(0)),
		inSessionRow("hex-escape-refused", with(literal, "DATA", `\x44ATA`), shownText(2), shownClose(0)),
		inSessionRow("mixed-spellings-refused", literal, shownText(2), shownClose(0)),
		inSessionRow("member-twice-accepted", twice, shownClose(3), shownText(3)),
		inSessionRow("other-case-accepted", with(sayRequest, "token", "Token"), shownClose(2), shownText(2)),
		inSessionRow("large-frame-accepted", long, shownClose(0), shownText(2)),
		{"large-frame-ends-server", []string{sayQuietly, "b:" + long, sayRequest, "c:" + sayHello}, []string{shownClose(0), shownText(2), shownAck(2)}, []string{shownEnd, shownEnd, "no server"}},
		{"no-frame-ends-server", []string{sayQuietly, "b:x", sayRequest, "c:" + sayHello}, []string{shownClose(0), shownText(2), shownAck(2)}, []string{shownEnd, shownEnd, "no server"}},
		rowOf("no-frame-unanswered", "x", shownClose(0), shownEnd),
	}
}

// refusalRows show of each refusal its CLOSE, and by a HELLO behind it whether
// the connection is closed.
func refusalRows() (rows []brokenRow) {
	for _, r := range []struct {
		name, line string
		sequence   int
		flag       bool
	}{
		{"not-a-frame-of-the-protocol", with(sayRequest, `{"token":"$1"}`, "1"), 2, false},
		{"no-session-and-no-HELLO", with(sayHello, "HELLO", "FOO"), 1, true},
		{"incomplete-HELLO", with(sayHello, "MAC", "x"), 1, true},
		{"HELLO-names-a-session", with(sayHello, `"username"`, `"sessionId":1,"username"`), 1, false},
		{"wrong-login", with(sayHello, `"password":"test"`, `"password":"no"`), 1, true},
		{"no-such-session", with(sayRequest, ":1,", ":7,"), 2, true},
		{"another-address-than-the-session's", "x:" + sayRequest, 2, false},
		{"wrong-token", with(sayRequest, "$1", "x"), 2, false},
		{"wrong-sequence", withSequence("null"), 0, false},
		{"unknown-type", with(sayRequest, "DATA_REQUEST", "FOO"), 2, false},
		{"no-frame", "x", 0, false},
	} {
		good, turned, flag := shownClose(r.sequence), shownFlag(r.sequence), "-with-flag"
		if r.flag {
			good, turned, flag = turned, good, "-without-flag"
		}
		rows = append(rows, inSessionRow(r.name+flag, r.line, good, turned))
		if r.name == "no-frame" {
			continue // there is no way on
		}
		hello := lineStart.FindString(r.line) + sayHello
		rows = append(rows, brokenRow{r.name + "-stays", []string{sayQuietly, r.line, hello}, []string{good, shownEnd}, []string{good, shownAck(2)}})
	}
	return rows
}
