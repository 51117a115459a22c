package serve

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"proto/modes"
	"proto/modes/serve/admission"
	"proto/wire"
)

// limitFlags keep a server up that is left on the open internet. 0 switches any
// of them off.
func limitFlags() []cli.Flag {
	return slices.Concat(
		modes.Group("Limits (0 is none)",
			&cli.IntFlag{Name: "max-connections", Usage: "hold at most `N` connections, or what open files allow, where they are limited", Value: 100_000, EnvVars: []string{"PROTO_MAX_CONNECTIONS"}},
			&cli.StringFlag{Name: "max-startups", Usage: "refuse those without login at random, as sshd, by `A:B:C`", Value: "100:30:300", EnvVars: []string{"PROTO_MAX_STARTUPS"}},
			&cli.DurationFlag{Name: "crowded", Usage: "while A are there, give each `TIME` to log in", Value: 2 * time.Second, EnvVars: []string{"PROTO_CROWDED"}},
			&cli.IntFlag{Name: "max-per-address", Usage: "hold at most `N` connections without login of one address", Value: 20, EnvVars: []string{"PROTO_MAX_PER_ADDRESS"}},
			&cli.IntFlag{Name: "max-handshakes", Usage: "compute at most `N` handshakes at once, for each core", Value: 2, EnvVars: []string{"PROTO_MAX_HANDSHAKES"}},
			&cli.IntFlag{Name: "login-queue", Usage: "let at most `N` logins wait for their password to be checked", Value: 1000, EnvVars: []string{"PROTO_LOGIN_QUEUE"}},
			&cli.IntFlag{Name: "max-per-user", Usage: "let one user have at most `N` sessions", Value: 1000, EnvVars: []string{"PROTO_MAX_PER_USER"}},
			&cli.IntFlag{Name: "max-sessions", Usage: "let all users have at most `N` sessions", Value: 100_000, EnvVars: []string{"PROTO_MAX_SESSIONS"}},
			&cli.IntFlag{Name: "burst", Usage: "answer `N` requests of a session at once, and more of them later", Value: 100, EnvVars: []string{"PROTO_BURST"}},
			&cli.IntFlag{Name: "rate", Usage: "from then on answer `N` of its requests a second", Value: 100, EnvVars: []string{"PROTO_RATE"}},
		),
		modes.Group("Deadlines (0 is none)",
			&cli.DurationFlag{Name: "tls-timeout", Usage: "give a TLS handshake `TIME`", Value: 5 * time.Second, EnvVars: []string{"PROTO_TLS_TIMEOUT"}},
			&cli.DurationFlag{Name: "hello-timeout", Usage: "give a client `TIME` from there to its session", Value: 10 * time.Second, EnvVars: []string{"PROTO_HELLO_TIMEOUT"}},
			&cli.DurationFlag{Name: "write-timeout", Usage: "close a connection that does not take an answer within `TIME`", Value: 10 * time.Second, EnvVars: []string{"PROTO_WRITE_TIMEOUT"}},
			&cli.DurationFlag{Name: "keepalive", Usage: "ask a silent connection after `TIME` whether its peer is there", Value: 30 * time.Second, EnvVars: []string{"PROTO_KEEPALIVE"}},
			&cli.DurationFlag{Name: "user-timeout", Usage: "end one whose peer has acknowledged nothing for `TIME`; on Linux only", Value: time.Minute, EnvVars: []string{"PROTO_USER_TIMEOUT"}},
		),
		modes.Group("Penalties for addresses (0 is none)",
			&cli.DurationFlag{Name: "penalty-login", Usage: "hold an address responsible for a failed login for `TIME`", Value: 5 * time.Second, EnvVars: []string{"PROTO_PENALTY_LOGIN"}},
			&cli.DurationFlag{Name: "penalty-slow", Usage: "for a handshake or HELLO out of time, for `TIME`", Value: 10 * time.Second, EnvVars: []string{"PROTO_PENALTY_SLOW"}},
			&cli.DurationFlag{Name: "penalty-junk", Usage: "for something else in place of one, for `TIME`", Value: 5 * time.Second, EnvVars: []string{"PROTO_PENALTY_JUNK"}},
			&cli.DurationFlag{Name: "penalty-refuse", Usage: "refuse the address from a sum of `TIME` on", Value: 15 * time.Second, EnvVars: []string{"PROTO_PENALTY_REFUSE"}},
			&cli.DurationFlag{Name: "penalty-max", Usage: "and for at most `TIME`", Value: 10 * time.Minute, EnvVars: []string{"PROTO_PENALTY_MAX"}},
			&cli.IntFlag{Name: "penalty-addresses", Usage: "remember `N` such addresses", Value: 65536, EnvVars: []string{"PROTO_PENALTY_ADDRESSES"}},
			&cli.StringSliceFlag{Name: "exempt", Usage: "spare `CIDR` penalties and --max-per-address; or none; see the README", EnvVars: []string{"PROTO_EXEMPT"}},
		),
	)
}

