package repl

import (
	"context"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"proto/modes"
	"proto/modes/repl/report"
	"proto/scripts"
)

// patience is for answers that come: a busy machine may take its time. brief is for
// those that never do.
const (
	patience = 5 * time.Second
	brief    = 500 * time.Millisecond
)

// conform runs the suite against a double, without the command line: the flag
// library keeps state that tests in parallel would race for.
func conform(t *testing.T, d *double, vars map[string]string, jobs int, timeout time.Duration, only ...string) []report.Case {
	t.Helper()
	o := &options{address: d.Addr, mac: "f8:94:c2:02:86:ee", timeout: timeout, vars: vars}
	p := newRig(t, "", nil).process
	w := o.newWorld(p)
	w.trust.CAFile, w.login, w.known = d.CAFile, modes.Login{User: d.User, Password: d.Password}, true
	done, err := w.prepareTLS()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	s := newSuite()
	if err := s.load("conformance", scripts.Files(), nil); err != nil || len(s.errs) > 0 {
		t.Fatal(err, s.errs)
	}
	cases, err := s.selected(only)
	if err != nil {
		t.Fatal(err)
	}
	nothing := &screen{out: io.Discard}
	r := &runner{world: w, suite: s, cases: cases, jobs: jobs, strict: true, screen: nothing, aside: nothing}
	run, err := r.run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return run.Cases
}

// TestConformance: the program's own server passes every test of the suite.
func TestConformance(t *testing.T) {
	r := newRig(t, "", nil, "local", "-f", "conformance", "--strict", "--jobs", "4")
	if code := r.run(); code != 0 || !strings.HasSuffix(r.out.String(), " passed, 0 failed, 0 skipped\n") {
		t.Errorf("exit code %d\n%s%s", code, r.out.String(), r.err.String())
	}
	if n := strings.Count(r.out.String(), "\n✓ "); n < 100 {
		t.Errorf("%d tests", n)
	}
}

// TestConformanceOfGood: so does the server that others break rules of.
func TestConformanceOfGood(t *testing.T) {
	for _, c := range conform(t, startBroken(t, "good"), nil, 4, patience) {
		if c.Outcome != report.Passed {
			t.Errorf("%s %s: %v: %s", c.ID, c.Title, c.Outcome, c.Message)
		}
	}
}

// TestConformanceOfReference: the reference server passes every must, and no
// should that is not skipped for it fails.
func TestConformanceOfReference(t *testing.T) {
	got := conform(t, startReference(t), map[string]string{"server": "reference"}, 1, patience)
	musts := 0
	for _, c := range got {
		if !c.Should {
			musts++
		}
		if c.Outcome != report.Passed && (!c.Should || c.Outcome != report.Skipped) {
			t.Errorf("%s %s: %v: %s", c.ID, c.Title, c.Outcome, c.Message)
		}
	}
	if musts < 45 {
		t.Errorf("%d musts", musts)
	}
}

// brokenFailure is what fails of a server that breaks a rule: a test, and how the
// reason begins that it gives.
type brokenFailure struct{ rule, test, reason string }

