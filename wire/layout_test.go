package wire

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestLayoutsAreSpecified holds the types of frames against the table of clause 2.1,
// both ways: who sends each, and its members.
func TestLayoutsAreSpecified(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "// 2.1 Members.")
	table, _, ok2 := strings.Cut(table, "\n//\n// The type is")
	if !ok || !ok2 {
		t.Fatal("clause 2.1 has no table")
	}
	specified := make(map[string][]string)
	row := ""
	for line := range strings.Lines(table) {
		cells, ok := strings.CutPrefix(line, "//\t")
		if !ok {
			continue
		}
		words := strings.Fields(cells)
		if len(words) > 1 && (words[1] == "client" || words[1] == "server") {
			row = words[0] + " " + words[1]
			words = words[2:]
		}
		for _, w := range words {
			specified[row] = append(specified[row], strings.TrimRight(w, ","))
		}
	}
	for _, l := range Layouts() {
		row := l.Type + " client"
		if l.Server {
			row = l.Type + " server"
		}
		words, ok := specified[row]
		if !ok {
			t.Errorf("clause 2.1 has no row %q", row)
		}
		for _, name := range append(l.Header, l.Data...) {
			if !slices.ContainsFunc(words, func(w string) bool { return w == name || strings.HasPrefix(w, name+"=") }) {
				t.Errorf("clause 2.1 does not give %s the member %s", row, name)
			}
		}
		delete(specified, row)
	}
	for row := range specified {
		t.Errorf("clause 2.1 has a row %q, and no layout", row)
	}
}
