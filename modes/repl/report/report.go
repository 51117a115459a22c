// Package report writes what came of a run of test scripts, for foreign tools to read.
//
// "tap" is the Test Anything Protocol, version 13, which every harness reads: prove of Perl 5.36 refuses version 14. Its
// YAML blocks hold what failed. Of version 14 it has the escapes \# and \\ in descriptions and reasons; a harness of
// version 13 shows them as they are. A `should` that was not met is a TODO test, which no harness counts as a failure. A
// test that did not run has no line; that the run was interrupted is said by `Bail out!`.
//
// "junit" is the XML that Jenkins, GitLab and GitHub actions read, one testsuite a script file, valid by the schema
// junit-10.xsd of Jenkins' xunit plugin. That plugin refuses a file and a line at a testcase, so that the file stands at
// the testsuite and FILE:LINE above the text of a failure. A `should` that was not met and a test that did not run are
// skipped.
//
// "json" is one object. Its members, all always there:
//
//	version      of the program that ran the tests
//	target       the address that was tested
//	start        RFC 3339, in UTC, with microseconds
//	seconds      how long the run took
//	interrupted  true or false
//	passed, failed, skipped, unmet, not_run
//	             how many of the cases; together all of them
//	cases        an array of objects, in the order of the run:
//	  id         "4.2/2"
//	  title      "a good token of another session is refused"
//	  level      "must" or "should"
//	  file, line where the test stands
//	  outcome    "passed", "failed", "skipped", "not_run", or "unmet": a should that failed, which is no failure
//	  why        the reason to skip it, or ""
//	  message    what failed, in one line, or ""
//	  details    what failed, in many lines, or ""
//	  seconds    how long the test took
//
// JSON says each text exactly. In the other formats what is not printable shows as an escape such as \x1b. In all of them
// U+FFFD stands for what is not UTF-8.
package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// An Outcome is what came of one test.
type Outcome uint8

// The outcomes.
const (
	Passed  Outcome = iota
	Failed          // a must, or a should under --strict
	Skipped         // on purpose: Why says the reason
	Unmet           // a should that failed without --strict; not a failure
	NotRun          // interrupted before it ran
)

// String is the outcome's name in JSON.
func (o Outcome) String() string {
	switch o {
	case Passed:
		return "passed"
	case Failed:
		return "failed"
	case Skipped:
		return "skipped"
	case Unmet:
		return "unmet"
	case NotRun:
		return "not_run"
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// A Case is one test. Its texts may hold anything, what a peer sent included.
type Case struct {
	ID      string // "4.2/2"
	Title   string
	File    string
	Line    int
	Should  bool // not a must
	Outcome Outcome
	Why     string // of Skipped: the reason
	Message string // of Failed and Unmet: one line
	Details string // of Failed and Unmet: the source line, wanted, got, the exchange
	Took    time.Duration
}

// name is what people call the test.
func (c *Case) name() string { return strings.TrimSpace(c.ID + " " + c.Title) }

func (c *Case) level() string {
	if c.Should {
		return "should"
	}
	return "must"
}

// A Run is all that was asked for at once.
type Run struct {
	Target      string // an address
	Start       time.Time
	Took        time.Duration
	Cases       []Case
	Interrupted bool
	Version     string
}

// Counts says how many cases had which outcome.
func (r *Run) Counts() (passed, failed, skipped, unmet, notRun int) {
	var n [NotRun + 1]int
	for i := range r.Cases {
		n[r.Cases[i].Outcome]++
	}
	return n[Passed], n[Failed], n[Skipped], n[Unmet], n[NotRun]
}

// Summary is the run in a line: "62 passed, 0 failed, 3 skipped".
func (r *Run) Summary() string {
	passed, failed, skipped, _, _ := r.Counts()
	return fmt.Sprintf("%d passed, %d failed, %d skipped", passed, failed, skipped)
}

// interrupted holds, too, where only the cases tell it.
func (r *Run) interrupted() bool {
	_, _, _, _, notRun := r.Counts()
	return r.Interrupted || notRun > 0
}

// Formats are the names that Write takes.
func Formats() []string { return []string{"tap", "junit", "json"} }

// Write writes the run in a format, by a single call of w.Write.
func Write(w io.Writer, format string, r *Run) error {
	var b bytes.Buffer
	var err error
	switch format {
	case "tap":
		writeTAP(&b, r)
	case "junit":
		err = writeJUnit(&b, r)
	case "json":
		err = writeJSON(&b, r)
	default:
		err = fmt.Errorf("no report format is called %q: there are %s", format, strings.Join(Formats(), ", "))
	}
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}
