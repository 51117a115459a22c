package repl

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"proto/modes"
	"proto/wire"
)

// kindWidth is that of the longest type of the protocol.
const kindWidth = len(wire.TypeResponse)

// line is an entry as one line: time, direction, type, members, decoded text,
// round trip. Everything of a peer's in it is quoted.
func (s *secrets) line(e *entry, several bool) string {
	name := ""
	if several {
		name = fmt.Sprintf("%-5s ", e.link)
	}
	start := e.clock.Format("15:04:05.000") + "  " + name
	switch e.event {
	case "sent":
		return start + "→ " + s.frame(e)
	case "received":
		line := start + "← " + s.frame(e)
		if e.rtt > 0 {
			line += "  " + modes.ShortDuration(e.rtt)
		}
		return line
	case "raw":
		return start + "→ " + s.hide(e.text)
	case "broken":
		return start + "← no frame: " + modes.Show(s.hide(e.text))
	case "closed", "reset":
		return start + "· " + e.text
	case "command":
		return "> " + s.hide(e.text)
	}
	return "  " + s.hide(e.text)
}

// frame is a frame in one line: its type, its members, its text.
func (s *secrets) frame(e *entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s", kindWidth, shownType(e))
	for _, part := range []string{"header", "data"} {
		v := at(e.frame, []string{part})
		if v.Kind() != wire.Object {
			fmt.Fprintf(&b, " %s=%s", part, s.value(part, v, shortValue))
			continue
		}
		for name, m := range v.Members() {
			if part == "data" && name == "message-type" && m.Kind() == wire.String {
				continue
			}
			fmt.Fprintf(&b, " %s=%s", modes.Show(name), s.value(name, m, shortValue))
		}
	}
	b.WriteString(s.shownText(e.opened))
	return strings.TrimRight(b.String(), " ")
}

func (s *secrets) shownText(o opened) string {
	var b strings.Builder
	if o.text != nil || o.readable {
		fmt.Fprintf(&b, "  text=%s", s.hide(strconv.Quote(string(o.text))))
	}
	if o.note != "" {
		fmt.Fprintf(&b, "  (%s)", o.note)
	}
	return b.String()
}

// shownType is a frame's type, in quotes where it is not plain.
func shownType(e *entry) string {
	kind := at(e.frame, []string{"data", "message-type"})
	if text, ok := kind.Text(); ok {
		return modes.Show(text)
	}
	if !kind.Present() {
		return "no type"
	}
	return string(wire.AppendValue(nil, kind))
}

// shortValue is how many characters of a value a line shows.
const shortValue = 24

// value shows a member's value: strings in quotes, all else bare; secrets hidden,
// what is long shortened to max characters, 0 for all.
func (s *secrets) value(name string, v wire.Value, max int) string {
	if modes.SecretMember(name) && v.Present() && !s.areShown() {
		if v.Kind() == wire.Null || v.Kind() == wire.Bool {
			return string(v.Raw())
		}
		return hidden
	}
	if text, ok := v.Text(); ok {
		text = s.hide(text)
		if cut, ok := shorten(text, max); ok {
			return strconv.Quote(cut) + "…"
		}
		return strconv.Quote(text)
	}
	text := s.hide(string(wire.AppendValue(nil, v)))
	if cut, ok := shorten(text, max); ok {
		text = cut + "…"
	}
	if !v.Present() {
		return "nothing"
	}
	if v.Kind() == wire.Object || v.Kind() == wire.Array {
		return safe(text)
	}
	return text
}

// shorten cuts a text that is much longer than max characters.
func shorten(text string, max int) (cut string, ok bool) {
	r := []rune(text[:min(len(text), 4*max+16)])
	if max == 0 || len(r) <= max+4 {
		return text, false
	}
	return string(r[:max]), true
}

// safe puts escapes in place of all that would act on a terminal.
func safe(text string) string {
	if !strings.ContainsFunc(text, isUnsafe) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if isUnsafe(r) || r == utf8.RuneError && size == 1 {
			q := strconv.Quote(text[:size])
			b.WriteString(q[1 : len(q)-1])
		} else {
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}

// isUnsafe is true for the bytes of broken UTF-8, too.
func isUnsafe(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
