package editor

import "strings"

// A layout breaks text into the rows of a terminal as the terminal does.
type layout struct {
	width       int
	rows        []string // of those that are full
	text        strings.Builder
	used        int  // columns of the last row
	row, column int  // of the cursor
	waiting     bool // the cursor belongs to what comes next
}

// narrowest is the least width that two columns of a character, and one of the
// cursor, can be had in.
const narrowest = 3

func newLayout(width int) *layout { return &layout{width: max(width, narrowest)} }

func (l *layout) put(text string, width int) {
	if l.used+width > l.width {
		l.next()
	}
	if l.waiting && width > 0 {
		l.row, l.column, l.waiting = len(l.rows), l.used, false
	}
	l.text.WriteString(text)
	l.used += width
}

func (l *layout) next() {
	l.rows = append(l.rows, l.text.String())
	l.text.Reset()
	l.used = 0
}

func (l *layout) add(text string) {
	for _, r := range text {
		l.put(cell(r))
	}
}

// addLine adds the line; the cursor stands on the character at pos, or behind
// the last one.
func (l *layout) addLine(line []rune, pos int) {
	for i, r := range line {
		if i == pos {
			l.waiting = true
		}
		if r != '\t' {
			l.put(cell(r))
			continue
		}
		for range 4 { // a tab is drawn the same wherever it stands
			l.put(" ", 1)
		}
	}
	l.waiting = l.waiting || pos == len(line)
}

// done ends the layout. A cursor behind a full row stands in one of its own.
func (l *layout) done() []string {
	if l.waiting {
		if l.used == l.width {
			l.next()
		}
		l.row, l.column, l.waiting = len(l.rows), l.used, false
	}
	l.next()
	return l.rows
}

// joinRows makes the terminal break the rows by itself, so that it knows that
// they belong together when its width changes. A row is only begun by text.
func joinRows(rows []string) string {
	text := strings.Join(rows, "")
	if last := len(rows) - 1; last > 0 && rows[last] == "" {
		text += " \r"
	}
	return text
}
