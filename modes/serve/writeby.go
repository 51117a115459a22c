package serve

import "time"

// writeBy is the deadline of what is written on a link. That of an answer stays when the
// answer has been written, and is then over: what TLS says of itself after that, as when the
// client changes its keys, would fail, and the connection with it. So the link sees to a new
// one; but not before an answer, for which whoever writes it has done so.
type writeBy struct {
	at     time.Time
	within time.Duration // from the end of the handshake on; 0: no new one
	seenTo bool
}

// writeSlack is the part of the write deadline by which it may be late: so it is
// not set anew for each of many answers.
const writeSlack = 16

// allow lets what is written now take as long as it may.
func (l *link) allow(now time.Time) error {
	if l.by.within == 0 || l.by.at.Sub(now) >= l.by.within {
		return nil
	}
	return l.SetWriteDeadline(now.Add(l.by.within + l.by.within/writeSlack))
}

// SetWriteDeadline is for what is written next.
func (l *link) SetWriteDeadline(t time.Time) error {
	l.by.at = t
	return l.Conn.SetWriteDeadline(t)
}

// SetDeadline is for what is read, too.
func (l *link) SetDeadline(t time.Time) error {
	l.by.at = t
	return l.Conn.SetDeadline(t)
}

// Write writes a record.
func (l *link) Write(b []byte) (int, error) {
	if !l.by.seenTo && l.by.within > 0 {
		if now := time.Now(); !now.Before(l.by.at) {
			if err := l.allow(now); err != nil {
				return 0, err
			}
		}
	}
	return l.Conn.Write(b)
}
