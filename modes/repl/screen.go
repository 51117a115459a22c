package repl

import (
	"io"
	"strings"
	"sync"
)

// screen prints whole lines, from any goroutine.
type screen struct {
	mu  sync.Mutex
	out io.Writer
	err error // the first one
}

func (s *screen) line(line string) { s.lines([]string{line}) }

func (s *screen) lines(lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil || len(lines) == 0 {
		return
	}
	_, s.err = io.WriteString(s.out, strings.Join(lines, "\n")+"\n")
}

// failed is the error of writing, if there was one.
func (s *screen) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
