// Package serve is `proto serve`: a server of the protocol, many clients at once.
package serve

import (
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"proto/modes"
)

const description = `Listens for clients, logs them in, and answers each DATA_REQUEST with 8 random
letters, or with the newest line of --data. Without --cert it shows a certificate
of its own, kept for the next start; without --users, and on loopback only,
test / test may log in.`

// Command is the mode's command line.
func Command(p *modes.Process) modes.Mode {
	return modes.Mode{Examples: examples(), Words: words(), Command: &cli.Command{
		Name:        "serve",
		Usage:       "run a server",
		ArgsUsage:   " ", // none: the library writes [arguments...] for ""
		Description: description,
		Flags:       append(flags(), limitFlags()...),
		Action: func(c *cli.Context) error {
			if err := modes.Leftover(c, 0); err != nil {
				return err
			}
			s, err := read(c)
			if err != nil {
				return err
			}
			return run(c.Context, p, s)
		},
	}}
}

func examples() []modes.Example {
	return []modes.Example{
		{For: "for this machine; test / test may log in", Command: "proto serve"},
		{For: "for a network, with your certificate and your users", Command: "proto serve --listen 0.0.0.0:5000 --cert cert.pem --users users.txt"},
		{For: "send the newest reading of a sensor, and show figures", Command: "sensor | proto serve --data - --admin 127.0.0.1:5001"},
	}
}

func words() map[string][]string {
	return map[string][]string{
		"listen": {modes.DefaultAddress, "0.0.0.0:" + modes.DefaultPort, "[::]:" + modes.DefaultPort},
		"admin":  {"127.0.0.1:5001"},
		"data":   {"random", "-"},
		"exempt": {"none"},
		"log":    {"text", "json"},
	}
}

func flags() []cli.Flag {
	return slices.Concat(
		modes.Group("Listening and identity",
			&cli.StringSliceFlag{Name: "listen", Usage: "listen on `ADDRESS`, repeatable; port 0 is any free one", Value: cli.NewStringSlice(modes.DefaultAddress), EnvVars: []string{"PROTO_LISTEN"}},
			&cli.StringFlag{Name: "cert", Usage: "show the certificate in `FILE` (PEM) instead of one of our own", EnvVars: []string{"PROTO_CERT"}},
			&cli.StringFlag{Name: "key", Usage: "its private key is in `FILE` (PEM); without, in the --cert file", EnvVars: []string{"PROTO_KEY"}},
			&cli.StringFlag{Name: "key-pass-file", Usage: "the key's pass phrase is in `FILE`, else in PROTO_KEY_PASS, else asked for", EnvVars: []string{"PROTO_KEY_PASS_FILE"}},
			&cli.StringSliceFlag{Name: "trusted-proxy", Usage: "take who is connected from the PROXY header, from `CIDR`; repeatable", EnvVars: []string{"PROTO_TRUSTED_PROXY"}},
		),
		modes.Group("Users",
			&cli.StringFlag{Name: "users", Usage: "let in the users in `FILE` (htpasswd, bcrypt)", EnvVars: []string{"PROTO_USERS"}},
			&cli.StringFlag{Name: "token-key-file", Usage: "sign tokens with the key in `FILE`, 32 bytes or more, instead of a random one", EnvVars: []string{"PROTO_TOKEN_KEY_FILE"}},
		),
		modes.Group("Sessions",
			&cli.StringFlag{Name: "data", Usage: "random letters, or the newest line of `SOURCE`: a file, or - for stdin", Value: "random", EnvVars: []string{"PROTO_DATA"}},
			&cli.IntFlag{Name: "rekey", Usage: "give a new key with each `N`th answer of a session; 0 is never", Value: 10, EnvVars: []string{"PROTO_REKEY"}},
			&cli.DurationFlag{Name: "max-life", Usage: "end a session after `TIME`; 0 is never", Value: 35 * time.Minute, EnvVars: []string{"PROTO_MAX_LIFE"}},
			&cli.DurationFlag{Name: "idle", Usage: "end a session after `TIME` without a request; 0 is never", Value: 90 * time.Second, EnvVars: []string{"PROTO_IDLE"}},
			&cli.IntFlag{Name: "max-frame", Usage: "refuse frames of over `BYTES`", Value: 4096, EnvVars: []string{"PROTO_MAX_FRAME"}},
		),
		modes.Group("Running it",
			&cli.BoolFlag{Name: "check", Usage: "check flags, files and addresses, and exit", EnvVars: []string{"PROTO_CHECK"}},
			&cli.DurationFlag{Name: "reload", Usage: "read changed certificate, key and users every `TIME`, and on HUP, which Windows does not have", Value: time.Minute, EnvVars: []string{"PROTO_RELOAD"}},
			&cli.DurationFlag{Name: "drain", Usage: "when stopped, take at most `TIME` to say CLOSE to all", Value: 10 * time.Second, EnvVars: []string{"PROTO_DRAIN"}},
		),
		modes.Group("Watching",
			&cli.StringFlag{Name: "log", Usage: "write the log in `FORMAT` text or json", Value: "text", EnvVars: []string{"PROTO_LOG"}},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "show frames as they pass, secrets hidden", EnvVars: []string{"PROTO_VERBOSE"}},
			modes.RecordFlag(),
			&cli.StringFlag{Name: "admin", Usage: "show a live page, /metrics, /healthz and /readyz on `ADDRESS`, on loopback", EnvVars: []string{"PROTO_ADMIN"}},
			&cli.BoolFlag{Name: "admin-anywhere", Usage: "let --admin listen elsewhere, too", EnvVars: []string{"PROTO_ADMIN_ANYWHERE"}},
			&cli.BoolFlag{Name: "admin-pprof", Usage: "show /debug/pprof there, too", EnvVars: []string{"PROTO_ADMIN_PPROF"}},
		),
	)
}

