package editor

import (
	"strings"
	"testing"
)

func TestLayout(t *testing.T) {
	for _, c := range []struct {
		line        string // with the cursor
		width       int
		rows        string // between /
		row, column int
	}{
		{"|", 10, "> ", 0, 2},
		{"abc|", 10, "> abc", 0, 5},
		{"a|bc", 10, "> abc", 0, 3},
		{"abc|", 5, "> abc/", 1, 0},
		{"ab|c", 5, "> abc", 0, 4},
		{"abc|d", 5, "> abc/d", 1, 0},
		{"abcd|", 5, "> abc/d", 1, 1},
		{"連|接", 5, "> 連/接", 1, 0},
		{"連|x", 5, "> 連x", 0, 4},
		{"a連|接", 5, "> a連/接", 1, 0},
		{"a\t|b", 10, "> a    b", 0, 7},
		{"a\t|b", 5, "> a  /  b", 1, 2},
		{"e\u0301|x", 10, "> e\u0301x", 0, 3},
		{"|e\u0301x", 10, "> e\u0301x", 0, 2},
		{"abc|\u0301", 5, "> abc\u0301/", 1, 0},
		{"a\u200d\ufe0f|b", 10, "> ab", 0, 3},
		{"a\u202e|b", 10, "> a\ufffdb", 0, 4},
		{"a\u3000|b", 10, "> a  b", 0, 5},
		{"ab|", 1, "> a/b", 1, 1}, // as if there were three columns
	} {
		line, pos := at(c.line)
		l := newLayout(c.width)
		l.add("> ")
		l.addLine(line, pos)
		rows := l.done()
		if got := strings.Join(rows, "/"); got != c.rows || l.row != c.row || l.column != c.column {
			t.Errorf("%q in %d columns: got %q, the cursor at %d, %d", c.line, c.width, got, l.row, l.column)
		}
	}
}

func TestWidths(t *testing.T) {
	for width, all := range []string{
		0: "\u0300\u20dd\u200b\u200d\ufe0f\U0001f3fd\u1161",
		1: "a~é\u00a0α→│█☀ｱ\u202e\x1b\x7f\U000e0001",
		2: "中字가ａ、\u3000😀⌚🚀\U00020000",
	} {
		for _, r := range all {
			if _, got := printable(string(r)); got != width {
				t.Errorf("%U has %d columns, not %d", r, got, width)
			}
		}
	}
	for i := 1; i < len(wide); i++ {
		if wide[i][0] <= wide[i-1][1] || wide[i][1] < wide[i][0] {
			t.Errorf("%U does not come behind %U", wide[i], wide[i-1])
		}
	}
}

// Nothing that could move the cursor reaches the terminal.
func TestPrintable(t *testing.T) {
	got, width := printable("a\x1b[2J\r\n\u009b\u200e\u200d連\u3000")
	if want := "a\ufffd[2J\ufffd\ufffd\ufffd\ufffd連  "; got != want || width != 13 {
		t.Errorf("got %q, %d columns", got, width)
	}
}

func TestWindow(t *testing.T) {
	rows := strings.Split("0123456789", "")
	for _, c := range []struct {
		row, room int
		want      string
		wantRow   int
	}{
		{3, 10, "0123456789", 3},
		{3, 20, "0123456789", 3},
		{0, 4, "0123", 0},
		{5, 4, "3456", 2},
		{9, 4, "6789", 3},
		{7, 1, "7", 0},
		{7, 0, "7", 0},
	} {
		got, row := window(rows, c.row, c.room)
		if strings.Join(got, "") != c.want || row != c.wantRow {
			t.Errorf("row %d in %d: got %q, %d", c.row, c.room, got, row)
		}
	}
}
