package editor

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// display draws the line that is being typed, and prints above it. What it
// draws takes as many rows as it needs, but not more than the terminal has: of
// a longer line it is the part around the cursor.
type display struct {
	err, out io.Writer
	terminal func() (width, height int, err error)

	mu     sync.Mutex
	shown  bool // there is a line being typed
	prompt string
	line   []rune
	pos    int
	search string // what a search looks for, shown below the line
	mark   string // what the line ends with when it is done
	begun  bool   // there has been a line

	drawn picture // what is on the screen now
}

// picture is what was drawn, of which line, and for which width.
type picture struct {
	text  string
	line  []rune
	pos   int
	width int
	row   int // of the cursor
}

func newDisplay(err, out io.Writer, terminal func() (int, int, error)) *display {
	return &display{err: err, out: out, terminal: terminal}
}

// size is that of the terminal, or what most have.
func (d *display) size() (width, height int) {
	width, height, err := d.terminal()
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

// begin shows a prompt and an empty line.
func (d *display) begin(prompt string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown, d.prompt, d.line, d.pos, d.search, d.mark = true, oneLine(prompt), nil, 0, "", ""
	d.drawn, d.begun = picture{}, true
	io.WriteString(d.err, pastesMarked)
	d.draw()
}

// show shows the line as it is now.
func (d *display) show(line []rune, pos int, searching bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.line, d.pos = slices.Clone(line), pos
	if !searching {
		d.search = ""
	}
	d.draw()
}

func (d *display) status(search string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.search = search
	d.draw()
}

// redraw draws for another width, or after a shell had the terminal.
func (d *display) redraw() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.shown {
		return
	}
	io.WriteString(d.err, pastesMarked)
	d.drawn.text = ""
	d.draw()
}

// clear leaves nothing but the line on the screen.
func (d *display) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	io.WriteString(d.err, "\x1b[H\x1b[2J")
	d.drawn = picture{}
	d.draw()
}

func (d *display) bell() {
	d.mu.Lock()
	defer d.mu.Unlock()
	io.WriteString(d.err, "\a")
}

// interrupted says that the line, when it is done, is so by Ctrl-C.
func (d *display) interrupted(by bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mark = ""; by {
		d.mark = "^C"
	}
}

// finish shows all of the line, which is done, and goes to the next row.
func (d *display) finish(line []rune) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.shown {
		return
	}
	width, _ := d.size()
	l := newLayout(width)
	l.add(d.prompt)
	l.addLine(line, -1)
	l.add(d.mark)
	io.WriteString(d.err, d.erase()+strings.Join(l.done(), "")+"\r\n")
	d.shown, d.line, d.drawn = false, nil, picture{}
}

// above prints whole lines to w.
func (d *display) above(w io.Writer, text string) error {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.shown {
		_, err := io.WriteString(w, text)
		return err
	}
	io.WriteString(d.err, d.erase())
	d.drawn = picture{}
	_, err := io.WriteString(w, text)
	d.draw()
	return err
}

// Between the two, the terminal says what is pasted, so that a TAB there is not
// taken for the key. Shells turn that off when they take over, so it is turned
// on for each line.
const (
	pastesMarked   = "\x1b[?2004h"
	pastesUnmarked = "\x1b[?2004l"
)

// close leaves the terminal as others expect it.
func (d *display) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begun {
		io.WriteString(d.err, pastesUnmarked)
	}
}

// draw draws what there is in place of what was drawn before, in one write.
// Errors are those of a terminal that has gone, which reading tells of.
func (d *display) draw() {
	if !d.shown {
		return
	}
	width, height := d.size()
	rows, row, column := d.layout(d.line, d.pos, width)
	rows, row = window(rows, row, height-d.searchRows())
	var b bytes.Buffer
	b.WriteString(joinRows(rows))
	if d.search != "" {
		search := newLayout(width - 1)
		search.add(d.search)
		b.WriteString("\r\n" + search.done()[0])
	}
	if below := len(rows) - 1 + d.searchRows() - row; below > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", below)
	}
	b.WriteByte('\r')
	if column > 0 {
		fmt.Fprintf(&b, "\x1b[%dC", column)
	}
	if b.String() == d.drawn.text && width == d.drawn.width {
		return
	}
	io.WriteString(d.err, d.erase()+b.String())
	d.drawn = picture{b.String(), d.line, d.pos, width, row}
}

func (d *display) layout(line []rune, pos, width int) (rows []string, row, column int) {
	l := newLayout(width)
	l.add(d.prompt)
	l.addLine(line, pos)
	return l.done(), l.row, l.column
}

func (d *display) searchRows() int {
	if d.search != "" {
		return 1
	}
	return 0
}

// window is as many of the rows as there is room for, around the one of the
// cursor.
func window(rows []string, row, room int) ([]string, int) {
	if room = max(room, 1); len(rows) <= room {
		return rows, row
	}
	first := max(0, min(row-room/2, len(rows)-room))
	return rows[first : first+room], row - first
}

// erase goes to where the line begins on the screen, and clears it. If the
// terminal has another width now, it has broken the line anew.
func (d *display) erase() string {
	width, height := d.size()
	row := d.drawn.row
	if d.drawn.width != 0 && d.drawn.width != width {
		_, row, _ = d.layout(d.drawn.line, d.drawn.pos, width)
		row = min(row, height-1)
	}
	if row > 0 {
		return fmt.Sprintf("\r\x1b[%dA\x1b[J", row)
	}
	return "\r\x1b[J"
}
