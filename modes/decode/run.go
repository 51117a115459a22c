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
	pl := newPipeline(o, p)
	op, pr := pl.opener, pl.printer
	if err := pr.openPage(); err != nil {
		stop()
		return err
	}
	err := pl.run(ctx)
	got := stop()
	if pageErr := pr.closePage(op, err, got != nil); err == nil {
		err = pageErr
	}
	if errors.Is(err, modes.ErrStdoutClosed) {
		return err
	}
	if op.counts.frames > 0 {
		fmt.Fprintln(p.Err, op.summary())
	}
	barren := pl.finder.barren
	if op.counts.frames == 0 && err == nil && got == nil {
		barren = barren[:max(0, len(barren)-1)] // the last one is the error
	}
	for _, e := range barren {
		fmt.Fprintln(p.Err, "warning: "+e.Message+behind("; ", e.Hint))
	}
	switch {
	case got != nil && !o.follow:
		return modes.SignalError(got)
	case err != nil:
		return err
	case got != nil:
		return modes.SignalError(got)
	}
	if op.counts.frames == 0 {
		return pl.finder.without()
	}
	if err = op.outcome(); err == nil && len(barren) > 0 {
		return &modes.Error{Code: modes.ExitNotWell}
	}
	return err
}

// behind is a text with something in front, if there is one.
func behind(front, text string) string {
	if text == "" {
		return ""
	}
	return front + text
}

// outcome is the exit code of a capture that was read to its end.
func (op *opener) outcome() error {
	c := &op.counts
	switch {
	case op.verify.err != nil:
		return op.verify.err
	case op.verify.on && op.verify.matched == 0:
		return &modes.Error{Code: modes.ExitNotWell, Message: "nothing verified: the log prints no texts", Hint: "leave out --verify"}
	case c.status[follow.OK] < c.answers || c.truncated > 0:
		return &modes.Error{Code: modes.ExitNotWell}
	}
	return nil
}

// decodeValues decodes bare values: consecutive answers of one key.
func (o *options) decodeValues(p *modes.Process) error {
	op, b := newOpener(o), &batch{source: &source{json: []byte(`"-"`)}}
	for _, text := range o.values {
		v, _, err := wire.ParseValue([]byte(text), wire.Limits{Bytes: len(text) + 1})
		if err != nil {
			return modes.Usage("a number has no zeros in front", "cannot decode %s: it is no number", modes.Show(text))
		}
		b.records = append(b.records, record{source: b.source, kind: answerKind, whole: true, answer: follow.Answer{Data: v}})
	}
	op.batch(b)
	op.finish(b)
	for _, r := range b.out {
		b.spellValue(o, r)
	}
	pr := &printer{out: p.Out}
	if err := pr.write(b); err != nil {
		return err
	}
	return op.outcome()
}

// spellValue says what a bare value holds: the text alone, with a note behind it.
func (b *batch) spellValue(o *options, r *record) {
	switch {
	case o.json:
		b.text = b.json.append(b.text, r)
	case o.text && r.result.Status != follow.OK:
	case o.text:
		b.text = append(append(b.text, modes.Show(string(r.result.Text))...), '\n')
	case r.result.Status == follow.OK:
		b.text = append(b.text, modes.Show(string(r.result.Text))...)
		if r.result.Note != "" {
			b.text = append(b.text, "  ("+r.result.Note+")"...)
		}
		b.text = append(b.text, '\n')
	default:
		b.text = append(append(b.text, r.rest()...), '\n')
	}
}
