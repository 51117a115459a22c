package report

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// perlReads prints a line for each test that TAP::Parser finds, for what it does not know, and for each error.
const perlReads = `
use TAP::Parser;
local $/;
my $p = TAP::Parser->new({tap => scalar <STDIN>});
while (my $r = $p->next) {
	print "test ", $r->number, $r->is_ok ? " ok" : " not ok", $r->has_skip ? " skip" : "", $r->has_todo ? " todo" : "", "\n" if $r->is_test;
	print "bailout ", $r->explanation, "\n" if $r->is_bailout;
	print "unknown ", $r->as_string, "\n" if $r->is_unknown || $r->is_comment;
	print "yaml ", join(" ", sort keys %{$r->data}), "\n" if $r->is_yaml;
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

func perlWants(r *Run) string {
	var b strings.Builder
	for i := range r.Cases {
		c := &r.Cases[i]
		words := map[Outcome]string{Passed: " ok", Failed: " not ok", Skipped: " ok skip", Unmet: " ok todo"}
		if c.Outcome == NotRun {
			continue
		}
		fmt.Fprintf(&b, "test %d%s\n", i+1, words[c.Outcome])
		if c.Outcome == Failed || c.Outcome == Unmet {
			details := "details "
			if block(c.Details) == "" {
				details = ""
			}
			fmt.Fprintf(&b, "yaml %sduration_ms file line message\n", details)
		}
	}
	return b.String() + "bailout interrupted\n"
}
