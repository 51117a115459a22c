package report

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// perlReads prints a line for each test that TAP::Parser finds, for each text of it,
// for what it does not know, and for each error. Texts are in hex.
const perlReads = `
use TAP::Parser;
local $/;
my $p = TAP::Parser->new({tap => scalar <STDIN>});
sub text { my $s = shift // ""; utf8::encode($s) if utf8::is_utf8($s); return unpack("H*", $s) }
while (my $r = $p->next) {
	print "test ", $r->number, $r->is_ok ? " ok" : " not ok", $r->has_skip ? " skip" : "", $r->has_todo ? " todo" : "", " ", text($r->description), "\n" if $r->is_test;
	print "bailout ", $r->explanation, "\n" if $r->is_bailout;
	print "unknown ", $r->as_string, "\n" if $r->is_unknown || $r->is_comment;
	print "yaml ", join(" ", map { $_ eq "duration_ms" ? $_ : $_ . "=" . text($r->data->{$_}) } sort keys %{$r->data}), "\n" if $r->is_yaml;
}
print "error $_\n" for $p->parse_errors;
`

// TestPerl: Perl's own parser finds what was written.
func TestPerl(t *testing.T) {
	if err := exec.Command("perl", "-MTAP::Parser", "-e", "1").Run(); err != nil {
		t.Skipf("perl with TAP::Parser is missing: %v", err)
	}
	// TAP::Parser ends at Bail out!, and calls what is missing an error.
	for name, r := range map[string]*Run{"sample": sample(), "hostile": hostileRun()} {
		cmd := exec.Command("perl", "-e", perlReads)
		cmd.Stdin = strings.NewReader(write(t, "tap", r))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		want := perlWants(r)
		if got := string(out); !strings.HasPrefix(got, want) || strings.Count(got[len(want):], "\n") != strings.Count(got[len(want):], "error ") {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
		}
	}
}

// perlWants is what perlReads prints. TAP::Parser leaves the escapes of a description
// as they are; that none is taken for a directive is what matters.
func perlWants(r *Run) string {
	var b strings.Builder
	for i := range r.Cases {
		c := &r.Cases[i]
		words := map[Outcome]string{Passed: " ok", Failed: " not ok", Skipped: " ok skip", Unmet: " ok todo"}
		if c.Outcome == NotRun {
			continue
		}
		description := ""
		if name := tapText(c.name()); name != "" {
			description = "- " + name
		}
		fmt.Fprintf(&b, "test %d%s %x\n", i+1, words[c.Outcome], description)
		if c.Outcome != Failed && c.Outcome != Unmet {
			continue
		}
		details := ""
		if text := block(c.Details); text != "" {
			// Its YAML reader takes a tab at the start of a line for a blank.
			details = fmt.Sprintf("details=%x ", strings.ReplaceAll(text+"\n", "\n\t", "\n "))
		}
		fmt.Fprintf(&b, "yaml %sduration_ms file=%x line=%x message=%x\n", details, line(c.File), strconv.Itoa(c.Line), line(c.Message))
	}
	return b.String() + "bailout interrupted\n"
}

// TestProve: the harness of Perl counts a must that failed, and neither a should that
// was not met nor a test that was skipped.
func TestProve(t *testing.T) {
	prove, err := exec.LookPath("prove")
	if err != nil {
		t.Skipf("prove is missing: %v", err)
	}
	r := sample()
	r.Interrupted = false
	r.Cases = r.Cases[:5]
	for want, cases := range map[string][]Case{"Result: FAIL": r.Cases, "Result: PASS": append(r.Cases[:1:1], r.Cases[2:]...), "Result: NOTESTS": nil} {
		file := filepath.Join(t.TempDir(), "run.tap")
		if err := os.WriteFile(file, []byte(write(t, "tap", &Run{Cases: cases})), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(prove, "--exec", "cat", file).CombinedOutput()
		if failed := want == "Result: FAIL"; (err != nil) != failed || !strings.Contains(string(out), want+"\n") ||
			failed && !strings.Contains(string(out), "Failed 1/5 subtests") {
			t.Errorf("want %s: %v\n%s", want, err, out)
		}
	}
}
