package keys

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
)

// ErrBusy is what [Users.Check] says of a login that it did not look at, because too many wait: see [Users.Bound]. It says
// nothing about the login. A server of package wire is to be told wire.ErrBusy in its place.
var ErrBusy = errors.New("too many logins wait")

// A Source is where a login comes from: see [WithSource]. Logins wait for a processor fairly by Source: each is served in turn, however
// many logins of another one wait. Suspects wait until nobody else does.
type Source struct {
	Addr    netip.Addr // to be compared as it is; a server may give a whole network's first address
	Suspect bool       // it has done something wrong lately
}

type sourceKey struct{}

// WithSource says in a context where a login comes from. Logins without share one Source.
func WithSource(ctx context.Context, s Source) context.Context {
	return context.WithValue(ctx, sourceKey{}, s)
}

// SourceOf is what WithSource said; the zero Source where it said nothing.
func SourceOf(ctx context.Context) Source {
	s, _ := ctx.Value(sourceKey{}).(Source)
	return s
}

// queue is a semaphore with a bounded number of waiters, who are let in fairly by source.
type queue struct {
	mu      sync.Mutex
	free    int // places not taken
	most    int // how many may wait; 0: any number
	waiting int
	lines   [2]ring // of everybody, of suspects
}

// ring holds the sources that wait. The first is served next and then goes to the end.
type ring []*line

// line is the waiters of one source, first come first.
type line struct {
	source  Source
	waiters []chan error // told nil with a place, or ErrBusy; room for the word
}

func newQueue(places, most int) *queue { return &queue{free: places, most: most} }

// enter waits for a place. Without an error it must be given back by leave.
func (q *queue) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	source := SourceOf(ctx)
	word, err := q.join(source)
	if err != nil || word == nil {
		return err
	}
	select {
	case err := <-word:
		return err
	case <-ctx.Done():
	}
	if !q.quit(source, word) && <-word == nil { // it was told in this very moment
		q.leave()
	}
	return ctx.Err()
}

// join takes a place at once, where word is nil, or a place in the queue.
func (q *queue) join(source Source) (word chan error, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.free > 0 { // then nobody waits
		q.free--
		return nil, nil
	}
	if q.most > 0 && q.waiting >= q.most && !q.displace(source) {
		return nil, ErrBusy
	}
	lines := q.ring(source)
	l := lines.find(source)
	if l == nil {
		l = &line{source: source}
		*lines = append(*lines, l)
	}
	word = make(chan error, 1)
	l.waiters = append(l.waiters, word)
	q.waiting++
	return word, nil
}

// displace makes room in a full queue by sending the last of the longest line away: one of suspects, for a newcomer
// who is none; otherwise one that stays longer than the newcomer's line becomes. It says whether there is room.
func (q *queue) displace(newcomer Source) bool {
	own := 0
	if l := q.ring(newcomer).find(newcomer); l != nil {
		own = len(l.waiters)
	}
	if l := q.lines[1].longest(); l != nil && (!newcomer.Suspect || len(l.waiters) > own+1) {
		q.turnAway(l)
		return true
	}
	if l := q.lines[0].longest(); l != nil && !newcomer.Suspect && len(l.waiters) > own+1 {
		q.turnAway(l)
		return true
	}
	return false
}

func (q *queue) turnAway(l *line) {
	last := len(l.waiters) - 1
	l.waiters[last] <- ErrBusy
	q.remove(l, last)
}

// quit takes a waiter out of the queue; false if it is there no more.
func (q *queue) quit(source Source, word chan error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.ring(source).find(source)
	if l == nil {
		return false
	}
	i := slices.Index(l.waiters, word)
	if i < 0 {
		return false
	}
	q.remove(l, i)
	return true
}

// wanted says whether somebody waits who is no suspect.
func (q *queue) wanted() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.lines[0]) > 0
}

// leave gives a place to the next in turn.
func (q *queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.lines {
		lines := &q.lines[i]
		if len(*lines) == 0 {
			continue
		}
		l := lines.next()
		l.waiters[0] <- nil
		q.remove(l, 0)
		return
	}
	q.free++
}

// remove takes a waiter off its line, and the line off its ring if it was the last. q.mu is held.
func (q *queue) remove(l *line, i int) {
	q.waiting--
	if l.waiters = slices.Delete(l.waiters, i, i+1); len(l.waiters) > 0 {
		return
	}
	lines := q.ring(l.source)
	at := slices.Index(*lines, l)
	*lines = slices.Delete(*lines, at, at+1)
}

func (q *queue) ring(s Source) *ring {
	if s.Suspect {
		return &q.lines[1]
	}
	return &q.lines[0]
}

// manyLines is from how many on the newest source is served first. When more come than can be served, each in his turn
// would wait until his time is over; so those who have just come are served in time, and the others no less than before.
const manyLines = 32

// next is the line to serve: the first, which then goes to the end.
func (r *ring) next() *line {
	all := *r
	if len(all) > manyLines {
		return all[len(all)-1]
	}
	l := all[0]
	copy(all, all[1:])
	all[len(all)-1] = l
	return l
}

func (r *ring) find(s Source) *line {
	for _, l := range *r {
		if l.source == s {
			return l
		}
	}
	return nil
}

func (r *ring) longest() (best *line) {
	for _, l := range *r {
		if best == nil || len(l.waiters) >= len(best.waiters) {
			best = l
		}
	}
	return best
}
