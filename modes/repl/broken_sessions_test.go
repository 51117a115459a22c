package repl

import (
	"context"
	"net/netip"
	"strconv"

	"proto/wire"
)

// brokenLogins are rules about HELLO.
func brokenLogins() []brokenRule {
	return []brokenRule{
		{name: "wrong-password-accepted", breaks: "a wrong password is refused", config: loginIf(func(name, _ string) bool { return name == doubleUser })},
		{name: "wrong-user-accepted", breaks: "a wrong user name is refused", config: loginIf(func(_, password string) bool { return password == doublePassword })},
		{name: "hello-without-mac-accepted", breaks: "HELLO without MAC is refused", serve: helloMended(func(f *wire.Frame) (header, data brokenMembers) {
			return brokenMembers{"MAC": `"f8:94:c2:02:86:ee"`}, nil
		})},
		{name: "hello-without-sequence-accepted", breaks: "HELLO without sequence is refused", serve: helloMended(func(f *wire.Frame) (header, data brokenMembers) {
			if f.Data.Get("sequence").Present() {
				return nil, nil
			}
			return nil, brokenMembers{"sequence": "1"}
		})},
		{name: "hello-null-password-accepted", breaks: "credentials that are no strings are refused", serve: helloMended(func(f *wire.Frame) (header, data brokenMembers) {
			if f.Data.Get("password").Kind() == wire.String {
				return nil, nil
			}
			return nil, brokenMembers{"password": brokenQuote(doublePassword)}
		})},
		{name: "other-type-logs-in", breaks: "only HELLO logs in", serve: accepted(wire.NotHello, func(*brokenConnection, *wire.Frame) (header, data brokenMembers) {
			return nil, brokenMembers{"message-type": `"HELLO"`}
		})},
		{name: "hello-naming-session-accepted", breaks: "HELLO that names a sessionId is refused", serve: accepted(wire.HelloNamesSession, func(*brokenConnection, *wire.Frame) (header, data brokenMembers) {
			return nil, brokenMembers{"sessionId": ""}
		})},
		{name: "second-hello-refused", breaks: "a second HELLO on a connection makes a new session", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			if len(c.opened) > 0 && f.Type().Is(wire.TypeHello) {
				return c.instead(f, brokenMembers{"MAC": ""}, nil)
			}
			return c.good(f)
		}},
		{name: "second-hello-ends-session", breaks: "a second HELLO leaves the sessions before it alone", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			v := c.good(f)
			if n := len(c.opened); v.Event == wire.Opened && n > 1 {
				c.end(c.opened[n-2])
			}
			return v
		}},
	}
}

func loginIf(good func(name, password string) bool) func(*wire.ServerConfig) {
	return func(config *wire.ServerConfig) {
		config.Login = func(_ context.Context, name string, password []byte) (wire.User, error) {
			if !good(name, string(password)) {
				return wire.User{}, errBrokenLogin
			}
			return wire.User{Name: doubleUser, ID: 1}, nil
		}
	}
}

func helloMended(mend func(*wire.Frame) (header, data brokenMembers)) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return accepted(wire.HelloIncomplete, func(_ *brokenConnection, f *wire.Frame) (header, data brokenMembers) { return mend(f) })
}

// end ends a session, as its own client would.
func (c *brokenConnection) end(session *brokenSession) {
	frame, err := wire.AppendClose(nil, session.token, session.id, 1)
	if err != nil {
		panic(err) // a frame of ours is short enough
	}
	c.good(brokenParse(frame))
}

// brokenSessions are rules about what a session is, and to whom it belongs.
func brokenSessions() []brokenRule {
	return []brokenRule{
		{name: "string-session-id-accepted", breaks: `sessionId "1" names no session`, serve: sessionTaken(wire.String)},
		{name: "true-session-id-accepted", breaks: "sessionId true names no session", serve: sessionTaken(wire.Bool)},
		{name: "real-session-id-accepted", breaks: "sessionId 1.0 names no session", serve: sessionTaken(wire.Real)},
		{name: "sessions-numbered-from-0", breaks: "sessions are numbered 1, 2, 3", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			if id, ok := f.Data.Get("sessionId").Int64(); ok {
				return shownAs(c.instead(f, nil, brokenMembers{"sessionId": brokenInt(id + 1)}), -1)
			}
			return shownAs(c.good(f), -1)
		}},
		{name: "session-ids-repeat", breaks: "each session has an id of its own", serve: sameID},
		{name: "address-not-checked", breaks: "a session is for the IP that made it", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			c.peer = netip.AddrFrom4([4]byte{127, 0, 0, 1})
			return c.good(f)
		}},
		{name: "session-tied-to-connection", breaks: "a session is served on any connection from its IP", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			session := c.named(f)
			for _, s := range c.opened {
				if s == session {
					return c.good(f)
				}
			}
			if session == nil {
				return c.good(f)
			}
			return c.instead(f, nil, brokenMembers{"sessionId": "0"})
		}},
		{name: "refusal-ends-session", breaks: "a session outlives a refused frame", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			v := c.good(f)
			if v.Event == wire.Refused && v.Session != nil {
				c.end(c.server.sessions[v.Session.ID])
			}
			return v
		}},
		{name: "unknown-type-answered", breaks: "in a session a type other than DATA_REQUEST and CLOSE is refused", serve: accepted(wire.UnknownType, func(*brokenConnection, *wire.Frame) (header, data brokenMembers) {
			return nil, brokenMembers{"message-type": `"DATA_REQUEST"`}
		})},
	}
}

