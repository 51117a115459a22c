package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func mustParse(t testing.TB, s string) *Frame {
	t.Helper()
	var f Frame
	n, err := Parse([]byte(s), Limits{}, &f)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	if n != len(strings.TrimRight(s, " \r\n\t")) {
		t.Fatalf("Parse(%q) took %d bytes", s, n)
	}
	return &f
}

func TestParseBothSpellings(t *testing.T) {
	for _, s := range []string{
		`{"header": {"MAC": "02:fc:00:00:00:01"}, "data": {"username": "o'neil", "message-type": "HELLO", "sequence": 1, "x": true, "y": null}}`,
		`{'header': {'MAC': '02:fc:00:00:00:01'}, 'data': {'username': "o'neil", 'message-type': 'HELLO', 'sequence': 1, 'x': True, 'y': None}}`,
		"\t\n{\"header\"\f:\v{'MAC':\"02:fc:00:00:00:01\"},'data':{\"username\":'o\\'neil','message-type':\"HEL\\u004cO\",\"sequ\\x65nce\":1,\"x\":True,'y':null}\r\n}",
	} {
		f := mustParse(t, s)
		if err := f.Shape(); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if !f.Type().Is(TypeHello) || !f.Header.Get("MAC").Is("02:fc:00:00:00:01") || !f.Data.Get("username").Is("o'neil") {
			t.Errorf("%q: wrong texts", s)
		}
		if n, ok := f.Data.Get("sequence").Int64(); n != 1 || !ok {
			t.Errorf("%q: sequence %d %t", s, n, ok)
		}
		if v := f.Data.Get("x"); v.Kind() != Bool || !v.IsTrue() {
			t.Errorf("%q: x is %v", s, v.Kind())
		}
		if v := f.Data.Get("y"); v.Kind() != Null || !v.Present() {
			t.Errorf("%q: y is %v", s, v.Kind())
		}
		if f.Data.Get("z").Present() || f.Data.Get("Sequence").Present() {
			t.Errorf("%q: has members it does not have", s)
		}
	}
}

func TestEscapes(t *testing.T) {
	for spelled, want := range map[string]string{
		`"a\\\/\'\"\b\f\n\r\t\0z"`:    "a\\/'\"\b\f\n\r\t\x00z",
		`'\x41\u00e9\U0001F600'`:      "Aé😀",
		`"\ud83d\ude00"`:              "😀",
		`"\ud83d"`:                    "\ufffd",
		`"\ude00\ud83dx"`:             "\ufffd\ufffdx",
		`"\ud83d\u0041"`:              "\ufffdA",
		"\"\xff\xfe\"":                "\ufffd\ufffd",
		`"é"`:                         "é",
		`''`:                          "",
		`"12345678901234567\n90"`:     "12345678901234567\n90",
		`"1234567é0123\"x'y"`:         `1234567é0123"x'y`,
		`'1234567é0123\'x"y'`:         `1234567é0123'x"y`,
		`"` + "\u202e\x7f" + `plain"`: "\u202e\x7fplain",
	} {
		f := mustParse(t, `{"header":{},"data":{"x":`+spelled+`}}`)
		if got, ok := f.Data.Get("x").Text(); got != want || !ok {
			t.Errorf("%s: got %q, want %q", spelled, got, want)
		}
		if !f.Data.Get("x").Is(want) || f.Data.Get("x").Is(want+"x") {
			t.Errorf("%s: Is does not agree with Text", spelled)
		}
	}
}

