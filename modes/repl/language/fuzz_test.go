package language

import (
	"bytes"
	"testing"

	"proto/wire"
)

func addScripts(f *testing.F) {
	f.Add([]byte(ManualAll()))
	f.Add([]byte("hello a:={\"b\":[1,\"$x-2\",$y+3]} c=\"\\u0041$z\"\r\nrepeat 2 {\n}\n! @b raw `\n`"))
	f.Add([]byte("test 1 'a' should skip \"b\" if c=d\nexpect * a~( b<=1 within 5s"))
	f.Add([]byte("repeat 2 { helo } }\nrepeat 2 {\n raw `x\n{\"a\": # c\n'$$'}\n"))
	f.Add([]byte("connect b host:1 from=$x within 1s\nlet -seq\nbytes 00 ff # x\nraw \"\\q\""))
}

// FuzzParse: any bytes end; errors are in order, one a line, within the text; a
// value that was read is one; a command's own text is that command.
func FuzzParse(f *testing.F) {
	addScripts(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		src := NewSource("", text)
		script, errs := Parse(src)
		last := 0
		for _, e := range errs {
			if e.Span.From < 0 || e.Span.To < e.Span.From || e.Span.To > len(src.Text) || e.Message == "" || e.Source != src {
				t.Fatalf("span %v of %d bytes: %q", e.Span, len(src.Text), e.Message)
			}
			line, column := src.Position(e.Span.From)
			if column < 1 || line <= last {
				t.Fatalf("line %d, column %d behind line %d", line, column, last)
			}
			last = line
		}
		end := 0
		for _, c := range script.Commands {
			if c.Span.From < end {
				t.Fatalf("command %v begins before %d", c.Span, end)
			}
			end = c.Span.To
			checkCommand(t, c)
			if len(errs) == 0 {
				checkAlone(t, c)
			}
		}
	})
}

func checkCommand(t *testing.T, c *Command) {
	if _, known := FormOf(c.Name); !known || c.Span.From > c.Span.To || c.Span.To > len(c.Source.Text) {
		t.Fatalf("command %q, span %v", c.Name, c.Span)
	}
	zero := func(string) (wire.Value, error) { return IntegerOf("0"), nil }
	for _, f := range c.Fields {
		if f.Span.From < c.Span.From || f.Span.To > c.Span.To {
			t.Fatalf("field %v outside of %v", f.Span, c.Span)
		}
		if f.Op == SetJSON {
			if v, err := f.JSON.Expand(zero); err != nil || !v.Present() {
				t.Fatalf("%s: %v", f.Span.Of(c.Source), err)
			}
		}
	}
	for _, inner := range c.Body {
		checkCommand(t, inner)
	}
}

// checkAlone: what history and save keep of a command is all of it.
func checkAlone(t *testing.T, c *Command) {
	text := c.Span.Of(c.Source)
	script, errs := Parse(NewSource("", []byte(text)))
	if len(errs) > 0 || len(script.Commands) != 1 || shown(script.Commands[0]) != shown(c) {
		t.Fatalf("%q alone: %v", text, errs)
	}
}

// FuzzPrefix: a text may end anywhere, as it does while it is typed.
func FuzzPrefix(f *testing.F) {
	addScripts(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		for n := range min(len(text), 300) {
			Parse(NewSource("", text[:n]))
		}
	})
}

// FuzzValue: what package wire takes for a value is the same value behind := , and
// what is read there and written is read again as the same.
func FuzzValue(f *testing.F) {
	for _, text := range []string{"1", "-0.5e7", `"a\u00e9\n"`, `{'a': [True, None, 1.0], "b": {}}`, "[1,\n 2]", `"\ud83d\ude00"`, `'#'`, "00", "[1,]", "[1\v,\f 2]"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text = bytes.TrimSpace(text)
		script, errs := Parse(NewSource("", append([]byte("let x:="), text...)))
		if len(errs) == 0 && len(script.Commands) == 1 {
			checkValue(t, &script.Commands[0].Fields[0].JSON)
		}
		want, n, err := wire.ParseValue(text, valueLimits())
		if err != nil || n != len(text) || bytes.IndexByte(text, '$') >= 0 {
			return
		}
		if len(errs) > 0 || len(script.Commands) != 1 {
			t.Fatalf("%q is a value: %v", text, errs)
		}
		got, err := script.Commands[0].Fields[0].JSON.Expand(nil)
		if err != nil || string(wire.AppendValue(nil, got)) != string(wire.AppendValue(nil, want)) {
			t.Fatalf("%q is %s: %v", text, wire.AppendValue(nil, got), err)
		}
	})
}

func checkValue(t *testing.T, j *JSON) {
	seven := func(string) (wire.Value, error) { return IntegerOf("7"), nil }
	v, err := j.Expand(seven)
	if err != nil {
		t.Fatal(err)
	}
	written := wire.AppendValue(nil, v)
	again, n, err := wire.ParseValue(written, wire.Limits{Bytes: 2 * maxScript, Levels: maxLevels})
	if err != nil || n != len(written) || string(wire.AppendValue(nil, again)) != string(written) {
		t.Fatalf("%q is read as %q: %v", written, wire.AppendValue(nil, again), err)
	}
}
