package editor

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// screen is as much of a terminal as the editor makes use of. A row that is
// full goes on in the next one, and they belong together when the width changes.
type screen struct {
	width, height int
	rows          []screenRow // with those above the top
	row, column   int         // the column is width behind a full row
	bells         int
	pastes        bool   // are marked
	marks         int    // how often that was asked for
	unread        string // the start of a sequence, or of a character
	broken        string // what is not understood
}

type screenRow struct {
	cells []rune // 0 is the second half of a wide character
	soft  bool   // goes on in the next row
}

func newScreen(width, height int) *screen {
	return &screen{width: width, height: height, rows: make([]screenRow, 1)}
}

func (s *screen) Write(b []byte) (int, error) {
	text := s.unread + string(b)
	for text != "" {
		n := s.step(text)
		if n == 0 {
			break
		}
		text = text[n:]
	}
	s.unread = text
	return len(b), nil
}

var screenSequence = regexp.MustCompile(`^\x1b\[(\??)([0-9]*)([A-Za-z])`)

// step takes one thing off the text, n bytes of it.
func (s *screen) step(text string) (n int) {
	switch c := text[0]; {
	case c == '\r':
		s.column = 0
	case c == '\n': // as with ONLCR
		s.column = 0
		s.down()
	case c == '\a':
		s.bells++
	case c == 0x1b:
		return s.sequence(text)
	case c < ' ':
		s.broken += text[:1]
	default:
		if !utf8.FullRuneInString(text) {
			return 0
		}
		r, n := utf8.DecodeRuneInString(text)
		s.put(r)
		return n
	}
	return 1
}

func (s *screen) sequence(text string) int {
	m := screenSequence.FindStringSubmatch(text)
	if m == nil {
		if len(text) > 10 {
			s.broken += text
			return len(text)
		}
		return 0
	}
	n, _ := strconv.Atoi(m[2])
	switch m[1] + m[3] {
	case "A":
		s.row = max(s.top(), s.row-n)
	case "C":
		s.column = min(s.width-1, s.column+n)
	case "H":
		s.row, s.column = s.top(), 0
	case "J":
		s.clear(n == 2)
	case "?h":
		s.pastes = true
		s.marks++
	case "?l":
		s.pastes = false
	default:
		s.broken += m[0]
	}
	return len(m[0])
}

func (s *screen) clear(all bool) {
	from := s.row
	if all {
		from = s.top()
	} else {
		s.rows[s.row].cells = s.rows[s.row].cells[:min(s.column, len(s.rows[s.row].cells))]
		s.rows[s.row].soft = false
		from++
	}
	for i := from; i < len(s.rows); i++ {
		s.rows[i] = screenRow{}
	}
}

func (s *screen) top() int { return max(0, len(s.rows)-s.height) }

func (s *screen) down() {
	if s.row++; s.row == len(s.rows) {
		s.rows = append(s.rows, screenRow{})
	}
}

// put knows the characters of the tests only.
func (s *screen) put(r rune) {
	width := 1
	switch {
	case r >= 0x300 && r < 0x370: // combining
		return
	case r >= 0x3000 && r < 0xa000 || r >= 0x1f300:
		width = 2
	}
	if s.column+width > s.width {
		s.rows[s.row].soft = true
		s.column = 0
		s.down()
	}
	row := &s.rows[s.row]
	for len(row.cells) < s.column+width {
		row.cells = append(row.cells, ' ')
	}
	row.cells[s.column] = r
	if width == 2 {
		row.cells[s.column+1] = 0
	}
	s.column += width
}

// lines are the lines without the breaks that the width makes, and without
// blanks at their ends; line and pos is where the cursor is, in characters.
func (s *screen) lines() (lines []string, line, pos int) {
	text := ""
	for i, row := range s.rows {
		if i == s.row {
			line, pos = len(lines), utf8.RuneCountInString(text)+visible(row.cells[:min(s.column, len(row.cells))])
			pos += max(0, s.column-len(row.cells))
		}
		for _, r := range row.cells {
			if r != 0 {
				text += string(r)
			}
		}
		if !row.soft {
			lines = append(lines, strings.TrimRight(text, " "))
			text = ""
		}
	}
	return lines, line, pos
}

func visible(cells []rune) (n int) {
	for _, r := range cells {
		if r != 0 {
			n++
		}
	}
	return n
}

// text is what is on the screen and above it, from the first line to the last
// with something.
func (s *screen) text() string {
	lines, _, _ := s.lines()
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// resize breaks the lines anew.
func (s *screen) resize(width, height int) {
	lines, line, pos := s.lines()
	s.width, s.height, s.rows, s.row, s.column = width, height, make([]screenRow, 1), 0, 0
	for i, text := range lines {
		if i > 0 {
			s.column = 0
			s.down()
		}
		if i != line {
			s.Write([]byte(text))
			continue
		}
		characters := []rune(text)
		for len(characters) < pos+1 { // the blank under the cursor
			characters = append(characters, ' ')
		}
		for j, r := range characters {
			s.put(r)
			if j == pos {
				defer func(row, column int) { s.row, s.column = row, column }(s.row, s.column-len(cellsOf(r)))
			}
		}
	}
}

func cellsOf(r rune) []rune {
	s := newScreen(4, 1)
	s.put(r)
	return s.rows[0].cells
}
