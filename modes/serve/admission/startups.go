package admission

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Startups refuses connections by how many have not logged in yet, as sshd's
// MaxStartups does: from Start on Rate percent of them, at random, rising evenly
// to all of them at Full. Start 0 is off.
type Startups struct{ Start, Rate, Full int }

// ParseStartups reads START:RATE:FULL, or one number, from which on all are
// refused. 0 is off.
func ParseStartups(text string) (s Startups, err error) {
	parts := strings.Split(text, ":")
	if len(parts) != 1 && len(parts) != 3 {
		return s, fmt.Errorf("it is START:RATE:FULL, as 100:30:300, or one number")
	}
	var n [3]int
	for i, part := range parts {
		if n[i], err = strconv.Atoi(part); err != nil || n[i] < 0 || part[0] == '+' {
			return s, fmt.Errorf("%q is no whole number", part)
		}
	}
	if len(parts) == 1 {
		n[1], n[2] = 100, n[0]
	}
	s = Startups{Start: n[0], Rate: n[1], Full: n[2]}
	switch {
	case s.Rate > 100:
		return s, fmt.Errorf("the rate is over 100 %%")
	case s.Full < s.Start:
		return s, fmt.Errorf("the last number is below the first")
	}
	return s, nil
}

func (s Startups) String() string { return fmt.Sprintf("%d:%d:%d", s.Start, s.Rate, s.Full) }

// crowd says whether there are so many that some are refused.
func (s Startups) crowd(waiting int) bool { return s.Start > 0 && waiting >= s.Start }

// patience is how long so many may each take: the time given, and from Start on
// less, down to a quarter at Full.
func (s Startups) patience(waiting int, usual time.Duration) time.Duration {
	if waiting <= s.Start {
		return usual
	}
	over := float64(min(waiting, s.Full)-s.Start) / float64(max(1, s.Full-s.Start))
	return usual - time.Duration(over*0.75*float64(usual))
}

// full says whether all are refused who come to so many.
func (s Startups) full(waiting int) bool {
	return s.Start > 0 && (waiting >= s.Full || s.Rate == 100 && waiting >= s.Start)
}

// unlucky draws for a newcomer to so many, of whom not all are refused.
func (s Startups) unlucky(waiting int, random func(n int) int) bool {
	if !s.crowd(waiting) {
		return false
	}
	return random(100) < s.Rate+(100-s.Rate)*(waiting-s.Start)/(s.Full-s.Start)
}
