package modes

import (
	"crypto/tls"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"proto/keys"
)

// TrustFlags say which servers a client accepts.
func TrustFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "ca", Usage: "trust the certificates in `FILE` instead of the system's", EnvVars: []string{"PROTO_CA"}},
		&cli.StringFlag{Name: "pin", Usage: "trust the server whose public key has this `PIN`, sha256//…", EnvVars: []string{"PROTO_PIN"}},
		&cli.BoolFlag{Name: "insecure", Usage: "trust every server; anyone in between can read and change all", EnvVars: []string{"PROTO_INSECURE"}},
	}
}

// Trust reads the trust flags.
func (p *Process) Trust(c *cli.Context) (trust keys.Trust, err error) {
	trust = keys.Trust{CAFile: c.String("ca"), Insecure: c.Bool("insecure")}
	if trust.Insecure && (trust.CAFile != "" || c.String("pin") != "") {
		return trust, Usage("leave out --insecure, or the others", "--insecure trusts every server, --ca and --pin do not: they cannot go together")
	}
	if pin := c.String("pin"); pin != "" {
		if trust.Pins, err = keys.ParsePin(pin); err != nil {
			return trust, Coded(ExitUsage, err)
		}
	}
	if trust.Insecure {
		fmt.Fprintln(p.Err, "warning: --insecure: whoever stands in between can read and change everything")
	}
	if dir, err := keys.StateDir(p.Env); err == nil {
		if own, err := keys.OwnCertificate(dir); err == nil {
			trust.Own = own
		}
	}
	return trust, nil
}

// ClientTLS is the TLS configuration for connecting to host, with a key log if
// SSLKEYLOGFILE asks for one. done closes the key log.
func (p *Process) ClientTLS(trust keys.Trust, host string) (config *tls.Config, done func(), err error) {
	config, err = trust.Config(host)
	if err != nil {
		return nil, nil, Coded(ExitUsage, err)
	}
	done = func() {}
	if name := p.Env("SSLKEYLOGFILE"); name != "" {
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, Usage("unset SSLKEYLOGFILE, or name a file that can be written", "cannot write %s: %s", Show(name), Plain(err))
		}
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			_ = f.Chmod(0o600) // another's file that we may write to stays as it is
		}
		fmt.Fprintf(p.Err, "warning: SSLKEYLOGFILE: the keys of this connection are written to %s\n", Show(name))
		config.KeyLogWriter = f
		done = func() { f.Close() }
	}
	return config, done, nil
}
