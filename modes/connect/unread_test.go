package connect

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"proto/modes"
)

// pager is a reader of what is printed: it takes this many bytes at once, and then
// nothing until it goes on.
type pager struct {
	open chan struct{}

	mu   sync.Mutex
	room int
	took bytes.Buffer
}

// paged has a play print to one. goesOn is from the start; 0: never, and what is being
// written then is left so until the play is over.
func paged(lines *[]string, room int, goesOn time.Duration, notes bool) func(*play) {
	return func(p *play) {
		g := &pager{room: room, open: make(chan struct{})}
		if goesOn > 0 {
			time.AfterFunc(goesOn, func() { close(g.open) })
		} else {
			p.t.Cleanup(func() { close(g.open) })
		}
		p.out = g
		if notes {
			p.err = g
		}
		p.t.Cleanup(func() { *lines = strings.SplitAfter(g.took.String(), "\n") })
	}
}

func (g *pager) Write(b []byte) (int, error) {
	g.mu.Lock()
	g.room -= len(b)
	full := g.room < 0
	g.mu.Unlock()
	if full {
		<-g.open
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.took.Write(b)
}

// twoLines is room for the lines of two answers.
const twoLines = 90

// TestUnread: whoever does not read what is printed is waited for, but neither over a
// signal nor over the session's time: CLOSE is said, and the client ends.
func TestUnread(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name   string
		change func(*play)
		code   int
		took   time.Duration
	}{
		{"INT", signal(90*s, os.Interrupt), modes.ExitInterrupt, 90*s + s/4},
		{"TERM", signal(20*time.Minute, syscall.SIGTERM), modes.ExitTerminated, 20*time.Minute + s/4},
		{"--duration", set(func(s *settings) { s.duration = 100 * time.Second }), modes.ExitNotWell, 101*s + s/4},
		{"--duration over at once", set(func(s *settings) { s.duration = 60*time.Second + 1 }), modes.ExitNotWell, 61*s + s/4 + 1},
	} {
		for _, notes := range []bool{false, true} {
			t.Run(fmt.Sprint(c.name, ", stderr too: ", notes), func(t *testing.T) {
				var printed []string
				p := run(t, script{}, paged(&printed, twoLines, 0, notes), c.change)
				note, took := "note: nobody reads stdout: answer 4 is not written\n", c.took
				if notes {
					note, took = "", took+s/4
				}
				p.want(c.code, took, note)
				p.wantRequests(took, every(30*s, 3)...)
			})
		}
	}
}

// TestReadLate: what is read late is all there, and the session goes on.
func TestReadLate(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name   string
		goesOn time.Duration
		change func(*play)
		code   int
		took   time.Duration
		lines  int
	}{
		{"in the midst", 100 * s, count(5), modes.ExitDone, 130 * s, 5},
		{"after --duration", 100*s + s/2, set(func(s *settings) { s.duration = 100 * time.Second }), modes.ExitDone, 100*s + s/2, 3},
		{"after a signal", 100*s + s/5, signal(100*s, os.Interrupt), modes.ExitInterrupt, 100*s + s/5, 3},
		{"without an end", 20 * time.Minute, set(func(s *settings) { s.duration, s.count = 0, 4 }), modes.ExitDone, 20 * time.Minute, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			var printed []string
			p := run(t, script{}, paged(&printed, twoLines, c.goesOn, false), c.change)
			p.want(c.code, c.took, "")
			if n := len(printed) - 1; n != c.lines {
				t.Errorf("%d lines, want %d: %q", n, c.lines, printed)
			}
		})
	}
}

// TestTraceUnread: the same of the frames that --verbose shows.
func TestTraceUnread(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		change func(*play)
		code   int
		took   time.Duration
	}{
		{signal(95*s, os.Interrupt), modes.ExitInterrupt, 95*s + s/4},
		{set(func(s *settings) { s.duration = 100 * time.Second }), modes.ExitDone, 101*s + s/4},
	} {
		var printed []string
		p := run(t, script{}, paged(&printed, 1500, 0, true), set(func(s *settings) { s.verbose = true }), c.change, func(p *play) { p.out = io.Discard })
		p.want(c.code, c.took, "")
		if last := p.heard[len(p.heard)-1]; last.kind != "CLOSE" || last.at != c.took || len(p.heard) < 3 {
			t.Errorf("heard %v", p.heard)
		}
	}
}

// TestFiguresUnread: a signal ends the wait for who reads a load's figures.
func TestFiguresUnread(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		at, took time.Duration
	}{{95 * s, 95*s + s/4}, {time.Hour, time.Hour + s/4}} {
		var printed []string
		p := run(t, script{}, paged(&printed, 0, 0, false), sessions(3), signal(c.at, syscall.SIGTERM))
		p.want(modes.ExitTerminated, c.took, "")
	}
	var printed []string
	p := run(t, script{}, paged(&printed, 0, time.Hour, false), sessions(3))
	p.want(modes.ExitDone, time.Hour, "")
	if !strings.HasPrefix(strings.Join(printed, ""), "sessions    3, opened in ") {
		t.Errorf("printed %q", printed)
	}
}