// limits are these flags, checked. What is zero is off.
type limits struct {
	connections int
	admission   admission.Limits // without what is known when it starts
	exemptSet   bool
	handshakes  int // per core
	loginQueue  int
	perUser     int
	sessions    int
	pace        wire.Pace
	timeouts    timeouts
	keepalive   time.Duration
	userTimeout time.Duration
	aside       int // connections of others that have open files
}

func readLimits(c *cli.Context) (l limits, err error) {
	if err := nothingNegative(c); err != nil {
		return l, err
	}
	if n := c.Int("max-handshakes"); n > mostHandshakes {
		return l, modes.Usage("0 switches it off", "--max-handshakes cannot be %d: it is over %d", n, mostHandshakes)
	}
	if err := checkUserTimeout(runtime.GOOS, c.IsSet("user-timeout"), modes.Duration(c, "user-timeout")); err != nil {
		return l, err
	}
	if err := checkKeepalive(runtime.GOOS, modes.Duration(c, "keepalive")); err != nil {
		return l, err
	}
	l = limits{
		connections: c.Int("max-connections"),
		handshakes:  c.Int("max-handshakes"), loginQueue: c.Int("login-queue"),
		perUser: c.Int("max-per-user"), sessions: c.Int("max-sessions"),
		timeouts: timeouts{
			handshake: modes.Duration(c, "tls-timeout"), hello: modes.Duration(c, "hello-timeout"),
			write: modes.Duration(c, "write-timeout"), linger: defaultTimeouts().linger,
		},
		keepalive: modes.Duration(c, "keepalive"), userTimeout: modes.Duration(c, "user-timeout"),
		admission: admission.Limits{
			Crowded: modes.Duration(c, "crowded"), PerAddress: c.Int("max-per-address"),
			Penalties: admission.Penalties{
				Login: modes.Duration(c, "penalty-login"), Slow: modes.Duration(c, "penalty-slow"), Garbage: modes.Duration(c, "penalty-junk"),
				Refuse: modes.Duration(c, "penalty-refuse"), Max: modes.Duration(c, "penalty-max"), Addresses: c.Int("penalty-addresses"),
			},
		},
	}
	if p := l.admission.Penalties; p.Max > 0 && p.Max < p.Refuse {
		return l, modes.Usage("make --penalty-refuse no longer than --penalty-max, or that 0, which is no bound",
			"--penalty-max cannot be %v: with --penalty-refuse %v no address would ever be refused", p.Max, p.Refuse)
	}
	if rate := c.Int("rate"); rate > 0 && c.Int("burst") > 0 {
		l.pace = wire.Pace{Burst: c.Int("burst"), Every: time.Second / time.Duration(rate)}
	}
	startups := c.String("max-startups")
	if l.admission.Startups, err = admission.ParseStartups(startups); err != nil {
		return l, modes.Usage("0 switches it off", "--max-startups cannot be %s: %v", modes.Show(startups), err)
	}
	l.exemptSet = c.IsSet("exempt")
	l.admission.Exempt, err = prefixes("exempt", c.StringSlice("exempt"), "none")
	return l, err
}

