package repl

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"proto/modes/repl/language"
	"proto/wire"
)

// shownExchange is how many lines of what happened stand below a failure.
const shownExchange = 50

// block is a failure as people read it: the lines of the script with carets,
// what was wanted, what came, and where.
func (s *secrets) block(f *failure) (lines []string) {
	src := f.command.Source
	problems := slices.Clone(f.problems)
	sort.SliceStable(problems, func(i, j int) bool { return problems[i].span.From < problems[j].span.From })
	gutter := s.carets(src, problems, &lines)
	say := func(word, text string) {
		if text != "" {
			lines = append(lines, fmt.Sprintf("%s = %-8s%s", gutter, word, text))
		}
	}
	for _, p := range problems {
		if p.message != "" {
			say("error", safe(s.hide(p.message)))
		} else {
			say("wanted", safe(p.wanted))
			say("got", safe(p.got))
		}
		say("hint", safe(s.hide(p.hint)))
	}
	if f.entry != nil && f.entry.event == "received" {
		if frame := compact(s.frame(f.entry)); !strings.HasSuffix(lines[len(lines)-1], " "+frame) {
			say("frame", frame)
		}
	}
	if src.Name != "" {
		say("at", src.At(problems[0].span.From))
	}
	return lines
}

// carets shows each line that a problem is in, with carets below what it is
// about, and gives the blanks that stand in place of line numbers.
func (s *secrets) carets(src *language.Source, problems []problem, lines *[]string) (gutter string) {
	last, _ := src.Position(problems[len(problems)-1].span.From)
	gutter = strings.Repeat(" ", len(fmt.Sprint(last)))
	for i := 0; i < len(problems); {
		line, _ := src.Position(problems[i].span.From)
		marks := marked{secrets: s, text: src.Line(line)}
		for ; i < len(problems); i++ {
			at, column := src.Position(problems[i].span.From)
			if at != line {
				break
			}
			marks.add(column, problems[i].span, src)
		}
		text, below := marks.draw()
		*lines = append(*lines, fmt.Sprintf("%*d | %s", len(gutter), line, text))
		if below != "" {
			*lines = append(*lines, gutter+" | "+below)
		}
	}
	return gutter
}

// marked is one line of a script and which of its characters carets point at.
type marked struct {
	secrets *secrets
	text    string
	spans   [][2]int // in characters, in order
}

func (m *marked) add(column int, span language.Span, src *language.Source) {
	length := len([]rune(m.text))
	from := min(column-1, length)
	to := min(from+max(1, len([]rune(span.Of(src)))), max(length, from+1))
	if n := len(m.spans); n > 0 && from < m.spans[n-1][1] {
		return // two problems of one word
	}
	m.spans = append(m.spans, [2]int{from, to})
}

// draw gives the line, secrets hidden, and the carets. Where a secret lies
// across the end of a word no caret would fit, and there are none.
func (m *marked) draw() (text, below string) {
	runes := []rune(m.text)
	var line, carets strings.Builder
	put := func(part []rune, mark string) {
		shown := safe(tabless(m.secrets.hide(string(part))))
		line.WriteString(shown)
		width := len([]rune(shown))
		if mark == "^" {
			width = max(width, 1) // behind the end of the line
		}
		carets.WriteString(strings.Repeat(mark, width))
	}
	at := 0
	for _, span := range m.spans {
		put(runes[at:min(span[0], len(runes))], " ")
		put(runes[min(span[0], len(runes)):min(span[1], len(runes))], "^")
		at = min(span[1], len(runes))
	}
	put(runes[at:], "")
	whole := safe(tabless(m.secrets.hide(m.text)))
	if line.String() != whole {
		return whole, ""
	}
	return whole, strings.TrimRight(carets.String(), " ")
}

// tabless has blanks for tabs: a caret cannot know where a tab ends.
func tabless(s string) string { return strings.ReplaceAll(s, "\t", "    ") }

// exchange is what has happened, at most its last lines.
func (b *bench) exchange() (lines []string) {
	entries, omitted := b.log.all()
	if more := len(entries) - shownExchange; more > 0 {
		entries, omitted = entries[more:], omitted+more
	}
	if omitted > 0 {
		lines = append(lines, fmt.Sprintf("… %d lines before", omitted))
	}
	for i := 0; i < len(entries); {
		e, first := entries[i], i
		for i++; i < len(entries) && e.sameAs(entries[i]); i++ {
		}
		line := b.world.secrets.line(e, b.several())
		if n := i - first; n > 1 {
			line += fmt.Sprintf("  (%d times)", n)
		}
		lines = append(lines, line)
	}
	return lines
}

// sameAs says whether another line would say nothing new.
func (e *entry) sameAs(other *entry) bool {
	return e.event == "raw" && other.event == "raw" && e.link == other.link && e.text == other.text
}

// errorBlock is an error of the language in the same manner.
func errorBlock(e *language.Error) []string {
	s := &secrets{}
	f := &failure{command: &language.Command{Source: e.Source}, problems: []problem{{span: e.Span, message: e.Message, hint: e.Hint}}}
	return s.block(f)
}

// expectLine is a frame as the line of a script that expects it. What differs
// from run to run is only wanted to be there.
func (s *secrets) expectLine(frame wire.Value, o opened) string {
	kind, isText := at(frame, []string{"data", "message-type"}).Text()
	word := "*"
	if isText {
		word = typeWord(kind)
	}
	line := "expect " + word
	for _, part := range []string{"header", "data"} {
		for name, v := range at(frame, []string{part}).Members() {
			if part == "data" && name == "message-type" && isText || !isFieldName(name) {
				continue
			}
			line += " " + fieldWord(part, name, kind, v)
		}
	}
	if o.readable && !at(frame, []string{"data", "text"}).Present() {
		line += " +text"
	}
	return s.hide(line)
}

// typeWord is a frame's type as expect takes it.
func typeWord(kind string) string {
	if kind != "" && kind == strings.ToUpper(kind) && isFieldName(kind) {
		return kind
	}
	return string(wire.AppendASCII(nil, kind))
}

func fieldWord(part, name, kind string, v wire.Value) string {
	word := name
	if p := place(name, kind); len(p) != 2 || p[0] != part || p[1] != name {
		word = part + "." + name
	}
	if isVolatile(name) {
		return "+" + word
	}
	if text, ok := v.Text(); ok {
		return word + "=" + plainWord(text)
	}
	return word + ":=" + strings.ReplaceAll(string(wire.AppendValue(nil, v)), "$", "$$")
}

// isVolatile says whether a member has another value in each run.
func isVolatile(name string) bool {
	switch name {
	case "token", "key1", "key2", "data", "sessionId":
		return true
	}
	return false
}

func isFieldName(s string) bool {
	for i, c := range []byte(s) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789_-", rune(c))) {
			return false
		}
	}
	return s != ""
}

// plainWord is a text as one word of a script, quoted where it must be.
func plainWord(text string) string {
	if isFieldName(text) {
		return text
	}
	return strings.ReplaceAll(string(wire.AppendASCII(nil, text)), "$", "$$")
}
