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
	came  int // how many of the items are what a server did
	last  int // the number of the one that was expected last
}

// journalItem is a command, or something a server did that no command has
// expected yet.
type journalItem struct {
	text    string // of a command
	link    string
	number  int // of what a server did; of a command: the one that it expected
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
	if item.text == "" {
		j.came++
		item.number = j.came
	}
	if len(j.items) < maxJournal {
		j.items = append(j.items, item)
	}
}

// arrived notes a frame, or the end of a connection.
func (j *journal) arrived(link string, a *arrival, event string) {
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
			j.last = item.number
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
	case "connect", "use", "disconnect", "eof", "abort", "let", "timeout", "sleep", "secret":
		if b.journal != nil {
			b.journal.add(journalItem{text: commandText(c)})
		}
	case "expect", "await":
		if b.journal != nil {
			b.journal.add(journalItem{text: commandText(c), link: b.on(c).name, number: b.journal.last})
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

// script is the journal as a script. A connection's frames are expected in the
// order in which they came, whatever the user has looked at in the meantime.
func (b *bench) script() string {
	b.journal.mu.Lock()
	defer b.journal.mu.Unlock()
	var out strings.Builder
	current := mainLink
	waiting := make(map[int][]journalItem) // by the index of the command to stand behind
	expects := b.journal.expects()
	for i, item := range b.journal.items {
		if item.text == "" {
			if at := b.journal.behind(i, expects); at > i {
				waiting[at] = append(waiting[at], item)
				continue
			}
		}
		if name, ok := strings.CutPrefix(item.text, "use "); ok {
			current = strings.TrimSpace(name)
		}
		for _, item := range append([]journalItem{item}, waiting[i]...) {
			out.WriteString(b.journalLine(item, current) + "\n")
		}
	}
	return out.String()
}

// expects are the indices of the commands that expected something.
func (j *journal) expects() (list []int) {
	for i, item := range j.items {
		if item.text != "" && item.number > 0 {
			list = append(list, i)
		}
	}
	return list
}

// behind is the index of the last of those commands that expected something which
// came before item i on the same connection; i where none stands behind it.
func (j *journal) behind(i int, expects []int) int {
	at := i
	for _, k := range expects {
		if c := j.items[k]; k > i && c.number < j.items[i].number && c.link == j.items[i].link {
			at = k
		}
	}
	return at
}

// journalLine is an item as a line, with its connection where that is not the
// one in use.
func (b *bench) journalLine(item journalItem, current string) string {
	s := &b.world.secrets
	var line string
	switch {
	case item.text != "":
		return s.hide(item.text)
	case item.arrival == nil:
		line = "expect " + item.event
	case item.arrival.broken != nil:
		return "# what came then was no frame: " + item.arrival.broken.Error()
	default:
		line = s.expectLine(item.arrival.frame.Value(), item.arrival.opened)
	}
	if item.link != current {
		line = "@" + item.link + " " + line
	}
	return line
}
