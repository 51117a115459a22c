package editor

import "unicode"

// An edit changes a line and the place of the cursor in it, in characters. The
// line is the edit's own.
//
// These are the edits that the library cannot do, or does wrong: Ctrl-T on one
// character panics, Ctrl-W in the first word deletes the whole line, the key
// Delete on an empty line ends the input, words are of ASCII, and each pasted
// character is drawn, which takes minutes for long lines.
type edit func(line []rune, pos int) ([]rune, int)

// longestLine bounds a line, in characters; what is typed beyond is dropped.
const longestLine = 1 << 16

func insert(text []rune) edit {
	return func(line []rune, pos int) ([]rune, int) {
		text := text[:max(0, min(len(text), longestLine-len(line)))]
		return replace(line, pos, pos, text), pos + len(text)
	}
}

func replace(line []rune, from, to int, text []rune) []rune {
	r := make([]rune, 0, len(line)-(to-from)+len(text))
	return append(append(append(r, line[:from]...), text...), line[to:]...)
}

func remove(line []rune, pos int) ([]rune, int) {
	if pos == len(line) {
		return line, pos
	}
	return replace(line, pos, pos+1, nil), pos
}

// transpose swaps the two characters around the cursor, or the last two.
func transpose(line []rune, pos int) ([]rune, int) {
	if pos == 0 || len(line) < 2 {
		return line, pos
	}
	pos = min(pos, len(line)-1)
	line[pos-1], line[pos] = line[pos], line[pos-1]
	return line, pos + 1
}

func wordLeft(line []rune, pos int) ([]rune, int) {
	for pos > 0 && !inWord(line[pos-1]) {
		pos--
	}
	for pos > 0 && inWord(line[pos-1]) {
		pos--
	}
	return line, pos
}

func wordRight(line []rune, pos int) ([]rune, int) {
	for pos < len(line) && !inWord(line[pos]) {
		pos++
	}
	for pos < len(line) && inWord(line[pos]) {
		pos++
	}
	return line, pos
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

func toStart(line []rune, _ int) ([]rune, int) { return line, 0 }

func toEnd(line []rune, _ int) ([]rune, int) { return line, len(line) }

// killed is the text that Ctrl-Y brings back.
type killed struct{ text []rune }

// upTo is the edit that kills from the cursor to where move goes.
func (k *killed) upTo(move edit) edit {
	return func(line []rune, pos int) ([]rune, int) {
		_, to := move(line, pos)
		from, to := min(pos, to), max(pos, to)
		if from < to {
			k.text = append([]rune(nil), line[from:to]...)
		}
		return replace(line, from, to, nil), from
	}
}

func (k *killed) yank(line []rune, pos int) ([]rune, int) { return insert(k.text)(line, pos) }
