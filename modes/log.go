package modes

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
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
		options.ReplaceAttr = func(_ []string, a slog.Attr) slog.Attr {
			switch a.Value.Kind() {
			case slog.KindString, slog.KindAny:
			default:
				return a // numbers and times hold nothing of a peer's, and each login has some
			}
			if v := a.Value.String(); strings.Contains(v, "\x7f") {
				a.Value = slog.StringValue(strings.ReplaceAll(v, "\x7f", `\x7f`))
			}
			return a
		}
		return slog.New(slog.NewTextHandler(w, options)), nil
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

// escaped puts escapes in place of all that is not printable.
func escaped(s string) string {
	if printable(s) {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
