package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// A document is a TAP document, without what Write never writes: subtests, pragmas, comments.
type document struct {
	planned int
	reason  string // of a plan of none
	points  []point
	bailed  bool
	bailOut string
}

type point struct {
	ok                bool
	number            int
	description       string
	directive, reason string
	yaml              []string // nil: no block
}

// parseTAP follows the grammar of the specification; a line that it calls Anything is an error.
func parseTAP(s string) (*document, error) {
	var (
		plan    = regexp.MustCompile(`^1\.\.([0-9]+)(?: # (.+))?$`)
		test    = regexp.MustCompile(`^(not )?ok(?: ([0-9]+))?(?:(?: -)?( .*))?$`)
		bailOut = regexp.MustCompile(`(?i)^bail out!(?: (.+))?$`)
	)
	if !utf8.ValidString(s) || !strings.HasSuffix(s, "\n") {
		return nil, fmt.Errorf("not lines of UTF-8")
	}
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	if len(lines) < 2 || lines[0] != "TAP version 13" {
		return nil, fmt.Errorf("no version")
	}
	m := plan.FindStringSubmatch(lines[1])
	if m == nil {
		return nil, fmt.Errorf("no plan: %q", lines[1])
	}
	d := &document{reason: m[2]}
	d.planned, _ = strconv.Atoi(m[1])
	for i := 2; i < len(lines); i++ {
		if d.bailed {
			return nil, fmt.Errorf("%q after Bail out!", lines[i])
		}
		if m := bailOut.FindStringSubmatch(lines[i]); m != nil {
			d.bailed, d.bailOut = true, unescape(m[1])
			continue
		}
		m := test.FindStringSubmatch(lines[i])
		if m == nil {
			return nil, fmt.Errorf("line %d is not TAP: %q", i+1, lines[i])
		}
		p := point{ok: m[1] == ""}
		p.number, _ = strconv.Atoi(m[2])
		p.description, p.directive, p.reason = directive(m[3])
		if i+1 < len(lines) && lines[i+1] == "  ---" {
			p.yaml = []string{}
			for i += 2; lines[i] != "  ..."; i++ {
				body, ok := strings.CutPrefix(lines[i], "  ")
				if !ok || i+1 == len(lines) {
					return nil, fmt.Errorf("line %d ends no block: %q", i+1, lines[i])
				}
				p.yaml = append(p.yaml, body)
			}
		}
		d.points = append(d.points, p)
	}
	return d, nil
}

// directive splits at the first # that is not escaped and stands between blanks, if a directive follows.
func directive(rest string) (description, name, reason string) {
	known := regexp.MustCompile(`(?i)^# (SKIP|TODO)\S*(?:\s+(.*))?$`)
	for i := 0; i < len(rest); i++ {
		if rest[i] == '\\' {
			i++
		} else if strings.HasPrefix(rest[i:], " # ") {
			if m := known.FindStringSubmatch(rest[i+1:]); m != nil {
				return unescape(strings.TrimSpace(rest[:i])), strings.ToUpper(m[1]), unescape(m[2])
			}
			break
		}
	}
	return unescape(strings.TrimSpace(rest)), "", ""
}

