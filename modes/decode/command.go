// Package decode is `proto decode`: it finds the frames of the protocol in any
// capture, follows the sessions, decrypts the answers, and prints each frame with
// its plain text, or why it cannot be read. Package scan finds, package follow
// decrypts.
package decode

import (
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"proto/keys"
	"proto/modes"
	"proto/modes/decode/follow"
	"proto/wire"
)

const description = `Reads the files, or stdin, in whatever form they hold frames: console logs, JSON
lines, logs of journald, docker and compose, the output of tshark, socat, sslsplit
and mitmproxy, or the bare stream; gzip, zstd and UTF-16 as they are. An argument of
digits only is a captured "data" value, and needs --key1. A packet capture goes
through tshark first, as below; live, with -l -i lo -f "tcp port 5000" in place of
-r FILE.`

// Command is the mode's command line.
func Command(p *modes.Process) modes.Mode {
	return modes.Mode{Examples: examples(), Words: words(), Command: &cli.Command{
		Name:        "decode",
		Usage:       "read captures: find the frames, print the plain text",
		ArgsUsage:   "[FILE|VALUE]...",
		Description: description,
		Flags:       flags(),
		Action: func(c *cli.Context) error {
			o, err := read(c, p)
			if err != nil {
				return err
			}
			defer keepSmall()()
			return o.run(c.Context, p)
		},
	}}
}

func examples() []modes.Example {
	return []modes.Example{
		{For: "a log, of whatever program", Command: "proto decode server.log"},
		{For: "a packet capture, with the TLS keys that SSLKEYLOGFILE kept", Command: `tshark -r FILE -o tls.keylog_file:KEYS -d tcp.port==5000,tls \
  -d tls.port==5000,data -o data.show_as_text:TRUE -Y data -T fields \
  -e frame.time_epoch -e tcp.stream -e tcp.srcport -e data.text | proto decode`},
		{For: "one value, with its key and IV as HELLO_ACK has them", Command: "proto decode --key1 5614…3255 --key2 1560…2733 12621679940747315704"},
	}
}

func words() map[string][]string {
	return map[string][]string{
		"color":   {"auto", "always", "never"},
		"dialect": {"shifted,padded", "shifted,unpadded", "unshifted,padded", "unshifted,unpadded"},
		"workers": {"1", "2"},
	}
}

func flags() []cli.Flag {
	return slices.Concat(
		modes.Group("Output",
			&cli.BoolFlag{Name: "json", Usage: "print an object a line", EnvVars: []string{"PROTO_JSON"}},
			&cli.BoolFlag{Name: "text", Usage: "print the plain texts only", EnvVars: []string{"PROTO_TEXT"}},
			&cli.StringFlag{Name: "html", Usage: "draw the sessions in `FILE`, a page for any browser, and print nothing but what --json or --text asks for", EnvVars: []string{"PROTO_HTML"}},
			&cli.BoolFlag{Name: "secrets", Usage: "do not hide passwords, tokens and keys", EnvVars: []string{"PROTO_SECRETS"}},
			&cli.StringFlag{Name: "color", Usage: "`WHEN` to colour: auto, always, never", Value: "auto", EnvVars: []string{"PROTO_COLOR"}},
		),
		modes.Group("Reading",
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "go on with what is written to the file, whatever it is renamed to; on Windows it cannot be while we read", EnvVars: []string{"PROTO_FOLLOW"}},
			&cli.BoolFlag{Name: "verify", Usage: "hold the texts against those that the log itself prints", EnvVars: []string{"PROTO_VERIFY"}},
			&cli.IntFlag{Name: "workers", Usage: "work on `N` processors: 1 or 2", Value: min(2, runtime.NumCPU()), EnvVars: []string{"PROTO_WORKERS"}},
		),
		modes.Group("What is known of the capture",
			&cli.StringFlag{Name: "key1", Usage: "the key, as HELLO_ACK has it: the `NUMBER` with 1269", EnvVars: []string{"PROTO_KEY1"}},
			&cli.StringFlag{Name: "key2", Usage: "the IV, as HELLO_ACK has it: the `NUMBER` with 1269", EnvVars: []string{"PROTO_KEY2"}},
			&cli.StringFlag{Name: "iv-text", Usage: "the IV, as `TEXT` of 16 letters", EnvVars: []string{"PROTO_IV_TEXT"}},
			&cli.StringFlag{Name: "dialect", Usage: "`WORDS` shifted or unshifted, padded or unpadded; what is not said is found out", EnvVars: []string{"PROTO_DIALECT"}},
			&cli.StringFlag{Name: "token-key-file", Usage: "check the tokens with the key in `FILE`", EnvVars: []string{"PROTO_TOKEN_KEY_FILE"}},
		),
	)
}