// sessionTaken takes values of another kind for the integer they stand for.
func sessionTaken(kind wire.Kind) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return accepted(wire.NoSession, func(_ *brokenConnection, f *wire.Frame) (header, data brokenMembers) {
		v := f.Data.Get("sessionId")
		if v.Kind() != kind {
			return nil, nil
		}
		id := unquoted(v)
		if v.IsTrue() {
			id = "1"
		}
		n, err := strconv.ParseFloat(id, 64)
		if err != nil {
			return nil, nil
		}
		return nil, brokenMembers{"sessionId": brokenInt(int64(n))}
	})
}

// shownAs shows the session of an answer under another number.
func shownAs(v wire.Verdict, shift int64) wire.Verdict {
	if v.Event != wire.Opened && v.Event != wire.Answered && v.Event != wire.Resent {
		return v
	}
	return brokenAmend(v, brokenMembers{"sessionId": brokenInt(v.Session.ID + shift)})
}

// sameID calls every session 1, and knows them apart by their tokens.
func sameID(c *brokenConnection, f *wire.Frame) wire.Verdict {
	token, _ := f.Header.Get("token").Text()
	v := wire.Verdict{}
	if session := c.owner(token); session != nil && f.Data.Get("sessionId").Present() {
		v = c.instead(f, nil, brokenMembers{"sessionId": brokenInt(session.id)})
	} else {
		v = c.good(f)
	}
	if v.Session == nil {
		return v
	}
	return shownAs(v, 1-v.Session.ID)
}

// owner is the session that a token was issued for; nil where there is none.
func (c *brokenConnection) owner(token string) *brokenSession {
	for _, session := range c.server.sessions {
		if session.token == token {
			return session
		}
	}
	return nil
}

// brokenCloses are rules about the end of a session.
func brokenCloses() []brokenRule {
	return []brokenRule{
		{name: "close-answered", breaks: "CLOSE has no answer", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			v := c.good(f)
			if v.Event == wire.Ended {
				v.Reply = []byte(`{"header":{},"data":{"sequesce":` + string(f.Data.Get("sequence").Raw()) + `,"message-type":"CLOSE"}}` + "\n")
			}
			return v
		}},
		{name: "close-keeps-connection", breaks: "after CLOSE the server closes", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			v := c.good(f)
			v.Close = v.Close && v.Event != wire.Ended
			return v
		}},
		{name: "close-leaves-session", breaks: "CLOSE ends its session", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			if f.Type().Is(wire.TypeClose) && c.passes(f) {
				return wire.Verdict{Event: wire.Ended, Close: true}
			}
			return c.good(f)
		}},
		{name: "close-ends-other-sessions", breaks: "CLOSE leaves the other sessions of its connection alone", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			v := c.good(f)
			if v.Event == wire.Ended {
				for _, session := range c.opened {
					c.end(session)
				}
			}
			return v
		}},
		{name: "close-needs-isConnectionClose", breaks: "CLOSE without isConnectionClose is CLOSE", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			if f.Type().Is(wire.TypeClose) && !f.Data.Get("isConnectionClose").Present() {
				return c.instead(f, nil, brokenMembers{"message-type": `"FOO"`})
			}
			return c.good(f)
		}},
		{name: "isConnectionClose-closes", breaks: "isConnectionClose in another frame than CLOSE is ignored", serve: func(c *brokenConnection, f *wire.Frame) wire.Verdict {
			if f.Data.Get("isConnectionClose").Is("True") && !f.Type().Is(wire.TypeClose) {
				return wire.Verdict{Event: wire.Ended, Close: true}
			}
			return c.good(f)
		}},
		{name: "close-with-bad-token-unanswered", breaks: "CLOSE with a bad token is answered CLOSE", serve: onBadClose(func(c *brokenConnection, f *wire.Frame, v wire.Verdict) wire.Verdict {
			v.Reply = nil
			return v
		})},
		{name: "close-with-bad-token-ends-session", breaks: "a session outlives CLOSE with a bad token", serve: onBadClose(func(c *brokenConnection, f *wire.Frame, v wire.Verdict) wire.Verdict {
			c.end(c.named(f))
			return v
		})},
	}
}

func onBadClose(do func(*brokenConnection, *wire.Frame, wire.Verdict) wire.Verdict) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return onRefusal(wire.WrongToken, func(c *brokenConnection, f *wire.Frame, v wire.Verdict) wire.Verdict {
		if f.Type().Is(wire.TypeClose) {
			return do(c, f, v)
		}
		return v
	})
}