func brokenFailures() []brokenFailure {
	return []brokenFailure{
		{"second-frame-in-a-write-lost", "1/3", `wanted DATA_RESPONSE, got nothing`},
		{"split-frame-refused", "1/4", `connection main is closed: the server closed the connection`},
		{"hello-ack-without-token", "2.1/1", `wanted token matching ^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$, got token nothing`},
		{"keys-as-strings", "2.1/1", `wanted key1 number > 0, got key1 string (hidden)`},
		{"session-id-as-string", "2.1/1", `wanted sessionId number >= 1, got sessionId string`},
		{"flag-true-in-lower-case", "2.1/1", `wanted isAuthencatedUser string "True", got isAuthencatedUser string "true"`},
		{"flag-true-as-boolean", "2.1/1", `wanted isAuthencatedUser string "True", got isAuthencatedUser boolean true`},
		{"flag-spelled-right", "2.1/1", `wanted isAuthencatedUser string "True", got isAuthencatedUser nothing`},
		{"sequesce-spelled-right", "2.1/1", `wanted sequesce number 1, got sequesce nothing`},
		{"response-without-session", "2.1/2", `wanted sessionId number`},
		{"data-as-string", "2.1/2", `wanted data number > 0, got data string "`},
		{"close-sequesce-0", "2.1/3", `wanted sequesce number 2, got sequesce number 0`},
		{"reason-on-the-wire", "2.1/3", `wanted no reason, got reason string "wrong token"`},
		{"flag-false-in-upper-case", "2.1/4", `wanted isAuthencatedUser string "false", got isAuthencatedUser string "False"`},
		{"flag-false-as-boolean", "2.1/4", `wanted isAuthencatedUser string "false", got isAuthencatedUser boolean false`},
		{"hello-ack-sequesce-1", "2.1/5", `wanted sequesce number 5, got sequesce number 1`},
		{"sequesce-counts-answers", "2.1/5", `wanted sequesce number 7, got sequesce number 2`},
		{"sequence-through-float", "2.1/6", `wanted sequesce number`},
		{"other-case-accepted", "2.1/9", `wanted DATA_RESPONSE, got CLOSE`},
		{"member-twice-accepted", "2.1/10", `wanted CLOSE, got DATA_RESPONSE`},
		{"literal-refused", "2.2/2", `wanted DATA_RESPONSE, got CLOSE`},
		{"mixed-spellings-refused", "2.2/3", `wanted DATA_RESPONSE, got CLOSE`},
		{"hex-escape-refused", "2.2/5", `wanted DATA_RESPONSE, got CLOSE`},
		{"white-space-refused", "2.2/7", `wanted silence for 30ms, got CLOSE`},
		{"large-frame-accepted", "2.3/2", `wanted CLOSE, got DATA_RESPONSE`},
		{"large-frame-ends-server", "2.3/3", `wanted silence for 30ms, got the server closed the connection`},
		{"wrong-login-without-flag", "3.1/2", `wanted isAuthencatedUser string "false", got isAuthencatedUser nothing`},
		{"wrong-password-accepted", "3.1/2", `wanted CLOSE, got HELLO_ACK`},
		{"wrong-user-accepted", "3.1/4", `wanted CLOSE, got HELLO_ACK`},
		{"session-ids-repeat", "3.1/6", `wanted sessionId other than`},
		{"token-shared", "3.1/10", `wanted token other than (hidden), got token string (hidden)`},
		{"response-of-another-type", "3.2/1", `wanted DATA_RESPONSE, got DATA`},
		{"sequence-order-enforced", "3.2/3", `wanted DATA_RESPONSE, got CLOSE`},
		{"sequence-string-refused", "3.2/4", `wanted DATA_RESPONSE, got CLOSE`},
		{"sequence-string-echoed-as-number", "3.2/4", `wanted sequesce string "7", got sequesce number 7`},
		{"retransmission-refused", "3.2/5", `wanted DATA_RESPONSE, got CLOSE`},
		{"retransmission-answered-afresh", "3.2/5", `wanted data number`},
		{"retransmission-of-any-sequence", "3.2/6", `wanted data other than`},
		{"retransmission-in-either-spelling", "3.2/7", `wanted sequesce string "2", got sequesce number 2`},
		{"session-tied-to-connection", "3.2/8", `wanted DATA_RESPONSE, got CLOSE`},
		{"another-address-than-the-session's-with-flag", "3.2/9", `wanted no isAuthencatedUser, got isAuthencatedUser string "false"`},
		{"another-address-than-the-session's-stays", "3.2/9", `wanted that the server closes the connection, got nothing`},
		{"address-not-checked", "3.2/9", `wanted CLOSE, got DATA_RESPONSE`},
		{"key-changes-with-each", "3.3/1", `wanted no key1, got key1 number (hidden)`},
		{"key-changes-with-9th", "3.3/1", `wanted no key1, got key1 number (hidden)`},
		{"key-never-changes", "3.3/1", `wanted key1 number > 0, got key1 nothing`},
		{"key-changes-by-sequence", "3.3/3", `wanted no key1, got key1 number (hidden)`},
		{"retransmission-counted", "3.3/4", `wanted no key1, got key1 number (hidden)`},
		{"key2-differs", "3.3/5", `wanted key2 number (hidden), got key2 number (hidden)`},
		{"key1-shared", "3.3/6", `wanted key1 other than (hidden), got key1 number (hidden)`},
		{"close-keeps-connection", "3.4/1", `wanted that the server closes the connection, got nothing`},
		{"close-answered", "3.4/1", `wanted that the server closes the connection, got CLOSE`},
		{"close-leaves-session", "3.4/3", `wanted CLOSE, got DATA_RESPONSE`},
		{"close-ends-other-sessions", "3.4/4", `wanted DATA_RESPONSE, got CLOSE`},
		{"close-needs-isConnectionClose", "3.4/5", `wanted that the server closes the connection, got CLOSE`},
		{"isConnectionClose-closes", "3.4/6", `wanted DATA_RESPONSE, got the server closed the connection`},
		{"data-not-shifted", "4.1/3", `wanted text matching ^[a-z]{8}$, got text`},
		{"key2-not-shifted", "4.2/1", `wanted text matching ^[a-z]{8}$, got text`},
		{"key1-not-shifted", "4.2/1", `wanted text matching ^[a-z]{8}$, got text`},
		{"cfb-of-128-bits", "4.2/1", `wanted text matching ^[a-z]{8}$, got text`},
		{"data-not-padded", "4.2/1", `wanted text matching ^[a-z]{8}$, got text`},
		{"data-through-float", "4.2/1", `wanted text matching ^[a-z]{8}$, got text`},
		{"cipher-restarts-at-iv", "4.2/2", `wanted text matching ^[a-z]{8}$, got text`},
		{"new-key-keeps-register", "4.2/3", `wanted text matching ^[a-z]{8}$, got text`},
		{"new-key-comes-late", "4.2/3", `wanted text matching ^[a-z]{8}$, got text`},
		{"data-loses-zero", "4.3/1", `wanted data number >=`},
		{"key1-loses-zero", "4.3/2", `wanted key1 number >=`},
		{"second-hello-replaces-key", "4.4/1", `wanted text matching ^[a-z]{8}$, got text`},
		{"wrong-login-stays", "5.1/1", `wanted that the server closes the connection, got nothing`},
		{"incomplete-HELLO-without-flag", "5.1/2", `wanted isAuthencatedUser string "false", got isAuthencatedUser nothing`},
		{"incomplete-HELLO-stays", "5.1/2", `wanted that the server closes the connection, got nothing`},
		{"hello-without-mac-accepted", "5.1/2", `wanted CLOSE, got HELLO_ACK`},
		{"hello-without-sequence-accepted", "5.1/3", `wanted CLOSE, got HELLO_ACK`},
		{"hello-null-password-accepted", "5.1/4", `wanted CLOSE, got HELLO_ACK`},
		{"no-session-and-no-HELLO-without-flag", "5.1/7", `wanted isAuthencatedUser string "false", got isAuthencatedUser nothing`},
		{"no-session-and-no-HELLO-stays", "5.1/7", `wanted that the server closes the connection, got nothing`},
		{"other-type-logs-in", "5.1/7", `wanted CLOSE, got HELLO_ACK`},
		{"HELLO-names-a-session-with-flag", "5.1/8", `wanted no isAuthencatedUser, got isAuthencatedUser string "false"`},
		{"hello-naming-session-accepted", "5.1/8", `wanted CLOSE, got HELLO_ACK`},
		{"HELLO-names-a-session-stays", "5.1/9", `wanted that the server closes the connection, got nothing`},
		{"second-hello-ends-session", "5.1/10", `wanted DATA_RESPONSE, got CLOSE`},
		{"second-hello-refused", "5.1/10", `wanted HELLO_ACK, got CLOSE`},
		{"no-such-session-without-flag", "5.2/1", `wanted isAuthencatedUser string "false", got isAuthencatedUser nothing`},
		{"sessions-numbered-from-0", "5.2/2", `wanted CLOSE, got DATA_RESPONSE`},
		{"string-session-id-accepted", "5.2/3", `wanted CLOSE, got DATA_RESPONSE`},
		{"no-such-session-stays", "5.2/5", `wanted that the server closes the connection, got nothing`},
		{"true-session-id-accepted", "5.2/5", `wanted CLOSE, got DATA_RESPONSE`},
		{"real-session-id-accepted", "5.2/6", `wanted CLOSE, got DATA_RESPONSE`},
		{"refusal-ends-session", "5.2/7", `wanted DATA_RESPONSE, got CLOSE`},
		{"token-missing-accepted", "5.3/1", `wanted CLOSE, got DATA_RESPONSE`},
		{"wrong-token-with-flag", "5.3/2", `wanted no isAuthencatedUser, got isAuthencatedUser string "false"`},
		{"token-not-checked", "5.3/2", `wanted CLOSE, got DATA_RESPONSE`},
		{"token-unsigned-accepted", "5.3/4", `wanted CLOSE, got DATA_RESPONSE`},
		{"token-signature-not-checked", "5.3/6", `wanted CLOSE, got DATA_RESPONSE`},
		{"token-of-another-session-accepted", "5.3/7", `wanted CLOSE, got DATA_RESPONSE`},
		{"wrong-token-stays", "5.3/8", `wanted that the server closes the connection, got nothing`},
		{"unknown-type-with-flag", "5.4/1", `wanted no isAuthencatedUser, got isAuthencatedUser string "false"`},
		{"unknown-type-stays", "5.4/1", `wanted that the server closes the connection, got nothing`},
		{"unknown-type-answered", "5.4/1", `wanted CLOSE, got DATA_RESPONSE`},
		{"close-with-bad-token-unanswered", "5.4/3", `wanted CLOSE, got the server closed the connection`},
		{"close-with-bad-token-ends-session", "5.4/4", `wanted DATA_RESPONSE, got CLOSE`},
		{"wrong-sequence-with-flag", "5.5/1", `wanted no isAuthencatedUser, got isAuthencatedUser string "false"`},
		{"sequence-null-answered", "5.5/1", `wanted CLOSE, got DATA_RESPONSE`},
		{"sequence-text-answered", "5.5/2", `wanted CLOSE, got DATA_RESPONSE`},
		{"wrong-sequence-stays", "5.5/3", `wanted that the server closes the connection, got nothing`},
		{"wrong-sequence-with-session", "5.5/3", `wanted no sessionId, got sessionId number`},
		{"wrong-sequence-echoed", "5.5/3", `wanted sequesce number 0, got sequesce string "x"`},
		{"sequence-real-answered", "5.5/4", `wanted CLOSE, got DATA_RESPONSE`},
		{"sequence-boolean-answered", "5.5/5", `wanted CLOSE, got DATA_RESPONSE`},
		{"sequence-missing-answered", "5.5/6", `wanted CLOSE, got DATA_RESPONSE`},
		{"sequence-long-text-answered", "5.5/7", `wanted CLOSE, got DATA_RESPONSE`},
		{"no-frame-with-flag", "5.6/1", `wanted no isAuthencatedUser, got isAuthencatedUser string "false"`},
		{"no-frame-unanswered", "5.6/1", `wanted CLOSE, got the server closed the connection`},
		{"not-a-frame-of-the-protocol-with-flag", "5.6/3", `wanted no isAuthencatedUser, got isAuthencatedUser string "false"`},
		{"not-a-frame-of-the-protocol-stays", "5.6/3", `wanted that the server closes the connection, got nothing`},
		{"no-frame-ends-server", "5.6/6", `wanted silence for 30ms, got the server closed the connection`},
	}
}