func unescape(s string) string { return strings.NewReplacer(`\\`, `\`, `\#`, `#`).Replace(s) }

// parseYAML reads a map of scalars: in quotes, a number, or a literal block.
func parseYAML(lines []string) (map[string]string, error) {
	values := map[string]string{}
	for i := 0; i < len(lines); i++ {
		key, value, ok := strings.Cut(lines[i], ": ")
		if !ok || key == "" || values[key] != "" {
			return nil, fmt.Errorf("not a pair: %q", lines[i])
		}
		switch {
		case value == "|":
			var text strings.Builder
			for ; i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  "); i++ {
				if text.Len() == 0 && strings.TrimLeft(lines[i+1][2:], " \t") != lines[i+1][2:] {
					return nil, fmt.Errorf("how far is %q indented?", lines[i+1])
				}
				text.WriteString(lines[i+1][2:] + "\n")
			}
			value = text.String()
		case len(value) > 1 && value[0] == '\'' && value[len(value)-1] == '\'':
			inside := strings.ReplaceAll(value[1:len(value)-1], "''", "\x00")
			if strings.Contains(inside, "'") {
				return nil, fmt.Errorf("a quote inside %s", value)
			}
			value = strings.ReplaceAll(inside, "\x00", "'")
		default: // a number, or in double quotes, where what we write is the same in Go
			if _, err := strconv.ParseFloat(value, 64); err == nil {
				break
			}
			unquoted, err := strconv.Unquote(value)
			if err != nil {
				return nil, fmt.Errorf("%v: %s", err, value)
			}
			value = unquoted
		}
		values[key] = value
	}
	return values, nil
}

// checkTAP reads the run back from its TAP.
func checkTAP(t *testing.T, r *Run) {
	t.Helper()
	text := write(t, "tap", r)
	d, err := parseTAP(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	_, _, _, _, notRun := r.Counts()
	if d.planned != len(r.Cases) || len(d.points) != len(r.Cases)-notRun || d.bailed != (notRun > 0 || r.Interrupted) {
		t.Fatalf("planned %d, %d points, bailed out %v of %d cases", d.planned, len(d.points), d.bailed, len(r.Cases))
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' && r != '\t' }); i >= 0 {
		t.Errorf("unprintable at %d: %q", i, text)
	}
	if regexp.MustCompile(`(?m)^(not )?ok.*\{( # (SKIP|TODO).*)?$`).MatchString(text) {
		t.Errorf("tap-parser would see a subtest:\n%s", text)
	}
	points := d.points
	for i := range r.Cases {
		if r.Cases[i].Outcome != NotRun {
			checkPoint(t, &r.Cases[i], points[0], i+1)
			points = points[1:]
		}
	}
}

func checkPoint(t *testing.T, c *Case, p point, number int) {
	t.Helper()
	directives := map[Outcome]string{Skipped: "SKIP", Unmet: "TODO"}
	fails := c.Outcome == Failed || c.Outcome == Unmet
	if p.ok == fails || p.number != number || p.directive != directives[c.Outcome] || (p.yaml != nil) != fails {
		t.Fatalf("point %d is %+v of %+v", number, p, c)
	}
	if want := line(c.name()); unbraced(p.description) != unbraced(want) {
		t.Errorf("description %q, want %q", p.description, want)
	}
	if want := strings.TrimSpace(line(c.Why)); c.Outcome == Skipped && strings.TrimSpace(unbraced(p.reason)) != unbraced(want) {
		t.Errorf("reason %q, want %q", p.reason, want)
	}
	if !fails {
		return
	}
	values, err := parseYAML(p.yaml)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"message": line(c.Message), "file": line(c.File), "line": strconv.Itoa(c.Line)}
	if details := block(c.Details); details != "" {
		want["details"] = details + "\n"
	}
	for key, value := range want {
		if values[key] != value {
			t.Errorf("%s %q, want %q", key, values[key], value)
		}
	}
	if ms, err := strconv.ParseFloat(values["duration_ms"], 64); err != nil || ms < 0 || len(values) != len(want)+1 {
		t.Errorf("diagnostics %v", values)
	}
}

// unbraced undoes what is done for tap-parser at the end of a line.
func unbraced(s string) string {
	if head, ok := strings.CutSuffix(s, `\x7b`); ok {
		return head + "{"
	}
	return s
}

// TestParseTAP: the parser of these tests, by the examples of the specification's chapter on escapes.
func TestParseTAP(t *testing.T) {
	for rest, want := range map[string][3]string{
		` hello # todo`:                     {"hello", "TODO", ""},
		` hello \# todo`:                    {"hello # todo", "", ""},
		` hello # todo hash \# character`:   {"hello", "TODO", "hash # character"},
		` hello # todo hash # character`:    {"hello", "TODO", "hash # character"},
		` hello \\# todo`:                   {`hello \# todo`, "", ""},
		` hello # description # todo`:       {"hello # description # todo", "", ""},
		` hello \\\\\\\# todo`:              {`hello \\\# todo`, "", ""},
		` # SKIP no /sys directory`:         {"", "SKIP", "no /sys directory"},
		` Skipped: # skipped: only windows`: {"Skipped:", "SKIP", "only windows"},
	} {
		description, name, reason := directive(rest)
		if got := [3]string{description, name, reason}; got != want {
			t.Errorf("%s: %q, want %q", rest, got, want)
		}
	}
	for _, bad := range []string{
		"", "TAP version 14\n1..0\n", "TAP version 13\n", "TAP version 13\n2..3\n", "TAP version 13\n1..1\nwhat\n",
		"TAP version 13\n1..1\nnot ok 1\n  ---\n  a: 1\n", "TAP version 13\n1..1\nok 1", "TAP version 13\n1..1\nBail out!\nok 1\n",
	} {
		if d, err := parseTAP(bad); err == nil {
			t.Errorf("%q is %+v", bad, d)
		}
	}
}
