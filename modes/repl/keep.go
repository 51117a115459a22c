package repl

import (
	"regexp"
	"strings"

	"proto/modes"
	"proto/modes/repl/language"
)

// remember keeps a line in the history; its file gets no secret.
func (h *hand) remember(text string, commands []*language.Command, errs []*language.Error) {
	if err := h.editor.Remember(text, h.kept(text, commands, errs)); err != nil {
		h.notes([]string{"warning: what is typed is not kept: " + modes.Plain(err)})
	}
}

// secretText finds members that hold secrets where a line is no list of words:
// in raw texts and whole frames.
var secretText = regexp.MustCompile(`(?i)(["'](?:password|token|key1|key2)["']\s*:\s*)("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,}]+)`)

// kept is a line without secrets: those that are known by their value, the words
// and members that hold such, and what a secret variable is set to.
func (h *hand) kept(text string, commands []*language.Command, errs []*language.Error) string {
	out := text
	if len(errs) > 0 {
		// It cannot be said which of its words is what.
		for _, word := range []string{"password", "token", "key", "secret"} {
			if strings.Contains(strings.ToLower(text), word) {
				return ""
			}
		}
	}
	for _, c := range commands {
		out = h.hideWords(out, c)
	}
	out = secretText.ReplaceAllString(out, "${1}\""+hidden+"\"")
	return h.world.secrets.hideAlways(out)
}

// hideWords takes the values out of a command's words that name secrets.
func (h *hand) hideWords(text string, c *language.Command) string {
	for _, inner := range c.Body {
		if inner.Source == c.Source {
			text = h.hideWords(text, inner)
		}
	}
	for _, f := range c.Fields {
		name := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
		isSecret := modes.SecretMember(name) || c.Name == "let" && h.bench.hidden[f.Name]
		if !isSecret || f.Op == language.Absent || f.Op == language.Present {
			continue
		}
		word := f.Span.Of(c.Source)
		if at := strings.Index(word, string(f.Op)); at >= 0 && !strings.HasPrefix(word[at+len(f.Op):], "$") {
			text = strings.ReplaceAll(text, word, word[:at+len(f.Op)]+hidden)
		}
	}
	return text
}
