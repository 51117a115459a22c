package decode

import (
	"errors"
	"os"
	"strings"

	"proto/modes"
	"proto/modes/decode/diagram"
	"proto/modes/decode/follow"
)

// openPage begins the page of --html.
func (pr *printer) openPage() (err error) {
	if pr.o.html == "" {
		return nil
	}
	if page, err := os.Stat(pr.o.html); err == nil {
		for _, name := range pr.o.files {
			if input, err := os.Stat(name); err == nil && os.SameFile(page, input) {
				return modes.Usage("give another name", "cannot write %s: it is the capture", modes.Show(pr.o.html))
			}
		}
	}
	pr.page, err = diagram.Create(pr.o.html, "proto decode: "+pr.o.title(), pr.o.secrets)
	return err
}

// title names what is decoded.
func (o *options) title() string {
	switch len(o.files) {
	case 0:
		return "standard input"
	case 1:
		return nameOf(o.files[0])
	}
	return nameOf(o.files[0]) + " and " + counted(int64(len(o.files)-1), "other file")
}

// nameOf is the name of an input.
func nameOf(file string) string {
	if file == "-" {
		return "standard input"
	}
	return modes.Show(file)
}

// draw adds a record to the page.
func (pr *printer) draw(r *record) error {
	if pr.pageOf != r.source {
		pr.pageOf = r.source
		if err := pr.page.Source(nameOf(r.source.name)); err != nil {
			return err
		}
	}
	frame := r.drawn()
	return pr.page.Frame(&frame)
}

// drawn is the record as the page shows it: what is of the capture, and cannot be
// shown as it is, quoted, as in a line.
func (r *record) drawn() diagram.Frame {
	f := diagram.Frame{
		Offset: r.offset, Time: shownText(rfcTime(r.time())), Type: dashless(r.kindShown()), Stream: shownText(r.stream()),
		Session: shownText(strings.Trim(string(r.answer.Session), `"'`)), Sequence: dashless(r.sequenceShown()), Facts: r.facts(),
	}
	switch r.dir {
	case toServer:
		f.Direction = diagram.ToServer
	case toClient:
		f.Direction = diagram.ToClient
	}
	res := r.result
	if res == nil {
		return f
	}
	f.Period, f.Note = res.Period, shownText(res.Note)
	if res.Status != follow.OK {
		f.Status = res.Status.String()
	}
	switch res.Status {
	case follow.OK:
		f.Text = modes.Show(string(res.Text))
	case follow.Ambiguous:
		f.Text = readings(res)
	}
	return f
}

// shownText is Show, but for nothing, which stays that.
func shownText(s string) string {
	if s == "" {
		return ""
	}
	return modes.Show(s)
}

// dashless takes away the dash that a line has where there is nothing.
func dashless(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// closePage ends the page, of all that was read; a page of nothing is not made.
func (pr *printer) closePage(op *opener, err error, stopped bool) error {
	if pr.page == nil {
		return nil
	}
	if op.counts.frames == 0 || errors.Is(err, modes.ErrStdoutClosed) {
		pr.page.Abandon()
		return nil
	}
	s := &diagram.Summary{
		Title: pr.o.title(), Frames: op.counts.frames, Answers: op.counts.answers, Decoded: op.counts.status[follow.OK],
		Dialect: dialects(op.follower.Dialects()), Secrets: pr.o.secrets, Verified: op.verify.matched,
	}
	switch {
	case stopped:
		s.Ended = "stopped by a signal"
	case err != nil:
		s.Ended = err.Error()
	}
	return pr.page.Finish(s)
}
