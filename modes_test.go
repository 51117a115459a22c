package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"proto/modes"
)

// TestHelpIsWhole: what help, manual pages and completion are made of is there: a
// heading for each flag, examples that use flags there are, words for flags there are.
func TestHelpIsWhole(t *testing.T) {
	for _, m := range everyMode(&modes.Process{}) {
		if m.Hidden {
			continue
		}
		var names []string
		for _, g := range modes.FlagGroups(m.Command) {
			for _, f := range g.Flags {
				names = append(names, f.Names...)
				if g.Heading == "Flags" {
					t.Errorf("%s %s stands under no heading", m.Name, f.Names[0])
				}
			}
		}
		if len(m.Examples) != 3 {
			t.Errorf("%s has %d examples", m.Name, len(m.Examples))
		}
		for _, e := range m.Examples {
			_, line, ok := strings.Cut(e.Command, "proto "+m.Name)
			line, _, _ = strings.Cut(line, "|")
			if !ok {
				t.Errorf("%q is no example of %s", e.Command, m.Name)
			}
			for _, flag := range regexp.MustCompile(` (--?[a-z][a-z0-9-]*)`).FindAllStringSubmatch(line, -1) {
				if !slices.Contains(names, flag[1]) {
					t.Errorf("%q: there is no %s", e.Command, flag[1])
				}
			}
		}
		for name := range m.Words {
			if name != "" && !slices.Contains(names, "--"+name) {
				t.Errorf("%s has words for --%s, which is no flag", m.Name, name)
			}
		}
	}
}

// TestManTellsOfAllFlags: each flag of each command stands in its page.
func TestManTellsOfAllFlags(t *testing.T) {
	page := func(args ...string) string {
		var out bytes.Buffer
		if code := run(&modes.Process{Args: append([]string{"man"}, args...), Out: &out, Err: &out}); code != modes.ExitDone {
			t.Fatalf("exit code %d: %s", code, out.String())
		}
		return out.String()
	}
	all, ofRepl := page(), page("repl")
	for _, m := range everyMode(&modes.Process{}) {
		_, part, found := strings.Cut(all, ".Ss \"proto "+m.Name+"\"\n")
		if found == m.Hidden {
			t.Errorf("proto %s: %v", m.Name, found)
		}
		part, _, _ = strings.Cut(part, "\n.S")
		for _, g := range modes.FlagGroups(m.Command) {
			for _, f := range g.Flags {
				form := " Fl " + strings.ReplaceAll(f.Names[0][1:], "-", `\-`)
				if !strings.Contains(part, form+" ") && !strings.Contains(part, form+"\n") {
					t.Errorf("proto(1) does not tell of %s %s", m.Name, f.Names[0])
				}
				if m.Name == "repl" && !strings.Contains(ofRepl, form) {
					t.Errorf("proto-repl(1) does not tell of %s", f.Names[0])
				}
			}
		}
	}
}
