package repl

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"proto/wire"
)

// brokenFraming are rules about how frames are found and spelled.
func brokenFraming() []brokenRule {
	return []brokenRule{
		{name: "second-frame-in-a-write-lost", breaks: "two frames in one write are both answered", read: eachRecord(func(record []byte) []byte {
			var f wire.Frame
			n, err := wire.Parse(record, wire.Limits{}, &f)
			if err != nil {
				return record
			}
			return record[:n]
		})},
		{name: "split-frame-refused", breaks: "a frame may come in many writes", read: eachRecord(func(record []byte) []byte {
			var f wire.Frame
			if _, err := wire.Parse(record, wire.Limits{}, &f); errors.Is(err, io.ErrUnexpectedEOF) && len(bytes.TrimSpace(record)) > 0 {
				return []byte("!")
			}
			return record
		})},
		{name: "white-space-refused", breaks: "white space may stand between frames", read: eachRecord(func(record []byte) []byte {
			if strings.ContainsRune(" \t\r\n", rune(record[0])) {
				return []byte("!")
			}
			return record
		})},
		{name: "literal-refused", breaks: "the spelling of a Python literal is read", serve: spelled(json.Valid)},
		{name: "hex-escape-refused", breaks: `the escape \xhh is read`, serve: spelled(func(frame []byte) bool { return !bytes.Contains(frame, []byte(`\x`)) })},
		{name: "mixed-spellings-refused", breaks: "both spellings may stand in one stream", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			kind := "literal"
			if json.Valid(f.Raw()) {
				kind = "JSON"
			}
			if c.spelling == "" {
				c.spelling = kind
			}
			if c.spelling != kind {
				return c.server.core.Malformed(nil, errBrokenSpelling)
			}
			return c.good(f)
		}},
		{name: "member-twice-accepted", breaks: "a member that stands twice is refused", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			if f.Shape() != nil && f.Top.Get("header").Kind() == wire.Object && f.Top.Get("data").Kind() == wire.Object {
				return c.good(brokenParse(brokenEdit(f, nil, nil)))
			}
			return c.good(f)
		}},
		{name: "other-case-accepted", breaks: "a member in other case is unknown", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			return c.instead(f, inOurCase(f.Header), inOurCase(f.Data))
		}},
		{name: "large-frame-accepted", breaks: "a frame over the limit is refused", limits: wire.Limits{Bytes: 1 << 20}},
		{name: "large-frame-ends-server", breaks: "a frame over the limit ends its connection only", malformed: func(c *brokenConnection, err error) wire.Verdict {
			if limit := (*wire.LimitError)(nil); errors.As(err, &limit) {
				c.server.sockets.cutAll()
			}
			return c.server.core.Malformed(nil, err)
		}},
		{name: "no-frame-ends-server", breaks: "what is no frame ends its connection only", malformed: func(c *brokenConnection, err error) wire.Verdict {
			if syntax := (*wire.SyntaxError)(nil); errors.As(err, &syntax) {
				c.server.sockets.cutAll()
			}
			return c.server.core.Malformed(nil, err)
		}},
		{name: "no-frame-unanswered", breaks: "what is no frame is answered CLOSE", malformed: func(*brokenConnection, error) wire.Verdict {
			return wire.Verdict{Close: true}
		}},
	}
}

var errBrokenSpelling = errors.New("this spelling is not known")

// spelled refuses frames by their bytes.
func spelled(good func([]byte) bool) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return func(c *brokenConnection, f *wire.Frame) wire.Verdict {
		if !good(f.Raw()) {
			return c.server.core.Malformed(nil, errBrokenSpelling)
		}
		return c.good(f)
	}
}

// inOurCase renames the members that the protocol has in another case.
func inOurCase(members wire.Members) brokenMembers {
	set := make(brokenMembers)
	for _, m := range members {
		for _, name := range []string{"MAC", "token", "username", "password", "message-type", "sessionId", "sequence", "isConnectionClose"} {
			if was := string(m.Name); was != name && strings.EqualFold(was, name) {
				set[was], set[name] = "", string(m.Value.Raw())
			}
		}
	}
	return set
}

// eachRecord changes what each record brings.
func eachRecord(change func([]byte) []byte) func(io.Reader) io.Reader {
	return func(r io.Reader) io.Reader { return &brokenRecords{source: r, change: change} }
}

type brokenRecords struct {
	source io.Reader
	change func([]byte) []byte
	rest   []byte
}

func (r *brokenRecords) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		record := make([]byte, 16<<10) // the most that TLS has in one
		n, err := r.source.Read(record)
		if err != nil {
			return 0, err
		}
		r.rest = r.change(record[:n])
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// brokenRefusals break, for each reason to refuse a frame, both halves of the
// rule: which CLOSE it gets, and that the connection is then closed.
func brokenRefusals() (rules []brokenRule) {
	for _, r := range []wire.Refusal{
		wire.BadShape, wire.NotHello, wire.HelloIncomplete, wire.HelloNamesSession, wire.WrongLogin,
		wire.NoSession, wire.WrongAddress, wire.WrongToken, wire.WrongSequence, wire.UnknownType,
	} {
		name := strings.ReplaceAll(r.String(), " ", "-")
		rules = append(rules, brokenRule{
			name: name + "-stays", breaks: "the connection is closed after CLOSE for: " + r.String(),
			serve: onRefusal(r, func(_ *brokenConnection, _ *wire.Frame, v wire.Verdict) wire.Verdict {
				v.Close = false
				return v
			}),
		}, flagTurned(name, r))
	}
	turned := flagTurned("no-frame", wire.NoFrame)
	turned.malformed = func(c *brokenConnection, err error) wire.Verdict {
		return turnFlag(c.server.core.Malformed(nil, err))
	}
	return append(rules, turned)
}

func flagTurned(name string, r wire.Refusal) brokenRule {
	name, breaks := name+"-with-flag", "CLOSE has no flag for: "
	if r.Flag() {
		name, breaks = strings.TrimSuffix(name, "-with-flag")+"-without-flag", "CLOSE has the flag for: "
	}
	return brokenRule{
		name: name, breaks: breaks + r.String(),
		serve: onRefusal(r, func(_ *brokenConnection, _ *wire.Frame, v wire.Verdict) wire.Verdict { return turnFlag(v) }),
	}
}

func turnFlag(v wire.Verdict) wire.Verdict {
	flag := `"false"`
	if v.Refusal.Flag() {
		flag = ""
	}
	return brokenAmend(v, brokenMembers{"isAuthencatedUser": flag})
}
