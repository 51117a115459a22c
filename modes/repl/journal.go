package repl

import (
	"strings"
	"sync"

	"proto/modes/repl/language"
)

// journal is what save writes: the commands that did what they should, and what
// the server did meanwhile, in order. Readers of connections write it too. A nil
// journal keeps nothing.
type journal struct {
	mu    sync.Mutex
	items []journalItem
}

// journalItem is a command, or something a server did that none has expected yet.
type journalItem struct {
	text    string
	link    string
	arrival *arrival
	event   string // "closed", "reset"
}

// maxJournal bounds it, in items; what comes later is not kept.
const maxJournal = 100_000

func (j *journal) add(item journalItem) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.items) < maxJournal {
		j.items = append(j.items, item)
	}
}

// came notes a frame, or the end of a connection.
func (j *journal) came(link string, a *arrival, event string) {
	j.add(journalItem{link: link, arrival: a, event: event})
}

// expected takes out what a command of the user's has expected.
func (j *journal) expected(link string, a *arrival, event string) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := len(j.items) - 1; i >= 0; i-- {
		item := j.items[i]
		if item.text == "" && item.link == link && item.arrival == a && item.event == event {
			j.items = append(j.items[:i], j.items[i+1:]...)
			return
		}
	}
}

// sentBy notes a command that is about to send: its answer may be there before
// it is done.
func (b *bench) sentBy(c *language.Command) {
	if b.journal != nil {
		b.journal.add(journalItem{text: commandText(c)})
	}
}

// done notes all other commands that a script must have to do the same again.
func (b *bench) done(c *language.Command) {
	switch c.Name {
	case "connect", "use", "disconnect", "eof", "abort", "let", "timeout", "sleep", "expect", "await", "secret":
		if b.journal != nil {
			b.journal.add(journalItem{text: commandText(c)})
		}
	}
}

// commandText is a command as it was written, with the connection it ran on
// where it has that from the command around it.
func commandText(c *language.Command) string {
	text := strings.ReplaceAll(c.Span.Of(c.Source), "\r", "")
	if c.On != "" && !strings.Contains(strings.SplitN(text, c.Name, 2)[0], "@") {
		text = "@" + c.On + " " + text
	}
	return text
}

// script is the journal as a script.
func (b *bench) script() string {
	b.journal.mu.Lock()
	defer b.journal.mu.Unlock()
	s := &b.world.secrets
	var out strings.Builder
	current := mainLink
	for _, item := range b.journal.items {
		line := item.text
		if name, ok := strings.CutPrefix(line, "use "); ok {
			current = strings.TrimSpace(name)
		}
		switch {
		case item.arrival != nil && item.arrival.broken != nil:
			line = "# what came then was no frame: " + item.arrival.broken.Error()
		case item.arrival != nil:
			line = s.expectLine(item.arrival.frame.Value(), item.arrival.opened)
		case item.event != "":
			line = "expect " + item.event
		default:
			line = s.hide(line)
		}
		if item.text == "" && item.link != current && line[0] != '#' {
			line = "@" + item.link + " " + line
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}
