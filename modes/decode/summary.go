package decode

import (
	"fmt"
	"strings"

	"proto/modes/decode/follow"
	"proto/wire"
)

// summary is the last line, on stderr.
func (op *opener) summary() string {
	c := &op.counts
	parts := []string{counted(c.frames, "frame"), counted(c.answers, "answer"), fmt.Sprintf("%d decoded", c.status[follow.OK])}
	for _, s := range follow.Statuses()[1:] {
		n := c.status[s]
		if s == follow.Truncated {
			n = c.truncated
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %v", n, s))
		}
	}
	parts = append(parts, counted(int64(op.follower.Sessions()), "session"))
	if d := dialects(op.follower.Dialects()); d != "" {
		parts = append(parts, "dialect "+d)
	}
	if op.verify.on {
		parts = append(parts, fmt.Sprintf("%d verified", op.verify.matched))
	}
	return strings.Join(parts, ", ")
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func dialects(m map[wire.Dialect]int) string {
	var names []string
	for _, d := range follow.Dialects() {
		if m[d] == 0 {
			continue
		}
		shift, pad := "shifted", "padded"
		if d.Unshifted {
			shift = "unshifted"
		}
		if d.Unpadded {
			pad = "unpadded"
		}
		names = append(names, shift+" "+pad)
	}
	return strings.Join(names, " and ")
}
