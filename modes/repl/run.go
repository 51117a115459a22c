package repl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"proto/modes"
	"proto/modes/repl/language"
	"proto/modes/repl/report"
)

// runner runs the tests of a suite.
type runner struct {
	world  *world
	suite  *suite
	cases  []*testCase
	again  string // the command line that runs one test, but for --run and -f
	jobs   int
	strict bool
	screen *screen // results
	aside  *screen // hints and warnings

	useless atomic.Pointer[modes.Error] // why no test can run
}

// result is what came of one test.
type result struct {
	report.Case
	block []string // of a failure
	said  []string // what show, vars and the like printed
}

// run runs them all and prints each in its order. What stops all of them, a
// signal or a server that cannot be reached, is an error.
func (r *runner) run(ctx context.Context) (*report.Run, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out := &report.Run{Target: r.world.address, Start: time.Now(), Version: r.world.p.Version.Number}
	results := make([]chan *result, len(r.cases))
	for i := range results {
		results[i] = make(chan *result, 1)
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range max(1, min(r.jobs, len(r.cases))) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(r.cases) {
					return
				}
				results[i] <- r.one(ctx, r.cases[i], stop)
			}
		})
	}
	for i := range results {
		got := <-results[i]
		out.Cases = append(out.Cases, got.Case)
		r.print(got, r.cases[i])
	}
	workers.Wait()
	out.Took = time.Since(out.Start)
	out.Interrupted = ctx.Err() != nil && r.useless.Load() == nil
	if e := r.useless.Load(); e != nil {
		return out, e
	}
	return out, nil
}

// one runs one test. stop ends all the others.
func (r *runner) one(ctx context.Context, t *testCase, stop func()) *result {
	line := t.line()
	got := &result{Case: report.Case{ID: t.id, Title: t.title, File: t.file, Line: line, Should: t.test.Should, Outcome: report.NotRun}}
	if t.file == "" {
		got.File = t.source.Name
	}
	if ctx.Err() != nil {
		return got
	}
	start := time.Now()
	b := r.bench(t, got)
	defer b.shut()
	err := r.steps(ctx, b, t, got)
	got.Took = time.Since(start)
	switch {
	case got.Outcome == report.Skipped:
	case err == nil || errors.Is(err, errQuit):
		got.Outcome = report.Passed
	case ctx.Err() != nil:
	default:
		r.failed(b, t, got, err)
		if e := r.hopeless(err); e != nil {
			r.useless.CompareAndSwap(nil, e)
			stop()
		}
	}
	return got
}

// bench is where a test runs: what it says is printed below its line, and in a
// script without tests at once, with the exchange.
func (r *runner) bench(t *testCase, got *result) *bench {
	b := newBench(r.world)
	b.places = r.suite.places
	b.out = func(line string) { got.said = append(got.said, line) }
	if t.plain && r.jobs <= 1 {
		b.out, b.aside = r.screen.line, r.aside.line
		b.watch()
		b.journal = &journal{}
	}
	return b
}

// steps are the set-up and the commands, unless the test is to be skipped.
func (r *runner) steps(ctx context.Context, b *bench, t *testCase, got *result) error {
	if skip, err := b.skipped(ctx, t.test); skip || err != nil {
		got.Outcome, got.Why = report.Skipped, t.test.Why
		return err
	}
	for _, list := range [][]*language.Command{t.setup, t.commands} {
		for _, c := range list {
			b.said(c)
			if err := b.run(ctx, c); err != nil {
				return err
			}
		}
	}
	if t.plain {
		b.settle(ctx)
	}
	return nil
}

// skipped says whether a test is to be skipped. A variable that is not known
// equals nothing.
func (b *bench) skipped(ctx context.Context, t *language.Test) (bool, error) {
	if !t.Skip || t.If == nil {
		return t.Skip, nil
	}
	v, err := b.lookup(ctx, b.link(mainLink))(t.If.Name)
	if err != nil {
		return false, nil
	}
	want, err := t.If.Text.Expand(b.lookup(ctx, b.link(mainLink)))
	if err != nil {
		return false, nil
	}
	return language.TextOf(v) == want, nil
}

func (r *runner) failed(b *bench, t *testCase, got *result, err error) {
	got.Outcome = report.Failed
	if t.test.Should && !r.strict {
		got.Outcome = report.Unmet
	}
	var f *failure
	if !errors.As(err, &f) {
		got.Message = safe(r.world.secrets.hide(err.Error()))
		got.block = []string{"  = error   " + got.Message}
		return
	}
	got.Message = safe(f.text(&r.world.secrets))
	got.block = r.world.secrets.block(f)
	if t.file != "" {
		gutter, _, _ := strings.Cut(got.block[len(got.block)-1], "=")
		line := gutter + "= again   " + r.again + " -f " + modes.ShellWord(t.file)
		if !t.plain {
			line = gutter + "= again   " + r.again + " --run " + modes.ShellWord(t.id) + " -f " + modes.ShellWord(t.file)
		}
		got.block = append(got.block, line)
	}
	exchange := b.exchange()
	got.Details = strings.Join(append(got.block[:len(got.block):len(got.block)], exchange...), "\n")
	if !t.plain || r.jobs > 1 {
		for _, line := range exchange {
			got.block = append(got.block, "    "+line)
		}
	}
}

// hopeless is the reason why no other test can do better: nobody to log in as, or
// no server that any connection succeeded to.
func (r *runner) hopeless(err error) *modes.Error {
	var e *modes.Error
	if login := r.world.loginError(); login != nil {
		errors.As(modes.Coded(modes.ExitUsage, login), &e)
		return e
	}
	if !errors.As(err, &e) || e.Code != modes.ExitPeer || r.world.reachedAny() {
		return nil
	}
	return &modes.Error{Code: modes.ExitPeer, Message: "no test could run: " + e.Message, Hint: e.Hint, Err: e}
}

// print prints what came of a test.
func (r *runner) print(got *result, t *testCase) {
	if t.file == "" && t.plain {
		r.aside.lines(got.block) // no test, but lines of the command line or of stdin
		return
	}
	mark := map[report.Outcome]string{report.Passed: "✓", report.Failed: "×", report.Unmet: "!", report.Skipped: "-"}[got.Outcome]
	if mark == "" {
		return
	}
	name := modes.Show(strings.TrimSpace(got.ID + " " + got.Title))
	line := fmt.Sprintf("%s %s", mark, name)
	switch got.Outcome {
	case report.Skipped:
		line += " (skipped: " + modes.Show(got.Why) + ")"
	case report.Passed:
		line += seconds(got.Took)
	default:
		if got.Outcome == report.Unmet {
			line += " (should)"
		}
		line = fmt.Sprintf("%-64s %s:%d %s", line, modes.Show(got.File), got.Line, seconds(got.Took))
	}
	r.screen.lines(append(append([]string{line}, got.said...), got.block...))
}

func seconds(d time.Duration) string { return fmt.Sprintf("  (%.2fs)", d.Seconds()) }
