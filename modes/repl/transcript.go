package repl

import (
	"sync"
	"time"

	"proto/wire"
)

// entry is one thing that happened on a connection.
type entry struct {
	after  time.Duration // since the bench began
	clock  time.Time
	link   string
	event  string // "sent", "received", "raw", "broken", "closed", "reset", "command", "note"
	frame  wire.Value
	kind   string // the frame's type
	opened opened
	text   string // of all but frames
	rtt    time.Duration
}

// transcript is what has happened, in order. Connections' readers write it too.
type transcript struct {
	start time.Time
	print func(e *entry, several bool) // by hand and in plain scripts: at once

	mu      sync.Mutex
	entries []*entry
	omitted int
}

// maxTranscript bounds it: the first half stays, then the latest.
const maxTranscript = 2000

func (t *transcript) add(e *entry, several bool) *entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.clock = time.Now()
	e.after = e.clock.Sub(t.start)
	if len(t.entries) == maxTranscript {
		t.omitted++
		t.entries = append(t.entries[:maxTranscript/2], t.entries[maxTranscript/2+1:]...)
	}
	t.entries = append(t.entries, e)
	if t.print != nil {
		t.print(e, several)
	}
	return e
}

// all is what has happened so far.
func (t *transcript) all() (entries []*entry, omitted int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*entry(nil), t.entries...), t.omitted
}

func (b *bench) received(l *link, a *arrival, rtt time.Duration) *entry {
	b.journal.arrived(l.name, a, "")
	return b.log.add(&entry{link: l.name, event: "received", frame: a.frame.Value(), kind: frameType(a.frame), opened: a.opened, rtt: rtt}, b.several())
}

func (b *bench) receivedBroken(l *link, err error) *entry {
	return b.log.add(&entry{link: l.name, event: "broken", text: err.Error()}, b.several())
}

func (b *bench) happened(l *link, event, reason string) {
	b.journal.arrived(l.name, nil, event)
	b.log.add(&entry{link: l.name, event: event, text: reason}, b.several())
}
