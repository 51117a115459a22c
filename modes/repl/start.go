package repl

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"github.com/urfave/cli/v2"

	"proto/keys"
	"proto/modes"
	"proto/modes/repl/language"
	"proto/modes/repl/report"
	"proto/modes/serve"
	"proto/scripts"
	"proto/wire"
)

func joinAddress(host, port string) string { return net.JoinHostPort(host, port) }

// start reads the scripts, if there are any, before anything is opened; then it
// runs them, or opens the prompt.
func (o *options) start(c *cli.Context, p *modes.Process) error {
	byHand := len(o.files) == 0 && len(o.commands) == 0 && p.InTerminal && !o.list && !o.check
	var cases []*testCase
	s := newSuite()
	if !byHand {
		var err error
		if cases, err = modes.Interruptible(p, func() ([]*testCase, error) { return o.load(s, p) }); err != nil {
			return err
		}
	}
	switch {
	case o.check:
		_, err := fmt.Fprintf(p.Out, "%s, no error\n", counted(len(cases), "test"))
		return err
	case o.list:
		return listCases(p.Out, cases)
	}
	if err := o.openReports(); err != nil {
		return err
	}
	defer o.closeReports()
	w, stop, err := o.world(c, p)
	if err != nil {
		return err
	}
	defer stop()
	if byHand {
		return w.byHand(c, s)
	}
	return o.runSuite(c.Context, w, s, cases)
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// load reads all that is to run, and prints all that is wrong with it.
func (o *options) load(s *suite, p *modes.Process) ([]*testCase, error) {
	switch {
	case len(o.commands) > 0:
		src := language.NewSource("-c", []byte(joinLines(o.commands)))
		s.add("", files{}, src)
	case len(o.files) == 0:
		if err := s.load("-", nil, p.In); err != nil {
			return nil, err
		}
	}
	for _, name := range o.files {
		if err := s.load(name, scripts.Files(), p.In); err != nil {
			return nil, err
		}
	}
	if len(s.errs) > 0 {
		for _, e := range s.errs {
			for _, line := range errorBlock(e) {
				fmt.Fprintln(p.Err, line)
			}
		}
		return nil, modes.Usage("", "%s in the script", counted(len(s.errs), "error"))
	}
	return s.selected(o.run)
}

func joinLines(lines []string) (text string) {
	for _, line := range lines {
		text += line + "\n"
	}
	return text
}

// listCases prints one line a test: id, title, what it is, where it stands.
func listCases(out io.Writer, cases []*testCase) error {
	width := 0
	for _, t := range cases {
		width = max(width, len(t.id))
	}
	for _, t := range cases {
		note := ""
		if t.test.Should {
			note += " (should)"
		}
		if t.test.Skip {
			note += " (skip: " + modes.Show(t.test.Why) + ")"
		}
		if _, err := fmt.Fprintf(out, "%-*s  %s%s  %s:%d\n", width, modes.Show(t.id), modes.Show(t.title), note, modes.Show(t.source.Name), t.line()); err != nil {
			return err
		}
	}
	return nil
}

// newWorld is what the command line says of the server and of us.
func (o *options) newWorld(p *modes.Process) *world {
	w := &world{p: p, address: o.address, mac: o.mac, timeout: o.timeout, vars: make(map[string]wire.Value)}
	w.secrets.show(o.secrets)
	for name, value := range o.vars {
		w.vars[name] = language.StringOf(value)
	}
	return w
}

// world adds whom to log in as and whom to trust; stop ends what it has started.
func (o *options) world(c *cli.Context, p *modes.Process) (w *world, stop func(), err error) {
	w = o.newWorld(p)
	stop = func() {}
	if o.local {
		local, err := serve.StartLocal(c.Context)
		if err != nil {
			return nil, nil, err
		}
		stop = local.Stop
		w.address, w.trust.Own, w.login, w.known = local.Address, local.Certificate, local.Login, true
		w.secrets.add(local.Login.Password)
	} else {
		if w.trust, err = p.Trust(c); err != nil {
			return nil, nil, err
		}
		w.ask = func() (modes.Login, error) { return p.Login(c) }
	}
	done, err := w.prepareTLS()
	if err != nil {
		stop()
		return nil, nil, err
	}
	stopLocal := stop
	stopAll := func() { w.record.Close(); stopLocal(); done() }
	if w.record, err = p.OpenRecord(o.record); err != nil {
		stopAll()
		return nil, nil, err
	}
	return w, stopAll, nil
}

// prepareTLS makes the configuration of connections; done closes their key log.
func (w *world) prepareTLS() (done func(), err error) {
	host, _, err := net.SplitHostPort(w.address)
	if err != nil {
		return nil, err
	}
	base, done, err := w.p.ClientTLS(w.trust, host)
	if err != nil {
		return nil, err
	}
	w.tls = configs(host, base)
	return done, nil
}

// configs gives the TLS configuration for a trust and a host, once made for the
// usual trust; all have the key log of the first.
func configs(usualHost string, base *tls.Config) func(keys.Trust, string, bool) (*tls.Config, error) {
	var mu sync.Mutex
	made := map[string]*tls.Config{usualHost: base}
	return func(trust keys.Trust, host string, own bool) (*tls.Config, error) {
		mu.Lock()
		defer mu.Unlock()
		if config := made[host]; config != nil && !own {
			return config, nil
		}
		config, err := trust.Config(host)
		if err != nil {
			return nil, err
		}
		config.KeyLogWriter = base.KeyLogWriter
		if !own {
			made[host] = config
		}
		return config, nil
	}
}

// runSuite runs the tests and says how it went.
func (o *options) runSuite(parent context.Context, w *world, s *suite, cases []*testCase) error {
	ctx, stop := w.p.UntilSignal(parent)
	results := &screen{out: w.p.Out}
	for _, f := range o.reports {
		if f.name == "-" {
			results.out = w.p.Err
		}
	}
	r := &runner{world: w, suite: s, cases: cases, again: o.again, jobs: o.jobs, strict: o.strict, screen: results, aside: &screen{out: w.p.Err}}
	run, err := r.run(ctx)
	got := stop()
	run.Interrupted = run.Interrupted || got != nil
	if !o.isQuiet(cases) {
		results.lines(summary(run))
	}
	if reportErr := o.writeReports(w, run); err == nil {
		err = reportErr
	}
	_, failed, _, _, _ := run.Counts()
	switch {
	case err != nil:
		return err
	case got != nil:
		return modes.SignalError(got)
	case results.failed() != nil:
		return results.failed()
	case failed > 0:
		return &modes.Error{Code: modes.ExitNotWell}
	}
	return nil
}

// isQuiet says whether there is nothing to count: the lines were on the command
// line or on stdin, and hold no test.
func (o *options) isQuiet(cases []*testCase) bool {
	return len(cases) == 1 && cases[0].plain && cases[0].file == ""
}

// openReports opens the files of reports before anything runs, so that a wrong
// name is said at once. What is in them stays until the run is over.
func (o *options) openReports() error {
	for i := range o.reports {
		f := &o.reports[i]
		if f.name == "-" {
			continue
		}
		file, err := os.OpenFile(f.name, os.O_WRONLY|os.O_CREATE, 0o666)
		if err != nil {
			o.closeReports()
			return cannotReport(*f, err)
		}
		f.file = file
	}
	return nil
}

func (o *options) closeReports() {
	for _, f := range o.reports {
		if f.file != nil {
			f.file.Close()
		}
	}
}

func cannotReport(f reportFile, err error) error {
	return modes.Usage("", "cannot write %s: %s", modes.Show(f.name), modes.Plain(err))
}

// writeReports writes all reports.
func (o *options) writeReports(w *world, run *report.Run) error {
	for _, f := range o.reports {
		if f.file == nil {
			if err := report.Write(w.p.Out, f.format, run); err != nil {
				return err
			}
			continue
		}
		if err := f.write(run); err != nil {
			return cannotReport(f, err)
		}
	}
	return nil
}

func (f reportFile) write(run *report.Run) error {
	if info, err := f.file.Stat(); err == nil && info.Mode().IsRegular() {
		if err := f.file.Truncate(0); err != nil {
			return err
		}
	}
	return report.Write(f.file, f.format, run)
}
