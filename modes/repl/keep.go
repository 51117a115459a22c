package repl

import (
	"regexp"
	"strings"

	"proto/modes"
	"proto/modes/repl/language"
	"proto/wire"
)

// remember keeps a line in the history; its file gets no secret.
func (h *hand) remember(text string, commands []*language.Command, errs []*language.Error) {
	if err := h.editor.Remember(text, h.kept(text, commands, errs)); err != nil {
		h.notes([]string{"warning: what is typed is not kept: " + modes.Plain(err)})
	}
}

// censor takes out of the history what has become a secret.
func (h *hand) censor() {
	if err := h.editor.Censor(h.world.secrets.hideAlways); err != nil {
		h.notes([]string{"warning: the history cannot be changed: " + modes.Plain(err)})
	}
}

// kept is a line without secrets: those that are known by their value, the words
// and members that hold such, and what a secret variable is set to.
func (h *hand) kept(text string, commands []*language.Command, errs []*language.Error) string {
	if len(errs) > 0 {
		// It cannot be said which of its words is what.
		for _, word := range []string{"password", "token", "key", "secret"} {
			if strings.Contains(strings.ToLower(text), word) {
				return ""
			}
		}
	}
	for _, c := range commands {
		text = h.bench.hideWords(text, c)
	}
	return h.world.secrets.hideAlways(hideMembers(text))
}

// secretText finds members that hold secrets in texts that are not taken apart:
// raw ones and whole frames.
var secretText = regexp.MustCompile(`(?i)(["'](?:password|token|key1|key2)["']\s*:\s*)("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,}$]+)`)

// hideMembers hides what such members hold, but variables.
func hideMembers(text string) string {
	return secretText.ReplaceAllStringFunc(text, func(m string) string {
		parts := secretText.FindStringSubmatch(m)
		if strings.HasPrefix(strings.TrimLeft(parts[2], `"`), "$") {
			return m
		}
		return parts[1] + `"` + hidden + `"`
	})
}

// hideWords takes the values out of a command's words that name secrets.
func (b *bench) hideWords(text string, c *language.Command) string {
	for _, inner := range c.Body {
		if inner.Source == c.Source {
			text = b.hideWords(text, inner)
		}
	}
	for _, f := range c.Fields {
		name := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
		isSecret := modes.SecretMember(name) || c.Name == "let" && b.hidden[f.Name]
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

// shownCommand is a command as it may be printed, before what it holds is known
// to be secret by its value.
func (b *bench) shownCommand(c *language.Command) string {
	text := commandText(c)
	if b.world.secrets.areShown() {
		return text
	}
	return hideMembers(b.hideWords(text, c))
}

// learn makes what a command's own words hold secret, whether it comes to be sent
// or not.
func (b *bench) learn(c *language.Command) {
	for _, inner := range c.Body {
		b.learn(inner)
	}
	for _, f := range c.Fields {
		text, literal := f.Text.Literal()
		if name := f.Name[strings.LastIndexByte(f.Name, '.')+1:]; literal && f.Op == language.Set && modes.SecretMember(name) {
			b.world.secrets.add(text)
		}
	}
	if c.Text != nil || c.Frame != nil {
		b.world.keepText([]byte(c.Span.Of(c.Source)))
	}
}

// keep makes what a frame of ours holds secret where it is one, at any depth.
func (w *world) keep(frame wire.Value) {
	for name, v := range frame.Members() {
		text, ok := v.Text()
		switch {
		case v.Kind() == wire.Object:
			w.keep(v)
		case ok && name == "password":
			w.secrets.add(text)
		case ok && modes.SecretMember(name):
			w.secrets.issue(text)
		}
	}
}

// keepText is keep for bytes that need be no frame.
func (w *world) keepText(content []byte) {
	for _, m := range secretText.FindAllSubmatch(content[:min(len(content), maxKept)], maxIssued) {
		if text := strings.Trim(string(m[2]), `"'`); !strings.HasPrefix(text, "$") {
			w.secrets.issue(text)
		}
	}
}

// maxKept is how much of what is sent raw is looked through for secrets.
const maxKept = 64 << 10
