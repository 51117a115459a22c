package repl

import (
	"bytes"
	"maps"
	"slices"
	"strconv"

	"proto/wire"
)

// brokenMembers are members to be set in a frame, by name, as the wire spells
// them; one that is "" is taken away.
type brokenMembers = map[string]string

// brokenEdit is a frame with these members set in it. Of a member that stands
// twice the last is kept.
func brokenEdit(f *wire.Frame, header, data brokenMembers) []byte {
	b := append([]byte(nil), `{"header":`...)
	b = appendBroken(b, f.Header, header)
	b = append(b, `,"data":`...)
	b = appendBroken(b, f.Data, data)
	return append(b, "}\n"...)
}

func appendBroken(b []byte, members wire.Members, set brokenMembers) []byte {
	rest := maps.Clone(set)
	b = append(b, '{')
	add := func(name string, value []byte) {
		if len(value) == 0 {
			return
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = wire.AppendText(b, name)
		b = append(b, ':')
		b = append(b, value...)
	}
	seen := make(map[string]bool)
	for _, m := range members {
		name := string(m.Name)
		if seen[name] {
			continue
		}
		seen[name] = true
		value, ok := set[name]
		delete(rest, name)
		if !ok {
			value = string(members.Get(name).Raw())
		}
		add(name, []byte(value))
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		add(name, []byte(rest[name]))
	}
	return append(b, '}')
}

// brokenParse reads a frame that this server made or has read before.
func brokenParse(b []byte) *wire.Frame {
	f := new(wire.Frame)
	if _, err := wire.Parse(bytes.Clone(b), wire.Limits{Bytes: 1 << 20, Levels: 1 << 10}, f); err != nil {
		panic(err)
	}
	return f
}

// brokenAmend sets members in the data of a verdict's reply, if it has one.
func brokenAmend(v wire.Verdict, data brokenMembers) wire.Verdict {
	if len(v.Reply) > 0 {
		v.Reply = brokenEdit(brokenParse(v.Reply), nil, data)
	}
	return v
}

// onAnswer breaks the answers of one event, by what it makes of their data.
func onAnswer(event wire.Event, amend func(data wire.Members) brokenMembers) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return func(c *brokenConnection, f *wire.Frame) wire.Verdict {
		v := c.good(f)
		if v.Event == event && len(v.Reply) > 0 {
			return brokenAmend(v, amend(brokenParse(v.Reply).Data))
		}
		return v
	}
}

// onRefusal breaks what is done about one refusal.
func onRefusal(r wire.Refusal, do func(*brokenConnection, *wire.Frame, wire.Verdict) wire.Verdict) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return func(c *brokenConnection, f *wire.Frame) wire.Verdict {
		v := c.good(f)
		if v.Refusal == r {
			return do(c, f, v)
		}
		return v
	}
}

// accepted answers what is refused for one reason as if members were others.
func accepted(r wire.Refusal, mend func(*brokenConnection, *wire.Frame) (header, data brokenMembers)) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return onRefusal(r, func(c *brokenConnection, f *wire.Frame, v wire.Verdict) wire.Verdict {
		header, data := mend(c, f)
		if header == nil && data == nil {
			return v
		}
		return c.instead(f, header, data)
	})
}

func brokenQuote(s string) string { return string(wire.AppendText(nil, s)) }

func brokenInt(n int64) string { return strconv.FormatInt(n, 10) }

// unquoted is a value without the quotes around it, if it has any.
func unquoted(v wire.Value) string {
	if text, ok := v.Text(); ok {
		return text
	}
	return string(v.Raw())
}
