package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// An element of a document that was read.
type element struct {
	name     string
	attr     map[string]string
	text     string
	children []*element
}

// parseXML refuses what is not well-formed, and an attribute given twice, which encoding/xml takes.
func parseXML(s string) (*element, error) {
	root := &element{}
	open := []*element{root}
	for d := xml.NewDecoder(strings.NewReader(s)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				if _, twice := e.attr[a.Name.Local]; twice || a.Name.Space != "" {
					return nil, fmt.Errorf("attribute %v of %s", a.Name, e.name)
				}
				e.attr[a.Name.Local] = a.Value
			}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		case xml.ProcInst:
		default:
			return nil, fmt.Errorf("a %T", token)
		}
	}
	if len(root.children) != 1 {
		return nil, fmt.Errorf("%d roots", len(root.children))
	}
	return root.children[0], nil
}

// A rule is what junit-10.xsd says of an element.
type rule struct {
	required, optional []string // attributes
	children           []string // in any order and number
	mixed              bool
}

// schema is the part of junit-10.xsd in the xunit plugin of Jenkins, without elements of reruns.
func schema() map[string]rule {
	problem := rule{optional: []string{"type", "message"}, mixed: true}
	return map[string]rule{
		"testsuites": {optional: []string{"name", "time", "tests", "failures", "errors"}, children: []string{"testsuite"}},
		"testsuite": {
			required: []string{"name", "tests", "failures", "errors"},
			optional: []string{"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
			children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"},
		},
		"properties": {children: []string{"property"}},
		"property":   {required: []string{"name", "value"}},
		"testcase": {
			required: []string{"name"}, optional: []string{"time", "classname", "group"},
			children: []string{"skipped", "error", "failure", "system-out", "system-err"},
		},
		"failure": problem, "error": problem, "skipped": problem,
		"system-out": {mixed: true}, "system-err": {mixed: true},
	}
}

func (e *element) validate(schema map[string]rule) error {
	r, ok := schema[e.name]
	if !ok {
		return fmt.Errorf("element %s", e.name)
	}
	for _, name := range r.required {
		if _, ok := e.attr[name]; !ok {
			return fmt.Errorf("%s without %s", e.name, name)
		}
	}
	for name, value := range e.attr {
		if !slices.Contains(r.required, name) && !slices.Contains(r.optional, name) {
			return fmt.Errorf("%s with %s", e.name, name)
		}
		if name == "time" && !regexp.MustCompile(`^[0-9]+\.[0-9]{6}$`).MatchString(value) {
			return fmt.Errorf("time %s", value)
		}
	}
	if !r.mixed && strings.TrimSpace(e.text) != "" {
		return fmt.Errorf("%s with text %q", e.name, e.text)
	}
	for _, c := range e.children {
		if !slices.Contains(r.children, c.name) {
			return fmt.Errorf("%s in %s", c.name, e.name)
		}
		if err := c.validate(schema); err != nil {
			return err
		}
	}
	return nil
}

// find gives the descendants of a name, in order.
func (e *element) find(name string) []*element {
	var found []*element
	for _, c := range e.children {
		if c.name == name {
			found = append(found, c)
		}
		found = append(found, c.find(name)...)
	}
	return found
}

// checkJUnit reads the run back from its XML.
func checkJUnit(t *testing.T, r *Run) {
	t.Helper()
	text := write(t, "junit", r)
	root, err := parseXML(text)
	if err == nil {
		err = root.validate(schema())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' && r != '\t' }); i >= 0 {
		t.Errorf("unprintable at %d: %q", i, text)
	}
	checkNumbers(t, root, "tests", "testcase")
	checkNumbers(t, root, "failures", "failure")
	checkNumbers(t, root, "errors", "error")
	byFile := map[string][]*Case{}
	var files []string
	for i := range r.Cases {
		c := &r.Cases[i]
		if byFile[c.File] == nil {
			files = append(files, c.File)
		}
		byFile[c.File] = append(byFile[c.File], c)
	}
	suites := root.find("testsuite")
	if len(suites) != len(files) {
		t.Fatalf("%d testsuites for %d files", len(suites), len(files))
	}
	for i, s := range suites {
		checkNumbers(t, s, "tests", "testcase")
		checkNumbers(t, s, "failures", "failure")
		checkNumbers(t, s, "errors", "error")
		checkNumbers(t, s, "skipped", "skipped")
		cases := s.find("testcase")
		if s.attr["name"] != line(files[i]) || len(cases) != len(byFile[files[i]]) {
			t.Fatalf("testsuite %v", s.attr)
		}
		for j, c := range byFile[files[i]] {
			checkTestcase(t, c, cases[j])
		}
	}
}

// checkNumbers compares an attribute with the elements that it counts.
func checkNumbers(t *testing.T, e *element, attr, name string) {
	t.Helper()
	if want := strconv.Itoa(len(e.find(name))); e.attr[attr] != want {
		t.Errorf("%s says %s=%s, it has %s", e.name, attr, e.attr[attr], want)
	}
}

func checkTestcase(t *testing.T, c *Case, e *element) {
	t.Helper()
	if e.attr["name"] != line(c.name()) || e.attr["classname"] == "" {
		t.Errorf("testcase %v of %+v", e.attr, c)
	}
	want := map[Outcome]string{
		Failed: line(c.Message), Skipped: line(c.Why), Unmet: "should: " + line(c.Message), NotRun: "not run: interrupted",
	}
	if c.Outcome == Passed {
		if len(e.children) != 0 {
			t.Errorf("a %s in what passed", e.children[0].name)
		}
		return
	}
	if len(e.children) != 1 || e.children[0].attr["message"] != want[c.Outcome] {
		t.Fatalf("%+v of %+v", e.children, c)
	}
	child := e.children[0]
	if (child.name == "failure") != (c.Outcome == Failed) {
		t.Errorf("a %s of %+v", child.name, c)
	}
	if text := fmt.Sprintf("%s:%d\n%s\n", line(c.File), c.Line, block(c.Details)); c.Outcome == Failed && child.text != text {
		t.Errorf("text %q, want %q", child.text, text)
	}
}

func TestClassname(t *testing.T) {
	for file, want := range map[string]string{
		"scripts/tokens.proto": "scripts.tokens", "./a.b/c.d.proto": "a_b.c_d", "../x//y/../z.proto": "x.z", "/abs/t.proto": "abs.t",
		"tokens": "tokens", "": "script", ".": "script", "a\nb.proto": `a\nb`,
	} {
		if got := classname(file); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}