// TestConformanceOfBroken: of a server that breaks one rule the test of that rule
// fails, for the reason that it is broken. (The good one of these servers passes
// the whole suite.)
func TestConformanceOfBroken(t *testing.T) {
	failures := brokenFailures()
	for _, rule := range brokenRules()[1:] {
		i := slices.IndexFunc(failures, func(f brokenFailure) bool { return f.rule == rule.name })
		if i < 0 {
			t.Errorf("no test is known to fail for %s: %s", rule.name, rule.breaks)
			continue
		}
		want := failures[i]
		failures = slices.Delete(failures, i, i+1)
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			timeout := patience
			if strings.HasSuffix(want.reason, "got nothing") {
				timeout = brief // it will be waited for
			}
			for _, c := range conform(t, startBroken(t, rule.name), nil, 1, timeout, want.test) {
				if c.ID == want.test && (c.Outcome == report.Passed || !strings.HasPrefix(c.Message, want.reason)) {
					t.Errorf("%s %s: %v: %s", c.ID, c.Title, c.Outcome, c.Message)
				}
			}
		})
	}
	for _, f := range failures {
		t.Errorf("a row too many: %s", f.rule)
	}
}

// TestClauses: each clause of the specification has tests, and each test is called
// by one. A section that has clauses has no tests of its own.
func TestClauses(t *testing.T) {
	clauses := make(map[string]int) // how many tests each has
	specification := read1(t, filepath.Join("..", "..", "wire", "doc.go"))
	for _, m := range regexp.MustCompile(`(?m)^// (# )?([0-9.]+) [A-Z]`).FindAllStringSubmatch(specification, -1) {
		section, _, inner := strings.Cut(m[2], ".")
		if clauses[m[2]] = 0; inner {
			delete(clauses, section)
		}
	}
	s := newSuite()
	if err := s.load("conformance", scripts.Files(), nil); err != nil || len(clauses) == 0 {
		t.Fatal(err, clauses)
	}
	for _, c := range s.cases {
		clause, _, _ := strings.Cut(c.id, "/")
		if _, ok := clauses[clause]; !ok {
			t.Errorf("test %s: the specification has no clause %s", c.id, clause)
		}
		clauses[clause]++
	}
	for clause, tests := range clauses {
		if tests == 0 {
			t.Errorf("clause %s has no test", clause)
		}
	}
}

// TestAttacks: none of the attacks succeeds against the program's own server.
func TestAttacks(t *testing.T) {
	r := newRig(t, "", nil, "local", "-f", "attacks", "--jobs", "4")
	if code := r.run(); code != 0 || !strings.HasSuffix(r.out.String(), " passed, 0 failed, 0 skipped\n") {
		t.Errorf("exit code %d\n%s%s", code, r.out.String(), r.err.String())
	}
}
