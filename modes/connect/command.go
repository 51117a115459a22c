// Package connect is `proto connect`: a client of the protocol.
package connect

import (
	"context"
	"net"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"proto/keys"
	"proto/modes"
	"proto/modes/serve"
	"proto/wire"
)

const description = `Logs in at ADDRESS (HOST:PORT, HOST with port 5000, or local, a throw-away server
started within the process), asks for data every --interval, prints one line for
each answer, and says CLOSE after --duration or --count answers. A lost connection
is made again and the session goes on; --sessions makes a load of many.`

// Command is the mode's command line.
func Command(p *modes.Process) modes.Mode {
	return modes.Mode{Examples: examples(), Words: map[string][]string{"": modes.AddressWords()}, Command: &cli.Command{
		Name:        "connect",
		Usage:       "run a client",
		ArgsUsage:   "[ADDRESS]",
		Description: description,
		Flags:       flags(),
		Action: func(c *cli.Context) error {
			if err := modes.Leftover(c, 1); err != nil {
				return err
			}
			s, err := read(c)
			if err != nil {
				return err
			}
			return start(c, p, s)
		},
	}}
}

func examples() []modes.Example {
	return []modes.Example{
		{For: "see the protocol at work, without a server", Command: "proto connect local --interval 1s --count 5"},
		{For: "an hour at a server of your own, as JSON", Command: "proto connect example.org --user alice --ca cert.crt --duration 1h --json"},
		{For: "how fast it goes: 256 sessions, without pauses", Command: "proto connect local --sessions 256 --interval 0 --duration 30s"},
	}
}

func flags() []cli.Flag {
	return slices.Concat(
		modes.Group("Login", modes.LoginFlags()...),
		modes.Group("Session",
			&cli.DurationFlag{Name: "interval", Usage: "ask for data every `TIME`; 0 is without a pause", Value: 30 * time.Second, EnvVars: []string{"PROTO_INTERVAL"}},
			&cli.DurationFlag{Name: "duration", Usage: "say CLOSE after `TIME`; 0 is never", Value: 30 * time.Minute, EnvVars: []string{"PROTO_DURATION"}},
			&cli.IntFlag{Name: "count", Usage: "say CLOSE after `N` answers; 0 is no limit", EnvVars: []string{"PROTO_COUNT"}},
			&cli.DurationFlag{Name: "timeout", Usage: "wait at most `TIME` for the connection and for each answer", Value: 10 * time.Second, EnvVars: []string{"PROTO_TIMEOUT"}},
			&cli.BoolFlag{Name: "no-reconnect", Usage: "end when the connection is lost, instead of going on over another", EnvVars: []string{"PROTO_NO_RECONNECT"}},
			&cli.StringFlag{Name: "mac", Usage: "say that this is our MAC `ADDRESS`; else that of a network card", EnvVars: []string{"PROTO_MAC"}},
		),
		modes.Group("Load",
			&cli.IntFlag{Name: "sessions", Usage: "run `N` sessions at once, and print figures instead of answers", EnvVars: []string{"PROTO_SESSIONS"}},
			&cli.DurationFlag{Name: "ramp", Usage: "open the --sessions evenly over `TIME`; without, as fast as they open", EnvVars: []string{"PROTO_RAMP"}},
		),
		modes.Group("Output",
			modes.RecordFlag(),
			&cli.BoolFlag{Name: "json", Usage: "print answers as JSON, an object a line", EnvVars: []string{"PROTO_JSON"}},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "show each frame sent and received, secrets hidden", EnvVars: []string{"PROTO_VERBOSE"}},
			&cli.BoolFlag{Name: "secrets", Usage: "do not hide passwords, tokens and keys in frames shown", EnvVars: []string{"PROTO_SECRETS"}},
		),
		modes.Group("Trust", modes.TrustFlags()...),
	)
}

// settings are the flags, checked.
type settings struct {
	local      bool
	host, port string
	interval   time.Duration
	duration   time.Duration
	count      int
	timeout    time.Duration

	sessions    int // 0: one, whose answers are shown
	ramp        time.Duration
	noReconnect bool
	wait        backoff // before another connection
	mac         string
	record      string
	json        bool
	verbose     bool
	secrets     bool

	recorder *modes.Recorder // of --record, once it is open; nil: none
}