func TestKindsAreTold(t *testing.T) {
	f := mustParse(t, `{"header":{},"data":{"a":1,"b":"1","c":1.0,"d":1e3,"e":-0,"f":[],"g":{},"h":"","i":9223372036854775807,"j":-9223372036854775808,"k":9223372036854775808,"l":99999999999999999999999999}}`)
	want := map[string]Kind{"a": Integer, "b": String, "c": Real, "d": Real, "e": Integer, "f": Array, "g": Object, "h": String, "k": Integer, "none": Absent}
	for name, kind := range want {
		if got := f.Data.Get(name).Kind(); got != kind {
			t.Errorf("%s is %v, want %v", name, got, kind)
		}
	}
	for name, want := range map[string]int64{"a": 1, "e": 0, "i": 9223372036854775807, "j": -9223372036854775808} {
		if n, ok := f.Data.Get(name).Int64(); n != want || !ok {
			t.Errorf("%s is %d %t, want %d", name, n, ok, want)
		}
	}
	for _, name := range []string{"b", "c", "d", "k", "l", "none"} {
		if n, ok := f.Data.Get(name).Int64(); ok {
			t.Errorf("%s is said to be the integer %d", name, n)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		in       string
		offset   int64
		expected string
	}{
		{`GET / HTTP/1.1`, 0, `"{"`},
		{` x`, 1, `"{"`},
		{`{]`, 1, `a member's name or "}"`},
		{`{"a" 1}`, 5, `":"`},
		{`{"a":}`, 5, "a value"},
		{`{"a":1,}`, 7, `a member's name or "}"`},
		{`{"a":01}`, 6, `"," or "}"`},
		{`{"a":-}`, 6, "a value"},
		{`{"a":1.}`, 7, "a digit"},
		{`{"a":1e+}`, 8, "a digit"},
		{`{"a":[1 2]}`, 8, `"," or "]"`},
		{`{"a":nul}`, 8, "null"},
		{`{"a":NULL}`, 6, "None"},
		{`{"a":trUe}`, 7, "true"},
		{"{\"a\":\"\n\"}", 6, "a character or the closing quote"},
		{`{"a":"\q"}`, 7, "an escape: one of \\\\ \\/ \\' \\\" \\b \\f \\n \\r \\t \\0 \\x \\u \\U"},
		{`{"a":"\u00g0"}`, 10, "a hex digit"},
		{`{"a":"\U00110000"}`, 6, "a code point up to 10ffff"},
		{`{"a`, 3, "the rest of the frame"},
		{``, 0, `"{"`},
	} {
		_, err := Parse([]byte(c.in), Limits{}, new(Frame))
		var e *SyntaxError
		if !errors.As(err, &e) || e.Offset != c.offset || e.Expected != c.expected {
			t.Errorf("%q: %v, want offset %d, expected %s", c.in, err, c.offset, c.expected)
		}
		if wantEnd := e != nil && e.Found == "end of stream"; wantEnd != errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v does not wrap io.ErrUnexpectedEOF as it should", c.in, err)
		}
	}
}

