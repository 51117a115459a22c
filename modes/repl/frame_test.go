package repl

import (
	"slices"
	"strings"
	"testing"
)

func TestObject(t *testing.T) {
	path := func(s string) []string { return strings.Split(s, ".") }
	o := objectOf(value(t, `{"header":{"token":"x"},"data":{"a":1,"b":{"c":2}}}`))
	o.set(path("data.b.d"), value(t, "[1,2]"))
	o.set(path("data.a.deep"), value(t, "null"))
	o.set(path("new"), value(t, `{"x":{}}`))
	o.set(path("new.x.y"), value(t, `"z"`))
	o.remove(path("header.token"))
	o.remove(path("data.b.c"))
	o.remove(path("data.nothing.at.all"))
	o.double(path("data.b"))
	want := `{"header":{},"data":{"a":{"deep":null},"b":{"d":[1,2]},"b":{"d":[1,2]}},"new":{"x":{"y":"z"}}}`
	if got := string(o.append(nil)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// TestPlace: a bare name is meant where the protocol has it.
func TestPlace(t *testing.T) {
	for _, test := range []struct{ name, kind, want string }{
		{"token", "DATA_REQUEST", "header.token"}, {"token", "CLOSE", "header.token"}, {"token", "HELLO_ACK", "data.token"}, {"token", "FOO", "header.token"},
		{"MAC", "HELLO", "header.MAC"}, {"MAC", "FOO", "header.MAC"}, {"mac", "HELLO", "data.mac"},
		{"sequence", "DATA_REQUEST", "data.sequence"}, {"data", "DATA_RESPONSE", "data.data"}, {"data", "", "data.data"},
		{"data.token", "DATA_REQUEST", "data.token"}, {"header.x.y", "", "header.x.y"}, {"x.y", "", "data.x.y"}, {"header", "", "header"}, {"token.x", "CLOSE", "header.token.x"},
	} {
		if got := place(test.name, test.kind); !slices.Equal(got, strings.Split(test.want, ".")) {
			t.Errorf("%s in %s: %q, want %s", test.name, test.kind, got, test.want)
		}
	}
}

func TestAt(t *testing.T) {
	v := value(t, `{"a":{"b":1,"b":2},"c":[1]}`)
	for path, want := range map[string]string{"a.b": "2", "a": `{"b":1,"b":2}`, "a.x": "", "c.0": "", "x": ""} {
		if got := string(at(v, strings.Split(path, ".")).Raw()); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
