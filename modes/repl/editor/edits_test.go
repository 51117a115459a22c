package editor

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// at is a line with | where the cursor is.
func at(s string) ([]rune, int) {
	before, after, found := strings.Cut(s, "|")
	if !found {
		panic("no cursor in " + s)
	}
	return []rune(before + after), len([]rune(before))
}

func marked(line []rune, pos int) string { return string(line[:pos]) + "|" + string(line[pos:]) }

func TestEdits(t *testing.T) {
	var k killed
	for _, c := range []struct {
		name     string
		edit     edit
		from, to string
	}{
		{"insert", insert([]rune("xé")), "連|続", "連xé|続"},
		{"remove", remove, "a|連b", "a|b"},
		{"remove nothing", remove, "|", "|"},
		{"transpose", transpose, "ab|cd", "acb|d"},
		{"transpose at the end", transpose, "abc|", "acb|"},
		{"transpose at the start", transpose, "|ab", "|ab"},
		{"transpose one", transpose, "a|", "a|"},
		{"transpose none", transpose, "|", "|"},
		{"word left", wordLeft, "one  two| ", "one  |two "},
		{"word left over what is none", wordLeft, "one.:=|", "|one.:="},
		{"word left at the start", wordLeft, "|one", "|one"},
		{"word right", wordRight, "one|, été2 x", "one, été2| x"},
		{"word right at the end", wordRight, "one|", "one|"},
		{"start", toStart, "ab|c", "|abc"},
		{"end", toEnd, "a|bc", "abc|"},
		{"kill a word in the first", k.upTo(wordLeft), "one| two", "| two"},
		{"yank", k.yank, "a|b", "aone|b"},
		{"kill to the end", k.upTo(toEnd), "a|bc", "a|"},
		{"kill nothing keeps the killed", k.upTo(toEnd), "a|", "a|"},
		{"yank twice", k.yank, "|", "bc|"},
		{"kill to the start", k.upTo(toStart), "連x|y", "|y"},
		{"kill right", k.upTo(wordRight), "|a b", "| b"},
	} {
		line, pos := at(c.from)
		if got := marked(c.edit(line, pos)); got != c.to {
			t.Errorf("%s: %s became %s, not %s", c.name, c.from, got, c.to)
		}
	}
}

func TestLongestLine(t *testing.T) {
	line := make([]rune, longestLine-1)
	line, pos := insert([]rune("abc"))(line, 1)
	if len(line) != longestLine || pos != 2 || line[1] != 'a' {
		t.Errorf("got %d characters, the cursor at %d", len(line), pos)
	}
	if line, pos = insert([]rune("d"))(line, 0); len(line) != longestLine || pos != 0 || line[0] == 'd' {
		t.Errorf("got %d characters, the cursor at %d", len(line), pos)
	}
}

// Any edits in any order leave the cursor in the line.
func TestEditsStayInTheLine(t *testing.T) {
	var k killed
	edits := []edit{insert([]rune("a")), insert([]rune("連 b")), remove, transpose, wordLeft, wordRight, toStart, toEnd,
		k.upTo(wordLeft), k.upTo(wordRight), k.upTo(toStart), k.upTo(toEnd), k.yank}
	random := rand.New(rand.NewPCG(1, 2))
	line, pos := []rune(nil), 0
	for range 20000 {
		i := random.IntN(len(edits))
		line, pos = edits[i](line, pos)
		if pos < 0 || pos > len(line) || len(line) > longestLine {
			t.Fatalf("edit %d: the cursor at %d of %d", i, pos, len(line))
		}
		if len(line) > 60 {
			line, pos = line[:20], min(pos, 20)
		}
	}
}