// mostHandshakes is as good as no limit, and no number to compute with in vain.
const mostHandshakes = 1 << 20

func nothingNegative(c *cli.Context) error {
	for _, f := range limitFlags() {
		name := f.Names()[0]
		switch f.(type) {
		case *cli.IntFlag:
			if n := c.Int(name); n < 0 {
				return modes.Usage("0 switches it off", "--%s cannot be %d: it is below zero", name, n)
			}
		case *cli.DurationFlag:
			if d := modes.Duration(c, name); d < 0 {
				return modes.Usage("0 switches it off", "--%s cannot be %v: it is below zero", name, d)
			}
		}
	}
	return nil
}

// prefixes reads addresses and ranges of them. The word none stands for none.
func prefixes(flag string, texts []string, none string) (found []netip.Prefix, err error) {
	for _, text := range texts {
		if text == none && none != "" && len(texts) == 1 {
			return nil, nil
		}
		p, err := netip.ParsePrefix(text)
		if a, failed := netip.ParseAddr(text); failed == nil {
			a = a.Unmap().WithZone("")
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, modes.Usage("a range is written 192.0.2.0/24 or 2001:db8::/32, one address as it is",
				"--%s cannot be %s: it is no range of addresses", flag, modes.Show(text))
		}
		if p.Addr().Is4In6() {
			if p, err = unmapped(p); err != nil {
				return nil, modes.Usage("write a range of IPv4 as such: 192.0.2.0/24; one of IPv6 begins otherwise",
					"--%s cannot be %s: %v", flag, modes.Show(text), err)
			}
		}
		found = append(found, p.Masked())
	}
	return found, nil
}

// unmapped is the range of IPv4 that one of mapped addresses is, as peers are looked up by
// their IPv4 addresses. A wider one would hold none of them.
func unmapped(p netip.Prefix) (netip.Prefix, error) {
	if p.Bits() < 96 {
		return p, errors.New("it is wider than all of IPv4, which is ::ffff:0:0/96")
	}
	return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96), nil
}

// loopback is exempt while nothing else is listened on: whoever tries the server
// on his own machine should not lock himself out.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func onlyLoopback(listeners []net.Listener) bool {
	for _, l := range listeners {
		if host, _, _ := net.SplitHostPort(l.Addr().String()); !modes.IsLoopback(host) {
			return false
		}
	}
	return true
}

// limit puts the limits into force. files is the limit on open files, 0 where
// there is none.
func (s *server) limit(l limits, listeners []net.Listener, files int) {
	a := l.admission
	a.Connections = l.connections
	held := heldMost
	if files > 0 && l.connections > 0 {
		held = min(held, files/16)
		a.Connections = min(l.connections, derated(files-l.aside))
	}
	if !l.exemptSet && onlyLoopback(listeners) {
		a.Exempt = loopback
	}
	if t := l.timeouts; t.handshake > 0 && t.hello > 0 {
		a.Longest = t.handshake + t.hello + asleepFrom
	}
	a.Now, a.Random = time.Now, rand.IntN
	s.door = admission.NewDoor(a)
	s.away = newTurnAway(held)
	if l.handshakes > 0 {
		s.slots = make(slots, l.handshakes*runtime.GOMAXPROCS(0))
	}
	s.timeouts = l.timeouts
	s.log.Info("limits", "file_limit", files, "connections", a.Connections)
}

// derated is how many connections so many open files leave room for, beside those
// that are being turned away, listeners, logs and data.
func derated(files int) int { return max(1, files-files/16-64) }
