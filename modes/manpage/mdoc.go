package manpage

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A page is the source of a manual page in the language of mdoc(7), which mandoc and
// groff print.
type page struct{ strings.Builder }

// lineWidth is how long mandoc wants lines of the source to be at most.
const lineWidth = 78

// macro writes a line of a macro. Arguments are escaped and quoted, so that none is
// taken for a macro; "" between two stays out.
func (p *page) macro(name string, args ...string) {
	p.WriteString("." + name)
	for _, arg := range args {
		p.WriteString(" " + arg)
	}
	p.WriteString("\n")
}

// quoted is an argument of a macro that means itself.
func quoted(arg string) string {
	return `"` + strings.ReplaceAll(escaped(arg), `"`, `\(dq`) + `"`
}

// sentenceEnd is where mdoc wants a new line in a text.
var sentenceEnd = regexp.MustCompile(`([A-Za-z0-9)"][.!?][)"]?) +([A-Z"$@(])`)

// text writes a paragraph.
func (p *page) text(paragraph string) {
	paragraph = strings.Join(strings.Fields(paragraph), " ")
	for sentence := range strings.SplitSeq(sentenceEnd.ReplaceAllString(paragraph, "$1\n$2"), "\n") {
		line := ""
		for word := range strings.FieldsSeq(sentence) {
			word = escaped(word)
			if line != "" && len(line)+1+len(word) > lineWidth {
				p.textLine(line)
				line = ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		p.textLine(line)
	}
}

// textLine writes a line that is no macro, whatever it begins with.
func (p *page) textLine(line string) {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	p.WriteString(line + "\n")
}

// literal writes lines as they are.
func (p *page) literal(lines string, indented bool) {
	if indented {
		p.macro("Bd", "-literal", "-offset", "indent", "-compact")
	} else {
		p.macro("Bd", "-literal", "-compact")
	}
	for line := range strings.Lines(lines) {
		p.textLine(escaped(strings.TrimRight(line, "\n")))
	}
	p.macro("Ed")
}

// escaped takes from a text whatever mdoc would read in another way: a hyphen is one
// that can be copied, and the source is ASCII.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '`':
			b.WriteString(`\(ga`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r == '~':
			b.WriteString(`\(ti`)
		case r == '^':
			b.WriteString(`\(ha`)
		case r >= utf8.RuneSelf:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
