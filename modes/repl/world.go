package repl

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"proto/keys"
	"proto/modes"
	"proto/modes/repl/language"
	"proto/wire"
)

// world is what all tests of a run share: where the server is, whom to log in
// as, which servers to trust, and what must not be shown.
type world struct {
	p       *modes.Process
	address string // HOST:PORT
	trust   keys.Trust
	tls     func(trust keys.Trust, host string, own bool) (*tls.Config, error) // own: trust is a command's
	mac     string
	timeout time.Duration
	vars    map[string]wire.Value // of --var
	secrets secrets
	reached sync.Map // addresses to which a connection succeeded
	record  *modes.Recorder
	ask     func() (modes.Login, error)

	loginMu sync.Mutex
	login   modes.Login // whom hello logs in as
	known   bool        // login is
	noLogin error       // why there is none
}

// loginError says why nobody can be logged in, once that was tried.
func (w *world) loginError() error {
	w.loginMu.Lock()
	defer w.loginMu.Unlock()
	return w.noLogin
}

// reachedAny says whether any connection has succeeded so far.
func (w *world) reachedAny() (reached bool) {
	w.reached.Range(func(_, _ any) bool {
		reached = true
		return false
	})
	return reached
}

// user is whom hello logs in as: asked for once, where nothing gave it.
func (w *world) user() (modes.Login, error) {
	w.loginMu.Lock()
	defer w.loginMu.Unlock()
	if w.known {
		return w.login, nil
	}
	l, err := w.ask()
	if err != nil {
		w.noLogin = err
		return l, err
	}
	w.login, w.known = l, true
	w.secrets.add(l.Password)
	return l, nil
}

// issue makes what a server gave secret.
func (w *world) issue(f *wire.Frame) {
	for _, name := range []string{"token", "key1", "key2"} {
		v := f.Data.Get(name)
		if text, ok := v.Text(); ok {
			w.secrets.issue(text)
		} else if v.Kind() == wire.Integer {
			w.secrets.issue(string(v.Raw()))
		}
	}
}

// clientTLS is the configuration for a connection: that of the command line,
// but for what a connect command says otherwise.
func (w *world) clientTLS(address string, o *linkOptions) (*tls.Config, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	trust, own := w.trust, o != nil && (o.ca != "" || o.pin != "" || o.insecure)
	if own {
		trust = keys.Trust{CAFile: o.ca, Insecure: o.insecure, Own: trust.Own}
		if o.pin != "" {
			if trust.Pins, err = keys.ParsePin(o.pin); err != nil {
				return nil, err
			}
		}
	}
	return w.tls(trust, host, own)
}

// hasReached says whether a connection to this address has succeeded.
func (w *world) hasReached(address string) bool {
	_, ok := w.reached.Load(address)
	return ok
}

// bench is where one test runs, or one person: connections, variables, and what
// has happened. One goroutine runs its commands.
type bench struct {
	world   *world
	timeout time.Duration
	follow  follower
	links   map[string]*link
	order   []string     // of the names of links, as they came to be
	count   atomic.Int32 // of them; readers of connections ask for it
	current string
	vars    map[string]wire.Value
	hidden  map[string]bool // variables that secret named
	log     transcript
	hand    bool // a person types the commands
	places  map[*language.Source]files
	out     func(line string) // what show, vars and the like print
	aside   func(line string) // hints and warnings to a person; nil drops them
	journal *journal          // of what save writes; nil keeps none
}

const mainLink = "main"

func newBench(w *world) *bench {
	b := &bench{world: w, timeout: w.timeout, links: make(map[string]*link), current: mainLink, vars: make(map[string]wire.Value)}
	b.log.start = time.Now()
	b.link(mainLink)
	return b
}

// watch prints what happens as it happens.
func (b *bench) watch() {
	b.log.print = func(e *entry, several bool) { b.out(b.world.secrets.line(e, several)) }
}

// say prints a line of what a command tells.
func (b *bench) say(line string) {
	if b.out != nil {
		b.out(line)
	}
}

// said notes a command of a script before it runs.
func (b *bench) said(c *language.Command) {
	b.learn(c)
	b.log.add(&entry{link: b.current, event: "command", text: b.shownCommand(c)}, b.several())
}

// link finds a connection by name, or makes it, not yet open.
func (b *bench) link(name string) *link {
	if l := b.links[name]; l != nil {
		return l
	}
	l := newLink(b, name, b.world.address)
	b.links[name] = l
	b.order = append(b.order, name)
	b.count.Add(1)
	return l
}

// shut ends all connections.
func (b *bench) shut() {
	for _, name := range b.order {
		b.links[name].disconnect()
	}
}

// note says something beside the exchange, to a person.
func (b *bench) note(text string) {
	if b.aside != nil {
		b.aside(b.world.secrets.hide(text))
	}
}

// several says whether lines must name their connection.
func (b *bench) several() bool { return b.count.Load() > 1 }

// deadline is until when something may take.
func (b *bench) deadline() time.Time { return time.Now().Add(b.timeout) }

// settle waits until what was sent is answered, or until the timeout: for scripts
// that end without looking.
func (b *bench) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	for _, name := range b.order {
		b.links[name].settle(ctx)
		b.awaitClosing(ctx, b.links[name], lastWait)
	}
}

// lastWait is how long a script that ends with CLOSE waits for the end of its
// connection.
const lastWait = time.Second

func (l *link) settle(ctx context.Context) {
	for {
		l.mu.Lock()
		waits, changed := len(l.pending) > 0 && l.tls != nil && l.ended == nil, l.changed
		l.mu.Unlock()
		if !waits {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
