package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// The elements, with the attributes that junit-10.xsd allows and no others.
type (
	testsuites struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Time     string `xml:"time,attr"`
		Suites   []*testsuite
	}
	testsuite struct {
		XMLName    xml.Name   `xml:"testsuite"`
		Name       string     `xml:"name,attr"`
		Tests      int        `xml:"tests,attr"`
		Failures   int        `xml:"failures,attr"`
		Errors     int        `xml:"errors,attr"`
		Skipped    int        `xml:"skipped,attr"`
		Time       string     `xml:"time,attr"`
		Timestamp  string     `xml:"timestamp,attr"`
		File       string     `xml:"file,attr"`
		Properties []property `xml:"properties>property"`
		Cases      []testcase

		took time.Duration
	}
	property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	testcase struct {
		XMLName   xml.Name `xml:"testcase"`
		Classname string   `xml:"classname,attr"`
		Name      string   `xml:"name,attr"`
		Time      string   `xml:"time,attr"`
		Failure   *failure
		Skipped   *skipped
	}
	failure struct {
		message, level, text string
	}
	skipped struct {
		XMLName xml.Name `xml:"skipped"`
		Message string   `xml:"message,attr"`
	}
)

// MarshalXML keeps the line breaks of the text, which the encoder by itself writes as &#xA;.
func (f *failure) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	start.Name.Local = "failure"
	start.Attr = []xml.Attr{{Name: xml.Name{Local: "message"}, Value: f.message}, {Name: xml.Name{Local: "type"}, Value: f.level}}
	for _, token := range []xml.Token{start, xml.CharData(f.text), start.End()} {
		if err := e.EncodeToken(token); err != nil {
			return err
		}
	}
	return nil
}

func writeJUnit(b *bytes.Buffer, r *Run) error {
	_, failed, _, _, _ := r.Counts()
	all := testsuites{Name: "proto", Tests: len(r.Cases), Failures: failed, Time: seconds(r.Took), Suites: suitesOf(r)}
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := e.EncodeElement(all, xml.StartElement{Name: xml.Name{Local: "testsuites"}}); err != nil {
		return err
	}
	b.WriteByte('\n')
	return nil
}

// suitesOf groups the cases by file, in the order of each file's first.
func suitesOf(r *Run) []*testsuite {
	var suites []*testsuite
	of := map[string]*testsuite{}
	for i := range r.Cases {
		c := &r.Cases[i]
		s := of[c.File]
		if s == nil {
			s = newSuite(r, c.File)
			of[c.File] = s
			suites = append(suites, s)
		}
		s.add(c)
	}
	return suites
}

func newSuite(r *Run, file string) *testsuite {
	return &testsuite{
		Name: line(file), File: line(file),
		Time: seconds(0),
		// Ant's schema has no place for a zone.
		Timestamp:  r.Start.UTC().Format("2006-01-02T15:04:05"),
		Properties: []property{{"target", line(r.Target)}, {"version", line(r.Version)}},
	}
}

func (s *testsuite) add(c *Case) {
	t := testcase{Classname: classname(c.File), Name: line(c.name()), Time: seconds(c.Took)}
	switch c.Outcome {
	case Failed:
		text := fmt.Sprintf("%s:%d\n%s\n", line(c.File), c.Line, block(c.Details))
		t.Failure = &failure{message: line(c.Message), level: c.level(), text: text}
		s.Failures++
	case Skipped:
		t.Skipped = &skipped{Message: line(c.Why)}
	case Unmet:
		t.Skipped = &skipped{Message: "should: " + line(c.Message)}
	case NotRun:
		t.Skipped = &skipped{Message: "not run: interrupted"}
	}
	if t.Skipped != nil {
		s.Skipped++
	}
	s.Tests++
	s.took += max(c.Took, 0)
	s.Time = seconds(s.took)
	s.Cases = append(s.Cases, t)
}

// classname is a file as a class of Java, as Jenkins takes it apart at the dots: scripts/tokens.proto is scripts.tokens.
// It is never empty, for GitLab shows it as the name of the suite.
func classname(file string) string {
	name := path.Clean(filepath.ToSlash(file))
	name = strings.TrimSuffix(name, path.Ext(name))
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		if strings.Trim(part, ".") != "" {
			parts = append(parts, strings.ReplaceAll(part, ".", "_"))
		}
	}
	if len(parts) == 0 {
		return "script"
	}
	return line(strings.Join(parts, "."))
}