// settings are the flags, checked.
type settings struct {
	listen       []string // host:port
	cert, key    string
	keyPassFile  string
	users        string
	tokenKeyFile string
	data         string
	rekey        int
	maxLife      time.Duration
	idle         time.Duration
	maxFrame     int
	drain        time.Duration
	record       string
	log          string
	verbose      bool

	check         bool
	reloadEvery   time.Duration
	admin         string // host:port, or ""
	adminAnywhere bool
	adminPprof    bool
	proxies       []netip.Prefix
	limits        limits
}

func read(c *cli.Context) (*settings, error) {
	s := &settings{
		cert: c.String("cert"), key: c.String("key"), keyPassFile: c.String("key-pass-file"),
		users: c.String("users"), tokenKeyFile: c.String("token-key-file"), data: c.String("data"),
		rekey: c.Int("rekey"), maxLife: modes.Duration(c, "max-life"), idle: modes.Duration(c, "idle"),
		maxFrame: c.Int("max-frame"), drain: modes.Duration(c, "drain"), record: c.String("record"), log: c.String("log"), verbose: c.Bool("verbose"),
	}
	if s.cert == "" && s.key != "" {
		return nil, modes.Usage("give --cert too, the certificate that belongs to the key", "--key without --cert")
	}
	if s.cert == "" && s.keyPassFile != "" {
		return nil, modes.Usage("give --cert too: our own key has no pass phrase", "--key-pass-file without --cert")
	}
	if err := s.checkNumbers(); err != nil {
		return nil, err
	}
	if err := s.readOperator(c); err != nil {
		return nil, err
	}
	for _, address := range c.StringSlice("listen") {
		host, port, err := modes.ParseAddress(address)
		if err != nil {
			return nil, err
		}
		s.listen = append(s.listen, net.JoinHostPort(host, port))
	}
	if err := s.apart(s.addresses()); err != nil {
		return nil, err
	}
	if s.users == "" {
		return s, s.checkLoopback()
	}
	return s, nil
}

func (s *settings) readOperator(c *cli.Context) (err error) {
	s.check, s.reloadEvery = c.Bool("check"), modes.Duration(c, "reload")
	s.adminAnywhere, s.adminPprof = c.Bool("admin-anywhere"), c.Bool("admin-pprof")
	if s.reloadEvery < 0 {
		return modes.Usage("1m is usual; 0 is on HUP only", "--reload cannot be %v: it is below zero", s.reloadEvery)
	}
	if s.proxies, err = prefixes("trusted-proxy", c.StringSlice("trusted-proxy"), ""); err != nil {
		return err
	}
	if s.limits, err = readLimits(c); err != nil {
		return err
	}
	return s.readAdmin(c.String("admin"))
}

func (s *settings) readAdmin(address string) error {
	if address == "" {
		if s.adminAnywhere || s.adminPprof {
			return modes.Usage("give --admin ADDRESS too, as 127.0.0.1:5001", "--admin-anywhere and --admin-pprof need --admin")
		}
		return nil
	}
	host, port, err := modes.ParseAddress(address)
	if err != nil {
		return err
	}
	s.admin = net.JoinHostPort(host, port)
	s.limits.aside = adminMost
	if !s.adminAnywhere && !modes.IsLoopback(host) {
		return notAnywhere(s.admin)
	}
	return nil
}

// smallestFrame and largestFrame are the bounds of --max-frame: below, our own
// client's frames would not fit; above, a frame is an attack on the memory.
const (
	smallestFrame = 1024
	largestFrame  = 1 << 20
)

func (s *settings) checkNumbers() error {
	for _, d := range []struct {
		name  string
		value time.Duration
		hint  string
	}{{"max-life", s.maxLife, "0 is never"}, {"idle", s.idle, "0 is never"}, {"drain", s.drain, "10s is usual"}} {
		if d.value < 0 {
			return modes.Usage(d.hint, "--%s cannot be %v: it is below zero", d.name, d.value)
		}
	}
	if s.rekey < 0 {
		return modes.Usage("0 is never", "--rekey cannot be %d: it is below zero", s.rekey)
	}
	if s.maxFrame < smallestFrame || s.maxFrame > largestFrame {
		return modes.Usage("4096 is usual", "--max-frame cannot be %d: it must be from %d to %d bytes", s.maxFrame, smallestFrame, largestFrame)
	}
	return nil
}

// checkLoopback keeps the login everybody knows off the network.
func (s *settings) checkLoopback() error {
	other := slices.IndexFunc(s.listen, func(address string) bool {
		host, _, _ := net.SplitHostPort(address)
		return !modes.IsLoopback(host)
	})
	if other < 0 {
		return nil
	}
	return needsUsers(s.listen[other])
}

// checkBound looks once more, at what the names of addresses turned out to be.
func checkBound(listeners []net.Listener) error {
	for _, l := range listeners {
		if host, _, _ := net.SplitHostPort(l.Addr().String()); !modes.IsLoopback(host) {
			return needsUsers(l.Addr().String())
		}
	}
	return nil
}

func needsUsers(address string) error {
	return modes.Usage("make a users file with `htpasswd -B -c users.txt NAME` and give --users users.txt",
		"cannot listen on %s without --users: the built-in login test / test is for loopback only", address)
}