func TestLimits(t *testing.T) {
	var limit *LimitError
	fits := `{"a":"` + strings.Repeat("x", 4096-8) + `"}`
	if _, err := Parse([]byte(fits), Limits{}, new(Frame)); err != nil {
		t.Errorf("4096 bytes: %v", err)
	}
	over := `{"a":"` + strings.Repeat("x", 4096-7) + `"}`
	if _, err := Parse([]byte(over), Limits{}, new(Frame)); !errors.As(err, &limit) || limit.What != "bytes" || limit.Offset != 4096 {
		t.Errorf("4097 bytes: %v", err)
	}
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	if _, err := Parse([]byte(deep(16)), Limits{}, new(Frame)); err != nil {
		t.Errorf("16 levels: %v", err)
	}
	if _, err := Parse([]byte(deep(17)), Limits{}, new(Frame)); !errors.As(err, &limit) || limit.What != "levels" || limit.Offset != 16*5 {
		t.Errorf("17 levels: %v", err)
	}
	// 100 MB without an end: refused after 4096 bytes, and no more is read.
	src := &countingReader{r: io.MultiReader(strings.NewReader(`{"a":"`), io.LimitReader(endless{}, 100<<20))}
	_, err := NewReader(src, Limits{}).Next()
	if !errors.As(err, &limit) || src.n > 3*4096 {
		t.Errorf("endless frame: %v after %d bytes", err, src.n)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

func TestShape(t *testing.T) {
	many := func(last string) string {
		var b strings.Builder
		for i := range 100 {
			fmt.Fprintf(&b, `"m%d":0,`, i)
		}
		return `{"header":{},"data":{` + b.String() + `"` + last + `":1}}`
	}
	for in, good := range map[string]bool{
		`{"header":{},"data":{}}`:                      true,
		`{"header":{},"data":{},"more":[{"a":1}]}`:     true,
		`{"data":{}}`:                                  false,
		`{"header":{},"data":[]}`:                      false,
		`{"header":"","data":{}}`:                      false,
		`{"header":{},"data":{},"data":{}}`:            false,
		`{"header":{},"data":{"a":1,"a":1}}`:           false,
		`{"header":{},"data":{"a":1,"\u0061":1}}`:      false,
		`{"header":{},"data":{"a":{"b":1,"b":2}}}`:     false,
		`{"header":{},"data":{"a":[{"b":1},{"b":2}]}}`: true,
		`{"header":{},"data":{"a":1,"A":1}}`:           true,
		`{"header":{"a":1},"data":{"a":1}}`:            true,
		many("other"):                                  true,
		many("m3"):                                     false,
	} {
		f := mustParse(t, in)
		var e *ShapeError
		if err := f.Shape(); (err == nil) != good || err != nil && !errors.As(err, &e) {
			t.Errorf("%s: %v", in, err)
		}
	}
	for in, want := range map[string]string{
		` {"header":{},"data": []}`:           "byte 21: data is array, not an object",
		` {"header":'x',"data":{}}`:           "byte 10: header is string, not an object",
		`{"header":{}}`:                       "data is nothing, not an object",
		`{"header":{},"data":{"a":1,"a":[]}}`: "byte 27: a member stands twice",
	} {
		for name, f := range map[string]*Frame{"parsed": mustParse(t, in), "read": mustRead(t, "{\"header\":{},\"data\":{}}\n"+in)} {
			if err := f.Shape(); err == nil || err.Error() != want {
				t.Errorf("%s, %s: %v, want %s", in, name, err, want)
			}
		}
	}
	if v := mustParse(t, `{"header":{},"data":{"a":1,"a":2}}`).Data.Get("a"); string(v.Raw()) != "2" {
		t.Errorf("of two members not the last counts but %s", v.Raw())
	}
}

// mustRead reads the second frame of a stream.
func mustRead(t *testing.T, stream string) *Frame {
	t.Helper()
	r := NewReader(iotest.OneByteReader(strings.NewReader(stream)), Limits{})
	_, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWalkingValues(t *testing.T) {
	f := mustParse(t, `{"header":{},"data":{"deep":{"a":[1,{"b":[2,[3]]}],"c":{"d":4}}}}`)
	if got := describe(f.Data.Get("deep")); got != `{a:[1 {b:[2 [3]]}] c:{d:4}}` {
		t.Error(got)
	}
	for range f.Data.Get("deep").Members() {
		break // a walk may end early
	}
}

func describe(v Value) string {
	var parts []string
	switch v.Kind() {
	case Object:
		for name, m := range v.Members() {
			parts = append(parts, name+":"+describe(m))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case Array:
		for e := range v.Elements() {
			parts = append(parts, describe(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return string(v.Raw())
}

// readAll gives the frames of a stream and the error at its end.
func readAll(src io.Reader, limits Limits) (frames []string, err error) {
	r := NewReader(src, limits)
	for {
		f, err := r.Next()
		if err != nil {
			return frames, err
		}
		frames = append(frames, string(f.Raw()))
	}
}

// sameReading: a stream gives the same split as whole, and in memory that is
// borrowed the same as in the Reader's own.
func sameReading(t *testing.T, what string, in []byte, limits Limits, src func() io.Reader) {
	t.Helper()
	whole, wholeErr := readAll(bytes.NewReader(in), limits)
	for kind, read := range map[string]func(io.Reader, Limits) ([]string, error){"own": readAll, "borrowed": readBorrowed} {
		split, splitErr := read(src(), limits)
		if !reflect.DeepEqual(whole, split) || !reflect.DeepEqual(wholeErr, splitErr) {
			t.Fatalf("%s of %q, %s memory:\nwhole %q %v\nsplit %q %v", what, in, kind, whole, wholeErr, split, splitErr)
		}
	}
}

// readBorrowed is readAll in borrowed memory, which must be blank when it is lent
// and blank again when it is given back.
func readBorrowed(src io.Reader, limits Limits) (frames []string, err error) {
	var p Pool
	r := NewReader(src, limits)
	r.Borrow(&p)
	for {
		f, err := r.Next()
		if err != nil {
			return frames, err
		}
		frames = append(frames, string(f.Raw()))
	}
}

var streams = []string{
	`{"header":{},"data":{}}{'header':{},'data':{'a':"}"}} ` + "\r\n\t" + `{"header":{"t":"\"}"},"data":{}}`,
	`{"header":{},"data":{}} x`,
	`{"header":{},"data":{"a":}}`,
	`{"header":{},"data":{"a":1`,
	`{"header":{},"data":{"a":"` + strings.Repeat("y", 5000) + `"}}`,
	strings.Repeat(`{"header":{},"data":{"a":"0123456789012345678901234567890123456789"}}`, 40),
	strings.Repeat(" ", 9000) + `{"header":{},"data":{}}`,
	`{"a":"` + strings.Repeat("z", 20_000) + `"}{"a":[` + strings.Repeat(`"}",`, 9000) + `1]}x`,
	strings.Repeat(`{"a":`, 20), `[`, `{"a":"\u12`, "", "\n",
}

func TestWholeEqualsSplit(t *testing.T) {
	for i, s := range streams {
		in := []byte(s)
		wide := Limits{Bytes: 64 << 10}
		sameReading(t, fmt.Sprint("wide, stream ", i), in, wide, func() io.Reader { return iotest.OneByteReader(strings.NewReader(s)) })
		sameReading(t, "one byte at a time", in, Limits{}, func() io.Reader { return iotest.OneByteReader(strings.NewReader(s)) })
		sameReading(t, "halves", in, Limits{}, func() io.Reader { return iotest.HalfReader(strings.NewReader(s)) })
		sameReading(t, "data with its error", in, Limits{}, func() io.Reader { return iotest.DataErrReader(strings.NewReader(s)) })
		for cut := 0; cut <= len(s) && cut < 400; cut++ {
			sameReading(t, fmt.Sprint("cut at ", cut), in, Limits{}, func() io.Reader { return io.MultiReader(strings.NewReader(s[:cut]), strings.NewReader(s[cut:])) })
		}
	}
}

// TestBorrowedMemory: a Reader that waits for a frame holds none, and what was in
// it is gone.
func TestBorrowedMemory(t *testing.T) {
	var p Pool
	in, out := io.Pipe()
	defer out.Close()
	r := NewReader(in, Limits{})
	r.Borrow(&p)
	frame := `{"header":{},"data":{"password":"` + strings.Repeat("secret", 20) + `"}}`
	go io.WriteString(out, frame+"\n")
	f, err := r.Next()
	if err != nil || string(f.Raw()) != frame || r.borrowed.loan == nil {
		t.Fatalf("%v %v", f, err)
	}
	lent := r.borrowed.loan
	r.Keep(true)
	r.drop(len(r.buf))
	r.used = 0
	r.rest()
	if r.borrowed.loan != lent {
		t.Error("given back, though it was to be kept")
	}
	r.Keep(false)
	more, stop := make(chan struct{}), errors.New("stop")
	go func() { out.CloseWithError(stop); close(more) }()
	if _, err := r.Next(); err != stop {
		t.Fatal(err)
	}
	<-more
	if r.borrowed.loan != nil || r.space != nil || r.buf != nil || r.frame != nil {
		t.Errorf("it holds %+v", r)
	}
	if bytes.ContainsAny(lent.space[:], "secret") || bytes.ContainsAny(r.borrowed.first[:], "secret") {
		t.Errorf("left behind: %q", lent.space)
	}
}

// TestErrorIsFoundAtOnce: a peer that sends something wrong and then waits is
// answered, also when it sends byte by byte.
func TestErrorIsFoundAtOnce(t *testing.T) {
	for _, s := range []string{`{"header': {}, "d`, `{"a":}`, `x`, `{"a":"\q`, `{"a":01`, `{"a":1,}`} {
		waits := iotest.ErrReader(errors.New("asked for more"))
		_, err := readAll(io.MultiReader(iotest.OneByteReader(strings.NewReader(s)), waits), Limits{})
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestReaderGoesOnAfterTimeout: what a read deadline interrupts is not lost.
func TestReaderGoesOnAfterTimeout(t *testing.T) {
	const s = `{"header":{},"data":{"a":1}}`
	r := NewReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(s))), Limits{})
	if _, err := r.Next(); err != iotest.ErrTimeout {
		t.Fatal(err)
	}
	f, err := r.Next()
	if err != nil || string(f.Raw()) != s {
		t.Fatalf("%v %v", f, err)
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, nil }

// TestReaderGivesUp on a source that gives neither bytes nor an error.
func TestReaderGivesUp(t *testing.T) {
	if _, err := NewReader(nothing{}, Limits{}).Next(); err != io.ErrNoProgress {
		t.Error(err)
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range streams {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, step uint8) {
		limits := Limits{Bytes: 256, Levels: 5}
		sameReading(t, "pieces", in, limits, func() io.Reader { return &pieces{in, int(step%17) + 1} })
	})
}

// pieces gives step bytes with each read.
type pieces struct {
	b    []byte
	step int
}

func (p *pieces) Read(dst []byte) (int, error) {
	if len(p.b) == 0 {
		return 0, io.EOF
	}
	n := copy(dst, p.b[:min(p.step, len(p.b))])
	p.b = p.b[n:]
	return n, nil
}

// FuzzParseAgainstJSON holds the parser against encoding/json: what is an object
// in JSON reads alike here, member for member.
func FuzzParseAgainstJSON(f *testing.F) {
	f.Add([]byte(`{"header":{"a":[1,2.5,"x\u00e9"]},"data":{"b":null,"c":{"d":true}}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		dec := json.NewDecoder(bytes.NewReader(in))
		dec.UseNumber()
		var want map[string]any
		if err := dec.Decode(&want); err != nil || want == nil {
			return
		}
		var frame Frame
		if _, err := Parse(in, Limits{Bytes: len(in), Levels: len(in) + 1}, &frame); err != nil {
			t.Fatalf("JSON that is not read: %q: %v", in, err)
		}
		if frame.twice != nil {
			return // encoding/json merges objects that stand twice
		}
		if got := native(frame.Value()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %#v, want %#v", in, got, want)
		}
		// The same value as a Python literal reads alike.
		literal := appendLiteral(nil, frame.Value())
		var again Frame
		if _, err := Parse(literal, Limits{Bytes: len(literal), Levels: len(in) + 1}, &again); err != nil {
			t.Fatalf("literal %q of %q: %v", literal, in, err)
		}
		if got := native(again.Value()); !reflect.DeepEqual(got, want) {
			t.Fatalf("literal %q: got %#v, want %#v", literal, got, want)
		}
	})
}

// native is a value as encoding/json with UseNumber gives it.
func native(v Value) any {
	switch v.Kind() {
	case Object:
		m := map[string]any{}
		for name, value := range v.Members() {
			m[name] = native(value)
		}
		return m
	case Array:
		a := []any{}
		for e := range v.Elements() {
			a = append(a, native(e))
		}
		return a
	case String:
		s, _ := v.Text()
		return s
	case Bool:
		return v.IsTrue()
	case Null:
		return nil
	}
	return json.Number(v.Raw())
}

// appendLiteral writes a value as Python's str() does.
func appendLiteral(dst []byte, v Value) []byte {
	switch v.Kind() {
	case Object:
		dst = append(dst, '{')
		for name, value := range v.Members() {
			if dst[len(dst)-1] != '{' {
				dst = append(dst, ", "...)
			}
			dst = append(appendRepr(dst, name), ": "...)
			dst = appendLiteral(dst, value)
		}
		return append(dst, '}')
	case Array:
		dst = append(dst, '[')
		for e := range v.Elements() {
			if dst[len(dst)-1] != '[' {
				dst = append(dst, ", "...)
			}
			dst = appendLiteral(dst, e)
		}
		return append(dst, ']')
	case String:
		s, _ := v.Text()
		return appendRepr(dst, s)
	case Bool:
		if v.IsTrue() {
			return append(dst, "True"...)
		}
		return append(dst, "False"...)
	case Null:
		return append(dst, "None"...)
	}
	return append(dst, v.Raw()...)
}

func appendRepr(dst []byte, s string) []byte {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	dst = append(dst, quote)
	for _, r := range s {
		switch {
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < 0x20 || r == 0x7f:
			dst = fmt.Appendf(dst, `\x%02x`, r)
		case r == 0x202e:
			dst = append(dst, `\u202e`...)
		case r > 0xffff:
			dst = fmt.Appendf(dst, `\U%08x`, r)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, quote)
}

// TestParseAllocatesNothing: reading a DATA_REQUEST takes no memory, however its
// members are spelled.
func TestParseAllocatesNothing(t *testing.T) {
	escaped := strings.NewReplacer(`-`, `\u002d`, `"sequence"`, `"s\u0065quence"`, `"sessionId"`, `"session\u0049d"`, `"data"`, `"d\u0061ta"`).Replace(string(benchFrame))
	for _, frame := range [][]byte{benchFrame, []byte(escaped)} {
		var f Frame
		if n := testing.AllocsPerRun(100, func() {
			if _, err := Parse(frame, Limits{}, &f); err != nil {
				t.Fatal(err)
			}
			seq, ok := SequenceOf(f.Data.Get("sequence"))
			if _, idOK := f.Data.Get("sessionId").Int64(); !ok || !idOK || !f.Type().Is(TypeRequest) || seq.n == 0 {
				t.Fatal("misread")
			}
		}); n != 0 {
			t.Errorf("%v allocations: %s", n, frame)
		}
	}
}

// TestPoolWiped: what a Reader with a Pool has read is gone from its memory when that
// is given back, also what it was read into before that had to grow.
func TestPoolWiped(t *testing.T) {
	for _, size := range []int{10, 400, 600, 3000} {
		var p Pool
		frame := `{"header":{},"data":{"password":"` + strings.Repeat("s", size) + `"}}`
		r := NewReader(iotest.OneByteReader(strings.NewReader(frame+`{"rest`)), Limits{})
		r.Borrow(&p)
		var spaces [][]byte
		r.src = watched{r.src, func() {
			if n := len(spaces); len(r.space) > 0 && (n == 0 || &spaces[n-1][0] != &r.space[0]) {
				spaces = append(spaces, r.space)
			}
		}}
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(); err == nil {
			t.Fatal("a second frame")
		}
		r.giveBack()
		for i, space := range spaces {
			if bytes.Count(space, []byte{0}) != len(space) {
				t.Errorf("frame of %d bytes: left in memory %d of %d: %.40q", len(frame), i, len(spaces), space)
			}
		}
		if size > 2000 && len(spaces) < 3 {
			t.Errorf("it did not grow: %d", len(spaces))
		}
	}
}

// watched is a source that tells before each read.
type watched struct {
	io.Reader
	before func()
}

func (w watched) Read(b []byte) (int, error) {
	w.before()
	return w.Reader.Read(b)
}
