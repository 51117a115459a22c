package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestContributing: each file that CONTRIBUTING.md names is there, and each test and
// name in it stands in the code.
func TestContributing(t *testing.T) {
	text, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	err = filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			b, err := os.ReadFile(path)
			code.Write(b)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names, paths := 0, 0
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(string(text), -1) {
		switch word := m[1]; {
		case strings.Contains(word, " "), strings.Contains(word, "MODE_TOPIC"):
		case regexp.MustCompile(`^[\w./*-]+\.(go|txt|md)$|/`).MatchString(word):
			paths++
			found, _ := filepath.Glob(word)
			if len(found) == 0 {
				found, _ = filepath.Glob(filepath.Join("modes/decode/scan", word)) // named in a sentence about it
			}
			if len(found) == 0 && word != "_test.go" {
				t.Errorf("there is no %s", word)
			}
		case regexp.MustCompile(`^[A-Za-z]{5,}$`).MatchString(word) && word != "TypeX":
			names++
			if !regexp.MustCompile(`\b` + word + `\b`).MatchString(code.String()) {
				t.Errorf("nothing is called %s", word)
			}
		}
	}
	if names < 10 || paths < 20 {
		t.Errorf("only %d names and %d paths found", names, paths)
	}
}

// TestHouse holds the imports of each package, and of its tests, against the drawing
// in CONTRIBUTING.md: nothing of this module may be imported but what stands here.
func TestHouse(t *testing.T) {
	const shared = " proto/modes proto/keys proto/wire "
	allowed := map[string]string{
		"proto":                      "proto/modes proto/modes/serve proto/modes/connect proto/modes/repl proto/modes/decode proto/modes/completion proto/modes/manpage proto/wire",
		"proto/wire":                 "",
		"proto/keys":                 "",
		"proto/scripts":              "",
		"proto/modes":                "proto/keys proto/wire",
		"proto/modes/page":           "",
		"proto/modes/serve":          shared + "proto/modes/page proto/modes/serve/",
		"proto/modes/connect":        shared + "proto/modes/serve",
		"proto/modes/repl":           shared + "proto/modes/serve proto/scripts proto/modes/repl/",
		"proto/modes/decode":         shared + "proto/modes/decode/",
		"proto/modes/serve/":         "",
		"proto/modes/repl/":          shared,
		"proto/modes/decode/":        "proto/wire",
		"proto/modes/decode/diagram": "proto/modes proto/modes/page proto/wire",
		"proto/modes/completion":     "proto/modes proto/scripts",
		"proto/modes/manpage":        "proto/modes",
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}{{range .TestImports}} {{.}}{{end}}{{range .XTestImports}} {{.}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		name := words[0]
		may, ok := allowed[name]
		if !ok {
			may, ok = allowed[filepath.ToSlash(filepath.Dir(name))+"/"]
		}
		if !ok {
			t.Errorf("package %s is not in the drawing", name)
		}
		for _, path := range words[1:] {
			switch inside := path == "proto" || strings.HasPrefix(path, "proto/"); {
			case path == name: // a test of another package name
			case !inside && name == "proto/wire" && strings.Contains(path, "."):
				t.Errorf("wire imports %s", path)
			case inside && !slices.Contains(strings.Fields(may), path) && !slices.Contains(strings.Fields(may), filepath.ToSlash(filepath.Dir(path))+"/"):
				t.Errorf("%s imports %s", name, path)
			default:
				checked++
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d imports found", checked)
	}
}
