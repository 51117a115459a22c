package scan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestNumbers: the number of a line in a prefix is told from one that stays, whoever else
// prints lines, and in any pieces.
func TestNumbers(t *testing.T) {
	frame := func(sequence int) []string {
		return strings.Split(fmt.Sprintf("x: {\n  \"header\": {},\n  \"data\": {\n    \"message-type\": \"CLOSE\",\n    \"sequesce\": %d\n  }\n}", sequence), "\n")
	}
	turns := func(prefix func(who, i int) string, frames ...[]string) (lines []string) {
		for i := range frames[0] {
			for who, f := range frames {
				lines = append(lines, prefix(who, i*len(frames)+who)+f[i])
			}
		}
		return lines
	}
	closes := func(streams ...string) (list []string) {
		for i, s := range streams {
			list = append(list, fmt.Sprintf(`frame  "CLOSE" %d [|%s||]`, i+1, s))
		}
		return list
	}
	three := [][]string{frame(1), frame(2), frame(3)}
	for name, test := range map[string]struct{ lines, want []string }{
		"one":               {turns(func(_, i int) string { return fmt.Sprintf("a.log:%d:", 9+i) }, frame(1)), closes("")},
		"a path":            {turns(func(_, i int) string { return fmt.Sprintf("/var/log/a-1.log:%d:", 99+i) }, frame(1)), closes("")},
		"with zeros":        {turns(func(_, i int) string { return fmt.Sprintf("%04d ", 95+i) }, frame(1)), closes("")},
		"in brackets":       {turns(func(_, i int) string { return fmt.Sprintf("[%d] 14:33:%02d ", 95+i, i) }, frame(1))[:7], []string{`frame  "CLOSE" 1 [14:33:00|||]`}},
		"three in turn":     {turns(func(who, i int) string { return fmt.Sprintf("a.log:%d:s-%d | ", 95+i, who) }, three...), closes("s-0", "s-1", "s-2")},
		"no number":         {turns(func(who, _ int) string { return fmt.Sprintf("s-%d | ", who) }, three...), closes("s-0", "s-1", "s-2")},
		"ports, one apart":  {turns(func(who, _ int) string { return fmt.Sprintf("10.0.0.1:%d: ", 40132+who) }, three...), closes("", "", "")},
		"ports, in reverse": {turns(func(who, _ int) string { return fmt.Sprintf("10.0.0.1:%d: ", 40132-who) }, three...), closes("", "", "")},
		"not by one":        {turns(func(_, i int) string { return fmt.Sprintf("a.log:%d:", 2*i) }, frame(1)), nil},
		"a brace before":    {append([]string{"a.log:1:y {", "a.log:2:z {"}, turns(func(_, i int) string { return fmt.Sprintf("a.log:%d:", 3+i) }, frame(1))...), closes("")},
	} {
		text := strings.Join(test.lines, "\n") + "\n"
		for _, piece := range []int{1, 10, 50, len(text)} {
			got := scanAll([]byte(text), piece, false)
			if !slices.Equal(got, test.want) {
				t.Errorf("%s, in pieces of %d: %q, want %q", name, piece, got, test.want)
			}
		}
	}
}
