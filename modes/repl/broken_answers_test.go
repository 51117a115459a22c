package repl

import (
	"math/big"
	"strconv"

	"proto/wire"
)

// brokenAnswers are rules about the members of what the server sends.
func brokenAnswers() []brokenRule {
	return []brokenRule{
		{name: "sequesce-spelled-right", breaks: "answers are numbered with sequesce", serve: onReply(func(v wire.Verdict, data wire.Members) brokenMembers {
			return brokenMembers{"sequesce": "", "sequence": string(data.Get("sequesce").Raw())}
		})},
		{name: "flag-spelled-right", breaks: "the flag is called isAuthencatedUser", serve: onReply(func(v wire.Verdict, data wire.Members) brokenMembers {
			return brokenMembers{"isAuthencatedUser": "", "isAuthenticatedUser": string(data.Get("isAuthencatedUser").Raw())}
		})},
		{name: "flag-true-as-boolean", breaks: `the flag of HELLO_ACK is the string "True"`, serve: onAnswer(wire.Opened, func(wire.Members) brokenMembers {
			return brokenMembers{"isAuthencatedUser": "true"}
		})},
		{name: "flag-true-in-lower-case", breaks: `the flag of HELLO_ACK is the string "True"`, serve: onAnswer(wire.Opened, func(wire.Members) brokenMembers {
			return brokenMembers{"isAuthencatedUser": `"true"`}
		})},
		{name: "flag-false-as-boolean", breaks: `the flag of CLOSE is the string "false"`, serve: flagOfRefusals("false")},
		{name: "flag-false-in-upper-case", breaks: `the flag of CLOSE is the string "false"`, serve: flagOfRefusals(`"False"`)},
		{name: "reason-on-the-wire", breaks: "reasons go to the log, not on the wire", serve: onReply(func(v wire.Verdict, _ wire.Members) brokenMembers {
			if v.Event != wire.Refused {
				return nil
			}
			return brokenMembers{"reason": brokenQuote(v.Refusal.String())}
		})},
		{name: "close-sequesce-0", breaks: "CLOSE has the request's sequence where it could be read", serve: onReply(func(v wire.Verdict, _ wire.Members) brokenMembers {
			if v.Event != wire.Refused {
				return nil
			}
			return brokenMembers{"sequesce": "0"}
		})},
		{name: "sequesce-counts-answers", breaks: "sequesce is the request's sequence", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			v := c.good(f)
			if v.Event != wire.Answered && v.Event != wire.Resent {
				return v
			}
			return brokenAmend(v, brokenMembers{"sequesce": strconv.Itoa(c.named(f).answered + 1)})
		}},
		{name: "hello-ack-sequesce-1", breaks: "sequesce of HELLO_ACK is HELLO's sequence", serve: onAnswer(wire.Opened, func(wire.Members) brokenMembers {
			return brokenMembers{"sequesce": "1"}
		})},
		{name: "session-id-as-string", breaks: "sessionId is an integer", serve: onReply(func(_ wire.Verdict, data wire.Members) brokenMembers {
			return quotedNumbers(data, "sessionId")
		})},
		{name: "keys-as-strings", breaks: "key1 and key2 are integers", serve: onReply(func(_ wire.Verdict, data wire.Members) brokenMembers {
			return quotedNumbers(data, "key1", "key2")
		})},
		{name: "data-as-string", breaks: "data is an integer", serve: onReply(func(_ wire.Verdict, data wire.Members) brokenMembers {
			return quotedNumbers(data, "data")
		})},
		{name: "data-through-float", breaks: "data keeps all its digits", serve: onAnswer(wire.Answered, func(data wire.Members) brokenMembers {
			f, _ := new(big.Float).SetString(string(data.Get("data").Raw()))
			n, _ := f.Float64()
			return brokenMembers{"data": strconv.FormatFloat(n, 'f', 0, 64)}
		})},
		{name: "response-without-session", breaks: "DATA_RESPONSE has its sessionId", serve: onAnswer(wire.Answered, func(wire.Members) brokenMembers {
			return brokenMembers{"sessionId": ""}
		})},
		{name: "hello-ack-without-token", breaks: "HELLO_ACK has a token", serve: onAnswer(wire.Opened, func(wire.Members) brokenMembers {
			return brokenMembers{"token": ""}
		})},
		{name: "response-of-another-type", breaks: "a request is answered DATA_RESPONSE", serve: onAnswer(wire.Answered, func(wire.Members) brokenMembers {
			return brokenMembers{"message-type": `"DATA"`}
		})},
	}
}

// onReply breaks whatever is sent.
func onReply(amend func(wire.Verdict, wire.Members) brokenMembers) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return func(c *brokenConnection, f *wire.Frame) wire.Verdict {
		v := c.good(f)
		if len(v.Reply) == 0 {
			return v
		}
		return brokenAmend(v, amend(v, brokenParse(v.Reply).Data))
	}
}

// flagOfRefusals spells the flag of each CLOSE that has it.
func flagOfRefusals(spelling string) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return onReply(func(v wire.Verdict, data wire.Members) brokenMembers {
		if v.Event != wire.Refused || !data.Get("isAuthencatedUser").Present() {
			return nil
		}
		return brokenMembers{"isAuthencatedUser": spelling}
	})
}

func quotedNumbers(data wire.Members, names ...string) brokenMembers {
	set := make(brokenMembers)
	for _, name := range names {
		if v := data.Get(name); v.Present() {
			set[name] = `"` + string(v.Raw()) + `"`
		}
	}
	return set
}
