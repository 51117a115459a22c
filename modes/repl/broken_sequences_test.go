package repl

import (
	"strconv"
	"strings"

	"proto/wire"
)

// brokenSequences are rules about the numbers of requests.
func brokenSequences() []brokenRule {
	rules := []brokenRule{
		{name: "sequence-string-echoed-as-number", breaks: "a sequence that is a string is echoed as one", serve: onAnswer(wire.Answered, func(data wire.Members) brokenMembers {
			return brokenMembers{"sequesce": unquoted(data.Get("sequesce"))}
		})},
		{name: "sequence-string-refused", breaks: "a sequence that is a string of digits is answered", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			if f.Data.Get("sequence").Kind() == wire.String {
				return c.instead(f, nil, brokenMembers{"sequence": "null"})
			}
			return c.good(f)
		}},
		{name: "sequence-through-float", breaks: "a sequence keeps all its digits", serve: onAnswer(wire.Answered, func(data wire.Members) brokenMembers {
			sequence := data.Get("sequesce")
			n, err := strconv.ParseFloat(string(sequence.Raw()), 64)
			if err != nil || sequence.Kind() != wire.Integer {
				return nil
			}
			return brokenMembers{"sequesce": strconv.FormatFloat(n, 'f', 0, 64)}
		})},
		{name: "sequence-order-enforced", breaks: "a sequence lower or higher than the next is answered", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			session, sequence := c.named(f), f.Data.Get("sequence")
			if session == nil || !f.Type().Is(wire.TypeRequest) || !c.passes(f) || string(sequence.Raw()) == session.last {
				return c.good(f)
			}
			if unquoted(sequence) != strconv.Itoa(session.answered+2) {
				return c.instead(f, nil, brokenMembers{"sequence": "null"})
			}
			return c.good(f)
		}},
		{name: "retransmission-answered-afresh", breaks: "the last answered sequence again brings the same bytes", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			v := c.good(f)
			if v.Event == wire.Resent {
				return c.substitute(f, string(f.Data.Get("sequence").Raw()))
			}
			return v
		}},
		{name: "retransmission-refused", breaks: "the last answered sequence again is answered", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			v := c.good(f)
			if v.Event == wire.Resent {
				return c.instead(f, nil, brokenMembers{"sequence": "null"})
			}
			return v
		}},
		{name: "retransmission-of-any-sequence", breaks: "only the last answered sequence is a retransmission", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			if session := c.named(f); session != nil && f.Type().Is(wire.TypeRequest) && c.passes(f) {
				if reply := session.replies[string(f.Data.Get("sequence").Raw())]; reply != nil {
					return wire.Verdict{Event: wire.Resent, Reply: reply}
				}
			}
			return c.good(f)
		}},
		{name: "retransmission-in-either-spelling", breaks: `2 and "2" are two sequences`, serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			session, sequence := c.named(f), f.Data.Get("sequence")
			if session != nil && f.Type().Is(wire.TypeRequest) && c.passes(f) && unquoted(sequence) == strings.Trim(session.last, `"'`) {
				return wire.Verdict{Event: wire.Resent, Reply: session.reply}
			}
			return c.good(f)
		}},
		{name: "wrong-sequence-echoed", breaks: "a sequence that cannot be read is answered with sequesce 0", serve: onRefusal(wire.WrongSequence, func(_ *brokenConnection, f *wire.Frame, v wire.Verdict) wire.Verdict {
			if raw := string(f.Data.Get("sequence").Raw()); raw != "" {
				return brokenAmend(v, brokenMembers{"sequesce": raw})
			}
			return v
		})},
		{name: "wrong-sequence-with-session", breaks: "CLOSE for a wrong sequence has no sessionId", serve: onRefusal(wire.WrongSequence, func(_ *brokenConnection, f *wire.Frame, v wire.Verdict) wire.Verdict {
			if v.Session == nil {
				return v
			}
			return brokenAmend(v, brokenMembers{"sessionId": brokenInt(v.Session.ID)})
		})},
	}
	return append(rules,
		sequenceTaken("null", func(v wire.Value) bool { return v.Kind() == wire.Null }),
		sequenceTaken("real", func(v wire.Value) bool { return v.Kind() == wire.Real }),
		sequenceTaken("boolean", func(v wire.Value) bool { return v.Kind() == wire.Bool }),
		sequenceTaken("text", func(v wire.Value) bool { return v.Kind() == wire.String && !longDigits(v) }),
		sequenceTaken("long-text", longDigits),
		sequenceTaken("missing", func(v wire.Value) bool { return !v.Present() }),
	)
}

// longDigits says whether a value is a string of more than 18 digits.
func longDigits(v wire.Value) bool {
	text, ok := v.Text()
	return ok && len(text) > 18 && strings.Trim(text, "0123456789") == ""
}

// sequenceTaken answers requests with a sequence that cannot be read.
func sequenceTaken(name string, takes func(wire.Value) bool) brokenRule {
	return brokenRule{
		name:   "sequence-" + name + "-answered",
		breaks: "a request whose sequence is " + name + " is refused",
		serve: onRefusal(wire.WrongSequence, func(c *brokenConnection, f *wire.Frame, v wire.Verdict) wire.Verdict {
			sequence := f.Data.Get("sequence")
			if !takes(sequence) {
				return v
			}
			echo := "0"
			if sequence.Present() {
				echo = string(sequence.Raw())
			}
			return c.substitute(f, echo)
		}),
	}
}
