package wire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// TestExamplesAreShort: another program speaks the protocol in few lines, as the
// package comment says. An example's last comment, its output, does not count.
func TestExamplesAreShort(t *testing.T) {
	for _, c := range []struct {
		file, function string
		lines          int
	}{
		{"example_session_test.go", "client", 10},
		{"example_session_test.go", "serve", 20},
		{"example_test.go", "ExampleParseChain", 3},
	} {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, c.file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == c.function {
				last := f.Body.List[len(f.Body.List)-1].End()
				n = files.Position(last).Line - files.Position(f.Body.Lbrace).Line
			}
		}
		if n == 0 || n > c.lines {
			t.Errorf("%s has %d lines, and should have 1 to %d", c.function, n, c.lines)
		}
	}
}
