package scan

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// literal is a text as Python's repr prints it, ASCII only where it is bytes.
func literal(s string, isBytes bool) string {
	quote := `'`
	if strings.Contains(s, `'`) && !strings.Contains(s, `"`) {
		quote = `"`
	}
	text := strings.NewReplacer(`\`, `\\`, quote, `\`+quote, "\n", `\n`, "\a", `\x07`, "\x7f", `\x7f`).Replace(s)
	if !isBytes {
		return quote + text + quote
	}
	out := []byte("b" + quote)
	for _, c := range []byte(text) {
		if c < 0x80 {
			out = append(out, c)
		} else {
			out = fmt.Appendf(out, `\x%02x`, c)
		}
	}
	return string(out) + quote
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// helloOf is a HELLO in either spelling, with the name in all its texts.
func helloOf(name string, spell func(string) string) string {
	text := func(s string) string { return spell(s) }
	return "{" + text("header") + ": {" + text("MAC") + ": " + text(name) + "}, " + text("data") + ": {" + text("username") + ": " + text(name) + ", " +
		text("password") + ": " + text(name) + ", " + text("message-type") + ": " + text("HELLO") + ", " + text("sequence") + ": 1}}"
}

// TestQuoted: a frame in a string is read with all texts as they were, whatever is in them,
// whichever spelling it has, and however often it is in a string; and so is the next one.
func TestQuoted(t *testing.T) {
	inJSON := func(s string) string { return jsonText(map[string]string{"raw": s}) }
	inLiteral := func(s string) string { return "{'raw': " + literal(s, false) + "}" }
	spellings := map[string]func(string) string{
		"JSON":    func(s string) string { return jsonText(s) },
		"literal": func(s string) string { return literal(s, false) },
	}
	around := map[string]func(string) string{
		"in JSON":                   inJSON,
		"in JSON twice":             func(s string) string { return inJSON(inJSON(s)) },
		"in JSON three times":       func(s string) string { return inJSON(inJSON(inJSON(s))) },
		"in a text in JSON":         func(s string) string { return `x | {"a":"b","event":` + jsonText("it's recv "+s) + "}" },
		"in a text in JSON twice":   func(s string) string { return inJSON(`{"event":` + jsonText("recv "+s) + `,"x":1}` + "\n") },
		"in a member on its line":   func(s string) string { return "{\n  \"data.text\": " + jsonText(s) + "\n}" },
		"in a literal":              inLiteral,
		"in a text in a literal":    func(s string) string { return "{'a': 1, 'event': " + literal("recv "+s, false) + "}" },
		"in bytes":                  func(s string) string { return "recv " + literal(s+"\n", true) },
		"in bytes in JSON":          func(s string) string { return inJSON("recv " + literal(s, true)) },
		"in a literal in JSON":      func(s string) string { return inJSON(inLiteral(s)) },
		"in JSON in a literal":      func(s string) string { return inLiteral(inJSON(s)) },
		"two, one behind the other": func(s string) string { return inJSON("x " + helloOf("first", spellings["literal"]) + s) },
		"two in bytes": func(s string) string {
			return "x " + literal(helloOf("first", spellings["literal"])+"\n"+s, true)
		},
	}
	names := []string{"o'brien", `it's "q"`, `"q"`, `a\b`, `\`, `\'`, `\"`, `'}}`, `"}}`, `'"}}`, "{'header': {", `{"header": {`, "{'data'", `\ {'header': {`, "é漢😀", "a\nb", "\a\x7f", `\u0041`, "plain"}
	for spelled, spell := range spellings {
		for where, wrap := range around {
			for _, name := range names {
				text := wrap(helloOf(name, spell)) + "\n"
				for _, piece := range []int{1, 97, len(text)} {
					got := namesIn([]byte(text), piece)
					want := []string{name + " " + name + " " + name}
					if strings.HasPrefix(where, "two") {
						want = append([]string{"first first first"}, want...)
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s %s, in pieces of %d: %q, want %q in %s", spelled, where, piece, got, want, text)
						break
					}
				}
			}
		}
	}
}

// namesIn are the texts of each HELLO that is found.
func namesIn(text []byte, piece int) (list []string) {
	s := &Scanner{}
	var window []byte
	for from := 0; from < len(text); from += piece {
		to := min(from+piece, len(text))
		window = append(window, text[from:to]...)
		n := s.Scan(window, to == len(text), func(f *Found) {
			user, _ := f.Frame.Data.Get("username").Text()
			password, _ := f.Frame.Data.Get("password").Text()
			mac, _ := f.Frame.Header.Get("MAC").Text()
			list = append(list, user+" "+password+" "+mac)
		})
		window = append([]byte(nil), window[n:]...)
	}
	return list
}

// TestNotQuoted: what only looks like a frame in a string is read where it lies.
func TestNotQuoted(t *testing.T) {
	for text, want := range map[string]string{
		`curl -d '{"header":{"MAC":"m"},"data":{"username":"a\"b","password":"\u0027","message-type":"HELLO","sequence":1}}'`:    `a"b ' m`,
		`curl -d '{"header":{"MAC":"m"},"data":{"username":"x\",\"y\":\"","password":"p","message-type":"HELLO","sequence":1}}'`: `x","y":" p m`,
		`msg="{'header': {'MAC': 'm'}, 'data': {'username': 'it\'s', 'password': '\x07', 'message-type': 'HELLO'}}"`:             "it's \a m",
	} {
		if got := namesIn([]byte(text), len(text)); !slices.Equal(got, []string{want}) {
			t.Errorf("%q, want %q in %s", got, want, text)
		}
	}
}

// TestGarbageInQuotes: what looks like frames in a string, and is none, costs no more than
// so much for each.
func TestGarbageInQuotes(t *testing.T) {
	for _, one := range []string{
		`{'header':\`, `"{'header':\`, `{'header':{'x':\"`, `"{'header':{'x':\"`, `'{"header":{"x":\'`, `{"a":"{'header':{'x':\"`,
		`{'header':{},'data':{'\\':1,'[':1}}`, `"{'header':{},'data':{'message-type':'\\','\\':1,'[':[1]}}`, `{"a":"{\"b\":\"{'header':\`,
	} {
		text := []byte(`{"raw":"` + strings.Repeat(one, 400_000/len(one)))
		start := time.Now()
		scanAll(text, 100_000, true)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", one, took)
		}
	}
}

// TestSplitQuoted: whatever strings and frames in them follow one another, the pieces they
// come in do not matter.
func TestSplitQuoted(t *testing.T) {
	const literalFrame, jsonFrame = `{'header': {}, 'data': {'sequesce': 1, 'message-type': 'a\\b'}}`, `{"header":{},"data":{"sequesce":2,"message-type":"a\\\"b"}}`
	words := []string{
		`{"raw":"`, `{'raw': '`, `b'`, `"`, `'`, `\"`, `\\\"`, "\n", "\n", `\n`, `}`, ` `, "x ", `{"a":"b","log":"`, `"}`, `'}`, "Plain text data ", "abc", `\`, `"}` + "\n",
		literalFrame, jsonFrame, strings.ReplaceAll(literalFrame, `'a\\b'`, `\"o'b\"`), strings.ReplaceAll(jsonFrame, `"`, `\"`), strings.ReplaceAll(literalFrame, `'`, `\'`),
		`{'header': {'`, `{"header":{"`, strings.Repeat("long ", 500), "1\n", "f:7:{\n", "f:8:\"header\": {\n", "f:9:}\n",
	}
	found := 0
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 11))
		var b strings.Builder
		for range rnd.IntN(120) {
			b.WriteString(words[rnd.IntN(len(words))])
		}
		text := b.String()
		want := scanAll([]byte(text), len(text)+1, true)
		found += len(want)
		for _, most := range []int{9, 300, 4_000} {
			if got := scanRandomly(t, rnd, []byte(text), most, true); !slices.Equal(got, want) {
				t.Fatalf("seed %d, in pieces of up to %d: %q\nwant %q in %s", seed, most, got, want, text)
			}
		}
	}
	if found < 1_000 {
		t.Errorf("only %d finds", found)
	}
}
