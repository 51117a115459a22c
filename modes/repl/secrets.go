package repl

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

// secrets are the values that are hidden wherever they would be shown: tokens,
// keys and passwords from birth, and what the command secret names. They are
// hidden by value, so that a token within a raw text is hidden too.
type secrets struct {
	mu     sync.Mutex
	own    []string // passwords and what the user names, the longest first
	issued []string // tokens and keys of servers, the last maxIssued
	shown  bool     // secrets on
}

// minSecret is from how many bytes on a value is hidden wherever it stands. A
// shorter one would hide parts of words that are none; it is hidden in its place
// only.
const minSecret = 6

// maxIssued bounds the list: a flood of HELLO brings three a frame. What is older
// is still hidden in the members that hold it.
const maxIssued = 600

const hidden = "(hidden)"

// add makes a value of the user's secret.
func (s *secrets) add(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(value) < minSecret || slices.Contains(s.own, value) {
		return
	}
	i := sort.Search(len(s.own), func(i int) bool { return len(s.own[i]) < len(value) })
	s.own = slices.Insert(s.own, i, value)
}

// issue makes a value that a server gave secret.
func (s *secrets) issue(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(value) < minSecret || slices.Contains(s.issued, value) {
		return
	}
	if s.issued = append(s.issued, value); len(s.issued) > maxIssued {
		s.issued = append(s.issued[:0], s.issued[len(s.issued)-maxIssued/2:]...)
	}
}

// show switches hiding off or on.
func (s *secrets) show(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = on
}

// areShown says whether secrets on was said.
func (s *secrets) areShown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown
}

// hide puts (hidden) in place of each secret in a text.
func (s *secrets) hide(text string) string {
	if s.areShown() {
		return text
	}
	return s.hideAlways(text)
}

// hideAlways hides with secrets on, too: in files that outlive the session.
func (s *secrets) hideAlways(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range [][]string{s.issued, s.own} {
		for _, v := range list {
			if len(v) <= len(text) && strings.Contains(text, v) {
				text = strings.ReplaceAll(text, v, hidden)
			}
		}
	}
	return text
}
