package repl

import (
	"fmt"
	"regexp"
	"strings"

	"proto/modes/repl/report"
)

// summary is the table of clauses, if the ids are such, and the tally.
func summary(run *report.Run) (lines []string) {
	if table := clauseTable(run.Cases); len(table) > 0 {
		lines = append(append([]string{""}, table...), "")
	}
	_, _, _, unmet, notRun := run.Counts()
	if unmet > 0 {
		lines = append(lines, counted(unmet, "should")+" not met; --strict makes them failures")
	}
	if notRun > 0 {
		lines = append(lines, counted(notRun, "test")+" did not run")
	}
	return append(lines, run.Summary())
}

// clause is the form of an id that stands for a clause of a specification.
var clause = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)*)(?:/.*)?$`)

// tally is what came of the tests of one clause.
type tally struct{ passed, failed, unmet, untested int }

// clauseTable has a row for each clause, if there are two at least.
func clauseTable(cases []report.Case) []string {
	tallies := make(map[string]*tally)
	var order []string
	unmet := false
	for _, c := range cases {
		m := clause.FindStringSubmatch(c.ID)
		if m == nil {
			return nil
		}
		t := tallies[m[1]]
		if t == nil {
			t = &tally{}
			tallies[m[1]] = t
			order = append(order, m[1])
		}
		unmet = t.count(c.Outcome) || unmet
	}
	if len(order) < 2 {
		return nil
	}
	rows := [][]string{{"clause", "passed", "failed", "not tested"}}
	if unmet {
		rows[0] = append(rows[0], "should not met")
	}
	for _, name := range order {
		t := tallies[name]
		row := []string{name, number(t.passed), number(t.failed), number(t.untested)}
		if unmet {
			row = append(row, number(t.unmet))
		}
		rows = append(rows, row)
	}
	return rightAligned(rows)
}

func (t *tally) count(o report.Outcome) (unmet bool) {
	switch o {
	case report.Passed:
		t.passed++
	case report.Failed:
		t.failed++
	case report.Unmet:
		t.unmet++
		return true
	default:
		t.untested++
	}
	return false
}

// number leaves a zero out: the eye finds what is left.
func number(n int) string {
	if n == 0 {
		return "·"
	}
	return fmt.Sprint(n)
}

// rightAligned sets all columns but the first to the right.
func rightAligned(rows [][]string) (lines []string) {
	for _, row := range rows {
		var b strings.Builder
		fmt.Fprintf(&b, "%-8s", row[0])
		for i, cell := range row[1:] {
			fmt.Fprintf(&b, "  %*s", len([]rune(rows[0][i+1])), cell)
		}
		lines = append(lines, b.String())
	}
	return lines
}
