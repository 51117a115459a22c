package editor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestCommon(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  string
	}{
		{[]string{"hello"}, "hello"},
		{[]string{"hello", "help"}, "hel"},
		{[]string{"hel", "hello"}, "hel"},
		{[]string{"a", "b"}, ""},
		{[]string{"連接", "連続"}, "連"}, // which have more bytes in common
		{[]string{"é", "è"}, ""},
	} {
		if got := common(c.texts); got != c.want {
			t.Errorf("%q: got %q", c.texts, got)
		}
	}
}

func TestList(t *testing.T) {
	for _, c := range []struct {
		candidates []string
		width      int
		want       string
	}{
		{[]string{"b", "a", "c", "a"}, 80, "a  b  c\n"},
		{[]string{"bb", "a", "c"}, 8, "a   c\nbb\n"},
		{[]string{"hello", "help", "data.x"}, 10, "data.x\nhello\nhelp\n"},
		{[]string{"連接", "ab", "c", "d"}, 12, "ab    d\nc     連接\n"},
		{[]string{"longer than the screen", "a"}, 5, "a\nlonger than the screen\n"},
		{[]string{"a\x1b[2J", "b"}, 80, "a\ufffd[2J  b\n"},
	} {
		if got := list(c.candidates, c.width); got != c.want {
			t.Errorf("%q in %d columns: got\n%s", c.candidates, c.width, got)
		}
	}
}

func TestListIsBounded(t *testing.T) {
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("c%04d", i))
	}
	for width := 1; width < 200; width++ {
		got := list(many, width)
		lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
		if last := lines[len(lines)-1]; last != "... and 800 more" {
			t.Fatalf("%d columns: it ends with %q", width, last)
		}
		words := strings.Fields(strings.Join(lines[:len(lines)-1], " "))
		slices.Sort(words)
		if !slices.Equal(words, many[:mostCandidates]) {
			t.Fatalf("%d columns: it has %d candidates", width, len(words))
		}
		for _, line := range lines[:len(lines)-1] {
			if len(line) >= width && len(line) > 5 {
				t.Fatalf("%d columns: a line of %d", width, len(line))
			}
		}
	}
}

func TestCompletion(t *testing.T) {
	complete := func(line string, pos int) (string, []string) {
		if line[:pos] == "odd" {
			return "else", []string{"elsewhere"}
		}
		word := line[strings.LastIndexByte(line[:pos], ' ')+1 : pos]
		return word, []string{"hello", "help", "data.sequence", "連接", "連続", "unrelated "}
	}
	for _, c := range []struct{ from, to, drawn string }{
		{"da|", "data.sequence|", ""},
		{"héh 連 da| x", "héh 連 data.sequence| x", ""},
		{"h|", "hel|", ""},
		{"hel|", "hel|", "hello  help\n"},
		{"連|", "連|", "連接  連続\n"},
		{"hello|", "hello|", ""},
		{"nothing|", "nothing|", "\a"},
		{"odd|", "odd|", "\a"},
	} {
		var err strings.Builder
		d := newDisplay(&err, nil, func() (int, int, error) { return 80, 24, nil })
		l := &library{display: d, complete: complete}
		line, pos := at(c.from)
		if got := marked(l.completion(line, pos)); got != c.to || err.String() != c.drawn {
			t.Errorf("%s became %s, not %s, and %q was drawn", c.from, got, c.to, err.String())
		}
	}
}

func TestNoCompletion(t *testing.T) {
	var err strings.Builder
	l := &library{display: newDisplay(&err, nil, func() (int, int, error) { return 80, 24, nil })}
	if line, pos := l.completion([]rune("ab"), 1); marked(line, pos) != "a|b" || err.String() != "\a" {
		t.Errorf("got %s, and %q was drawn", marked(line, pos), err.String())
	}
}
