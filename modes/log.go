package modes

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// NewLog makes a log of the kind "text" or "json". What it is given of a peer's
// cannot act on a terminal: the text handler quotes what is not printable, and
// for JSON, whose encoder leaves DEL and the bidirectional marks as they are,
// it is quoted here.
func NewLog(w io.Writer, kind string, level slog.Leveler) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level}
	switch kind {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		options.ReplaceAttr = func(_ []string, a slog.Attr) slog.Attr {
			switch v := a.Value.Any().(type) {
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
	return nil, Usage("", "--log cannot be %s: it is text or json", quote(kind))
}

// escaped puts escapes in place of all that is not printable.
func escaped(s string) string {
	if printable(s) {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