func read(c *cli.Context) (s *settings, err error) {
	s = &settings{
		interval: modes.Duration(c, "interval"), duration: modes.Duration(c, "duration"), count: c.Int("count"), timeout: modes.Duration(c, "timeout"),
		sessions: c.Int("sessions"), ramp: modes.Duration(c, "ramp"), noReconnect: c.Bool("no-reconnect"), wait: usualWait(),
		mac: c.String("mac"), record: c.String("record"), json: c.Bool("json"), verbose: c.Bool("verbose"), secrets: c.Bool("secrets"),
	}
	switch {
	case s.interval < 0:
		return nil, modes.Usage("0 asks without a pause", "--interval cannot be %v: it is below zero", s.interval)
	case s.duration < 0:
		return nil, modes.Usage("0 is no end", "--duration cannot be %v: it is below zero", s.duration)
	case s.count < 0:
		return nil, modes.Usage("0 is no limit", "--count cannot be %d: it is below zero", s.count)
	case s.timeout <= 0:
		return nil, modes.Usage("10s is usual", "--timeout cannot be %v: it must be above zero", s.timeout)
	case len(s.mac) > wire.MaxMAC:
		return nil, modes.Usage("a MAC is usually written f8:94:c2:02:86:ee", "--mac cannot be longer than %d bytes", wire.MaxMAC)
	}
	if err := s.checkLoad(); err != nil {
		return nil, err
	}
	if s.mac == "" {
		s.mac = modes.OwnMAC()
	}
	address := modes.DefaultAddress
	if c.NArg() > 0 {
		address = c.Args().First()
	}
	if s.local = address == "local"; s.local {
		return s, nil
	}
	s.host, s.port, err = modes.ParseAddress(address)
	if err == nil && s.port == "0" {
		err = modes.Usage("give the port that `proto serve` printed", "cannot connect to port 0")
	}
	return s, err
}

// checkLoad checks what concerns many sessions.
func (s *settings) checkLoad() error {
	switch {
	case s.sessions < 0:
		return modes.Usage("0 is one session, whose answers are shown", "--sessions cannot be %d: it is below zero", s.sessions)
	case s.ramp < 0:
		return modes.Usage("0 opens them as fast as they open", "--ramp cannot be %v: it is below zero", s.ramp)
	case s.ramp > 0 && s.sessions == 0:
		return modes.Usage("give --sessions too", "--ramp without --sessions")
	case s.verbose && s.sessions > 0:
		return modes.Usage("leave one of them out", "--verbose shows the frames of one session: it cannot go with --sessions")
	}
	return nil
}

// start finds out where to connect and as whom, and runs the session.
func start(c *cli.Context, p *modes.Process, s *settings) error {
	ready, err := modes.Interruptible(p, func() (*prepared, error) { return s.prepare(c, p) })
	if err != nil {
		return err
	}
	defer ready.stop()
	s.recorder = ready.recorder
	run := runOne
	if s.sessions > 0 {
		run = runMany
	}
	return run(c.Context, p, s, ready.login, ready.dial)
}

// prepared is where to connect and as whom, and what to do when all is over.
type prepared struct {
	login    modes.Login
	dial     dialer
	recorder *modes.Recorder
	stops    []func()
}

func (r *prepared) stop() {
	for _, stop := range r.stops {
		stop()
	}
}

func (s *settings) prepare(c *cli.Context, p *modes.Process) (ready *prepared, err error) {
	ready = &prepared{}
	defer func() {
		if err != nil {
			ready.stop()
		}
	}()
	var local *serve.Local
	var trust keys.Trust
	if s.local {
		if local, err = serve.StartLocal(c.Context); err != nil {
			return ready, err
		}
		ready.stops = append(ready.stops, local.Stop)
		trust.Own = local.Certificate
		s.host, s.port, err = modes.ParseAddress(local.Address)
	} else {
		trust, err = p.Trust(c)
	}
	if err != nil {
		return ready, err
	}
	config, done, err := p.ClientTLS(trust, s.host)
	if err != nil {
		return ready, err
	}
	ready.stops = append(ready.stops, done)
	if ready.login, err = s.login(c, p, local); err != nil {
		return ready, err
	}
	ready.dial = func(ctx context.Context) (net.Conn, error) {
		tc, err := modes.DialTLS(ctx, nil, net.JoinHostPort(s.host, s.port), config)
		if err != nil {
			return nil, err // not a nil *tls.Conn in a net.Conn
		}
		return tc, nil
	}
	if ready.recorder, err = p.OpenRecord(s.record); err == nil {
		ready.stops = append(ready.stops, ready.recorder.Close)
	}
	return ready, err
}

// login is whom to log in as: asked for last, when all else is known to be right.
func (s *settings) login(c *cli.Context, p *modes.Process, local *serve.Local) (modes.Login, error) {
	if local != nil {
		return local.Login, nil
	}
	return p.Login(c)
}