// options are the flags, checked.
type options struct {
	files    []string
	values   []string
	json     bool
	text     bool
	html     string // a file; "": none
	follow   bool
	verify   bool
	secrets  bool
	color    bool
	workers  int
	key      *wire.Key
	iv       *wire.IV
	dialects []wire.Dialect // those that there may be; empty: all
	signer   *keys.Signer
}

func read(c *cli.Context, p *modes.Process) (o *options, err error) {
	o = &options{
		json: c.Bool("json"), text: c.Bool("text"), html: c.String("html"), follow: c.Bool("follow"), verify: c.Bool("verify"),
		secrets: c.Bool("secrets"), workers: c.Int("workers"),
	}
	for _, arg := range c.Args().Slice() {
		if arg != "" && strings.Trim(arg, "0123456789") == "" {
			o.values = append(o.values, arg)
		} else {
			o.files = append(o.files, arg)
		}
	}
	switch {
	case o.json && o.text:
		return nil, modes.Usage("choose one", "--json and --text cannot go together")
	case len(o.values) > 0 && len(o.files) > 0:
		return nil, modes.Usage("a file of digits only is ./FILE", "values and files cannot go together")
	case o.html == "-":
		return nil, modes.Usage("give the name of a file", "--html cannot be -: the page is written beside its name, and then renamed")
	case o.html != "" && o.follow:
		return nil, modes.Usage("leave out --follow: what is read until the end, or a signal, is drawn", "--html and --follow cannot go together")
	case o.html != "" && len(o.values) > 0:
		return nil, modes.Usage("give a capture", "--html draws no values")
	case len(o.values) > 0 && c.String("key1") == "":
		return nil, modes.Usage("give --key1, and --key2 for the first answer of a key; a file of digits only is ./FILE", "a value cannot be read without its key")
	case o.follow && len(o.files) != 1:
		return nil, modes.Usage("give one file", "--follow follows one file by its name")
	case o.workers < 1 || o.workers > 2:
		return nil, modes.Usage("one scans while the other decrypts: a third would wait", "--workers cannot be %d", o.workers)
	}
	if o.color, err = useColor(c.String("color"), p); err != nil {
		return nil, err
	}
	if err := o.readKeys(c); err != nil {
		return nil, err
	}
	return o, o.readDialect(c.String("dialect"))
}

// useColor follows NO_COLOR (no-color.org) and TERM=dumb.
func useColor(when string, p *modes.Process) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return p.OutTerminal && p.Env("NO_COLOR") == "" && p.Env("TERM") != "dumb", nil
	}
	return false, modes.Usage("it is one of auto, always, never", "--color cannot be %s", modes.Show(when))
}

func (o *options) readKeys(c *cli.Context) error {
	for _, name := range []string{"key1", "key2"} {
		if follow.WasRounded(c.String(name)) {
			return modes.Usage("take the number from the log itself, with all its digits", "--%s has been rounded by another tool", name)
		}
	}
	if s := c.String("key1"); s != "" {
		key, err := wire.ParseKey([]byte(s))
		if err != nil {
			return modes.Usage("it is the number as HELLO_ACK has it, of up to 78 digits", "--key1 is no key: %v", err)
		}
		o.key = &key
	}
	s, text := c.String("key2"), c.String("iv-text")
	switch {
	case s != "" && text != "":
		return modes.Usage("both are the IV", "--key2 and --iv-text cannot go together")
	case s != "":
		iv, err := wire.ParseIV([]byte(s))
		if err != nil {
			return modes.Usage("it is the number as HELLO_ACK has it, of up to 39 digits", "--key2 is no IV: %v", err)
		}
		o.iv = &iv
	case text != "":
		if len(text) != wire.IVSize {
			return modes.Usage("it has 16 bytes", "--iv-text cannot have %d bytes", len(text))
		}
		iv := wire.IV([]byte(text))
		o.iv = &iv
	}
	if name := c.String("token-key-file"); name != "" {
		secret, err := keys.ReadTokenKey(name)
		if err != nil {
			return modes.Coded(modes.ExitUsage, err)
		}
		o.signer, err = keys.NewSigner(secret, time.Now)
		return modes.Coded(modes.ExitUsage, err)
	}
	return nil
}

func (o *options) readDialect(words string) error {
	if words == "" {
		return nil
	}
	all := follow.Dialects()
	for _, word := range strings.FieldsFunc(words, func(r rune) bool { return r == ',' || r == ' ' }) {
		all = slices.DeleteFunc(all, func(d wire.Dialect) bool {
			switch word {
			case "shifted":
				return d.Unshifted
			case "unshifted":
				return !d.Unshifted
			case "padded":
				return d.Unpadded
			case "unpadded":
				return !d.Unpadded
			}
			return true
		})
	}
	if len(all) == 0 {
		return modes.Usage("one or two of the words shifted or unshifted, padded or unpadded: --dialect unshifted,unpadded", "--dialect cannot be %s", modes.Show(words))
	}
	o.dialects = all
	return nil
}
