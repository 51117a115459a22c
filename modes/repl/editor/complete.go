package editor

import (
	"fmt"
	"slices"
	"strings"
)

// mostCandidates bounds a list of candidates.
const mostCandidates = 200

// completion is the edit of the TAB key: what all candidates have in common is
// added to the word; if that is nothing more, they are listed above the line.
func (l *library) completion(line []rune, pos int) ([]rune, int) {
	if l.complete == nil {
		l.display.bell()
		return line, pos
	}
	before := string(line[:pos])
	word, candidates := l.complete(string(line), len(before))
	candidates = slices.DeleteFunc(slices.Clone(candidates), func(c string) bool { return !strings.HasPrefix(c, word) })
	if len(candidates) == 0 || !strings.HasSuffix(before, word) {
		l.display.bell()
		return line, pos
	}
	added := []rune(strings.TrimPrefix(common(candidates), word))
	switch {
	case len(added) > 0:
		return insert(added)(line, pos)
	case len(candidates) > 1:
		width, _ := l.display.size()
		_ = l.display.above(l.display.err, list(candidates, width)) // reading tells of a terminal that has gone
	}
	return line, pos
}

// common is what all texts begin with, in whole characters.
func common(texts []string) string {
	prefix := []rune(texts[0])
	for _, text := range texts[1:] {
		n := 0
		for _, r := range text {
			if n == len(prefix) || prefix[n] != r {
				break
			}
			n++
		}
		prefix = prefix[:n]
	}
	return string(prefix)
}

// list sets the candidates in columns, from the top to the bottom as ls does.
func list(candidates []string, width int) string {
	candidates = slices.Compact(slices.Sorted(slices.Values(candidates)))
	more := len(candidates) - mostCandidates
	candidates = candidates[:min(len(candidates), mostCandidates)]
	widest := 0
	for _, c := range candidates {
		_, w := printable(c)
		widest = max(widest, w)
	}
	across := max(1, (width+1)/(widest+2)) // two blanks apart; the last column of the screen stays empty
	rows := (len(candidates) + across - 1) / across
	var b strings.Builder
	for row := range rows {
		line, used := "", 0
		for i := row; i < len(candidates); i += rows {
			text, w := printable(candidates[i])
			column := i / rows * (widest + 2)
			line += strings.Repeat(" ", column-used) + text
			used = column + w
		}
		b.WriteString(line + "\n")
	}
	if more > 0 {
		fmt.Fprintf(&b, "... and %d more\n", more)
	}
	return b.String()
}
