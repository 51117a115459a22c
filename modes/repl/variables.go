package repl

import (
	"context"
	"crypto/tls"
	"slices"
	"strconv"
	"strings"
	"time"

	"proto/keys"
	"proto/modes/repl/language"
	"proto/wire"
)

// linkVars are the variables of one connection. Those in set were assigned, and
// hide the others until they are given back.
type linkVars struct {
	set      map[string]wire.Value
	token    wire.Value
	session  wire.Value
	seq      int64 // of the last frame sent
	owed     bool  // a HELLO has not been answered
	last     *wire.Frame
	lastText opened
	sent     wire.Value
	rtt      time.Duration
	tls      tls.ConnectionState
	isOpen   bool
}

// restart begins anew on a fresh connection; what was assigned stays.
func (v *linkVars) restart(state tls.ConnectionState) {
	*v = linkVars{set: v.set, tls: state, isOpen: true}
}

// linkVariables are the names of the variables that each connection has.
func linkVariables() []string {
	return []string{"token", "session", "seq", "last", "sent", "rtt", "tls"}
}

// noted takes a frame that was sent. l.mu is held.
func (l *link) noted(frame wire.Value, now time.Time) {
	l.vars.sent = frame
	sequence := at(frame, []string{"data", "sequence"})
	if n, ok := sequence.Int64(); ok {
		l.vars.seq = n
	}
	kind, _ := at(frame, []string{"data", "message-type"}).Text()
	if kind == wire.TypeHello {
		l.vars.owed = true
	}
	if kind != wire.TypeClose && len(l.pending) < maxPending {
		l.pending = append(l.pending, sent{string(sequence.Raw()), now})
	}
}

// variable gives the value of one of the connection's variables, with what may
// stand behind a dot. It waits for one that an unanswered HELLO owes.
func (l *link) variable(ctx context.Context, name string) (wire.Value, error) {
	head, rest, _ := strings.Cut(name, ".")
	if head == "token" || head == "session" {
		if err := l.waitOwed(ctx, name); err != nil {
			return wire.Value{}, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	v, ok := l.vars.set[head]
	if !ok {
		v = l.ownVariable(head)
	}
	switch {
	case rest == "" || !v.Present():
	case head == "last" && rest == "text" && !ok:
		v = l.lastText()
	case head == "token":
		v = tokenPart(v, rest)
	case head == "last" || head == "sent":
		kind, _ := at(v, []string{"data", "message-type"}).Text()
		v = at(v, place(rest, kind))
	default:
		v = at(v, strings.Split(rest, "."))
	}
	if !v.Present() {
		return v, l.unknown(name)
	}
	return v, nil
}

// tokenPart is one of the three parts of a JWT, in base64url as it stands there.
func tokenPart(token wire.Value, name string) wire.Value {
	text, _ := token.Text()
	parts := strings.Split(text, ".")
	i := slices.Index([]string{"header", "payload", "signature"}, name)
	if i < 0 || len(parts) != 3 {
		return wire.Value{}
	}
	return language.StringOf(parts[i])
}

func (l *link) unknown(name string) error {
	why := ""
	switch {
	case !l.vars.isOpen:
		why = ": connection " + l.name + " was never open"
	case strings.HasPrefix(name, "token"), strings.HasPrefix(name, "session"):
		why = ": no session was opened on connection " + l.name
	case strings.HasPrefix(name, "last") && l.vars.last == nil:
		why = ": nothing has been received on connection " + l.name
	case strings.HasPrefix(name, "sent") && !l.vars.sent.Present():
		why = ": nothing has been sent on connection " + l.name
	}
	return errorText("$" + name + " has no value" + why)
}

func (l *link) lastText() wire.Value {
	if !l.vars.lastText.readable {
		return wire.Value{}
	}
	return language.StringOf(string(l.vars.lastText.text))
}

// ownVariable is a variable that was not assigned. l.mu is held.
func (l *link) ownVariable(name string) wire.Value {
	v := &l.vars
	switch name {
	case "token":
		return v.token
	case "session":
		return v.session
	case "seq":
		return language.IntegerOf(strconv.FormatInt(v.seq+1, 10))
	case "last":
		if v.last != nil {
			return v.last.Value()
		}
	case "sent":
		return v.sent
	case "rtt":
		if v.rtt > 0 {
			return language.IntegerOf(strconv.FormatFloat(float64(v.rtt)/float64(time.Millisecond), 'f', 3, 64))
		}
	case "tls":
		if v.isOpen {
			return tlsVariable(v.tls)
		}
	}
	return wire.Value{}
}

func tlsVariable(state tls.ConnectionState) wire.Value {
	b := wire.AppendText([]byte(`{"version":`), tls.VersionName(state.Version))
	b = wire.AppendText(append(b, `,"cipher":`...), tls.CipherSuiteName(state.CipherSuite))
	b = wire.AppendText(append(b, `,"pin":`...), keys.Pin(state.PeerCertificates[0]))
	v, _, _ := wire.ParseValue(append(b, '}'), limits()) // it has just been written
	return v
}

// waitOwed waits until a HELLO is answered.
func (l *link) waitOwed(ctx context.Context, name string) error {
	timer := time.NewTimer(l.bench.timeout)
	defer timer.Stop()
	for {
		l.mu.Lock()
		owed, changed := l.vars.owed, l.changed
		_, assigned := l.vars.set[name]
		l.mu.Unlock()
		if !owed || assigned {
			return nil
		}
		select {
		case <-changed:
		case <-timer.C:
			return errorText("$" + name + " has no value: HELLO was not answered within " + l.bench.timeout.String())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// assign sets one of the connection's variables; the zero Value gives it back.
func (l *link) assign(name string, v wire.Value) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !v.Present() {
		delete(l.vars.set, name)
		return
	}
	if l.vars.set == nil {
		l.vars.set = make(map[string]wire.Value)
	}
	l.vars.set[name] = v
}
