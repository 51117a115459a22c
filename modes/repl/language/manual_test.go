package language

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestManual holds the manual against the table of commands, both ways, and has
// the parser read all its examples.
func TestManual(t *testing.T) {
	_, commands, _ := strings.Cut(ManualAll(), "\n\nhello ")
	var named []string
	for _, paragraph := range strings.Split("hello "+commands, "\n\n") {
		name := ""
		examples := 0
		for line := range strings.Lines(paragraph) {
			line = strings.TrimRight(line, "\n")
			switch {
			case !strings.HasPrefix(line, " "):
				word, _, _ := strings.Cut(line, " ")
				if name != "" && word != name {
					t.Errorf("a form of %s in the paragraph of %s", word, name)
				}
				name = word
			case strings.HasPrefix(line, "    "):
				examples++
				script, errs := Parse(NewSource("", []byte(line+"\n")))
				if len(errs) > 0 || len(script.Commands) != 1 || script.Commands[0].Name != name {
					t.Errorf("%s: example %q: %v", name, line, errs)
				}
			}
		}
		if examples == 0 {
			t.Errorf("%s has no example", name)
		}
		if text, ok := Manual(name); !ok || !strings.HasPrefix(text, name) || strings.TrimRight(text, "\n") != strings.TrimRight(paragraph, "\n") {
			t.Errorf("Manual(%q) = %q, %v", name, text, ok)
		}
		named = append(named, name)
	}
	for _, f := range Forms() {
		if !slices.Contains(named, f.Name) {
			t.Errorf("the manual does not tell of %s", f.Name)
		}
		text, _ := Manual(f.Name)
		for _, choice := range f.Choices {
			if !strings.Contains(text, choice) {
				t.Errorf("the manual of %s does not tell of %s", f.Name, choice)
			}
		}
	}
	if len(named) != len(Forms()) {
		t.Errorf("the manual tells of %d commands, and there are %d", len(named), len(Forms()))
	}
	for line := range strings.Lines(ManualAll()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 || strings.TrimRight(line, " \n") != strings.TrimRight(line, "\n") {
			t.Errorf("%d columns, or a blank at the end: %q", n, line)
		}
	}
	for _, name := range []string{"", "hell", "One", "Words"} {
		if text, ok := Manual(name); ok {
			t.Errorf("Manual(%q) = %q", name, text)
		}
	}
}
