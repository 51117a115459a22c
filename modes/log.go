package modes

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"
)

// NewLog makes a log of the kind "text" or "json". What it is given of a peer's
// cannot act on a terminal: the text handler quotes what is not printable but for
// DEL, JSON's encoder leaves DEL and the bidirectional marks as they are, and the
// rest is done here.
func NewLog(w io.Writer, kind string, level slog.Leveler) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level}
	switch kind {
	case "text":
		return slog.New(slog.NewTextHandler(withoutDEL{w}, options)), nil
	case "json":
		options.ReplaceAttr = func(_ []string, a slog.Attr) slog.Attr {
			switch v := a.Value.Any().(type) {
			case time.Time: // RFC 3339 by itself
			case string:
				a.Value = slog.StringValue(escaped(v))
			case error:
				a.Value = slog.StringValue(escaped(v.Error()))
			case fmt.Stringer:
				a.Value = slog.StringValue(escaped(v.String()))
			}
			return a
		}
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, Usage("text is for people, json for programs", "--log cannot be %s: it is text or json", quote(kind))
}

// withoutDEL writes an escape in place of each DEL. It looks at lines and not at
// attributes because each login has some.
type withoutDEL struct{ out io.Writer }

func (w withoutDEL) Write(line []byte) (int, error) {
	if bytes.IndexByte(line, 0x7f) < 0 {
		return w.out.Write(line)
	}
	if _, err := w.out.Write(bytes.ReplaceAll(line, []byte{0x7f}, []byte(`\x7f`))); err != nil {
		return 0, err
	}
	return len(line), nil
}

// escaped puts escapes in place of all that is not printable.
func escaped(s string) string {
	if printable(s) {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
