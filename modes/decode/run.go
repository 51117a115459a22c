package decode

import (
	"context"
	"errors"
	"fmt"

	"proto/modes"
	"proto/modes/decode/follow"
	"proto/wire"
)

// run decodes what the command line names.
func (o *options) run(parent context.Context, p *modes.Process) error {
	if len(o.values) > 0 {
		return o.decodeValues(p)
	}
	ctx, stop := p.UntilSignal(parent)
	pr := newPrinter(o, p.Out, p.OutTerminal || o.follow)
	pl := newPipeline(o, p, pr)
	err := pl.run(ctx)
	if finishErr := pr.finish(); err == nil {
		err = finishErr
	}
	got := stop()
	if errors.Is(err, modes.ErrStdoutClosed) {
		return err
	}
	if pr.counts.frames > 0 {
		fmt.Fprintln(p.Err, pr.summary())
	}
	switch {
	case got != nil && !o.follow:
		return modes.SignalError(got)
	case err != nil:
		return err
	case got != nil:
		return modes.SignalError(got)
	}
	return pr.outcome()
}

// outcome is the exit code of a capture that was read to its end.
func (pr *printer) outcome() error {
	c := &pr.counts
	switch {
	case c.frames == 0:
		return pr.noFrames()
	case pr.verify.err != nil:
		return pr.verify.err
	case pr.verify.on && pr.verify.matched == 0:
		return &modes.Error{Code: modes.ExitNotWell, Message: "nothing verified: the log prints no texts", Hint: "leave out --verify"}
	case c.status[follow.OK] < c.answers || c.truncated > 0:
		return &modes.Error{Code: modes.ExitNotWell}
	}
	return nil
}

// decodeValues decodes bare values: consecutive answers of one key.
func (o *options) decodeValues(p *modes.Process) error {
	pr := newPrinter(o, p.Out, false)
	for _, text := range o.values {
		v, _, err := wire.ParseValue([]byte(text), wire.Limits{Bytes: len(text) + 1})
		if err != nil {
			return modes.Usage("a number has no zeros in front", "cannot decode %s: it is no number", modes.Show(text))
		}
		pr.n++
		pr.counts.frames++
		pr.counts.answers++
		r := record{n: pr.n, file: []byte(`"-"`), isAnswer: true, result: new(follow.Result)}
		pr.follower.Open(&follow.Answer{Data: v}, r.result)
		pr.held = append(pr.held, &r)
	}
	pr.follower.Finish()
	for _, r := range pr.held {
		pr.counts.status[r.result.Status]++
		pr.writeValue(r)
	}
	if err := pr.flushAll(); err != nil {
		return err
	}
	return pr.outcome()
}

// writeValue prints what a bare value holds: the text alone, with a note behind it.
func (pr *printer) writeValue(r *record) {
	switch {
	case pr.o.json:
		pr.buf = r.appendJSON(pr.buf)
	case pr.o.text && r.result.Status != follow.OK:
	case pr.o.text:
		pr.buf = append(append(pr.buf, modes.Show(string(r.result.Text))...), '\n')
	case r.result.Status == follow.OK:
		pr.buf = append(pr.buf, modes.Show(string(r.result.Text))...)
		if r.result.Note != "" {
			pr.buf = append(pr.buf, "  ("+r.result.Note+")"...)
		}
		pr.buf = append(pr.buf, '\n')
	default:
		pr.buf = append(append(pr.buf, r.rest()...), '\n')
	}
}
