package decode

import (
	"fmt"

	"proto/modes"
	"proto/modes/decode/follow"
)

// verifier holds the texts against those that the log itself prints: the reference
// server before an answer, the reference client behind it.
type verifier struct {
	on      bool
	file    string
	matched int64
	err     error // the first difference
	before  map[string]string
	last    map[string]lastText
}

type lastText struct {
	text   string
	status follow.Status
	offset int64
}

// truth takes a text that the log prints.
func (v *verifier) truth(stream, text string, before bool, offset int64) {
	if before {
		if v.before == nil {
			v.before = make(map[string]string)
		}
		v.before[stream] = text
		return
	}
	if last, ok := v.last[stream]; ok {
		delete(v.last, stream)
		v.compare(last, text)
	}
}

// answer takes what an answer was read as.
func (v *verifier) answer(stream string, r *follow.Result, offset int64) {
	if !v.on {
		return
	}
	got := lastText{string(r.Text), r.Status, offset}
	if text, ok := v.before[stream]; ok {
		delete(v.before, stream)
		v.compare(got, text)
		return
	}
	if v.last == nil {
		v.last = make(map[string]lastText)
	}
	v.last[stream] = got
}

func (v *verifier) compare(got lastText, want string) {
	switch {
	case v.err != nil:
	case got.status != follow.OK:
		v.err = v.differ(got.offset, "cannot be read: "+got.status.String(), want)
	case got.text != want:
		v.err = v.differ(got.offset, "is read as "+fmt.Sprintf("%q", got.text), want)
	default:
		v.matched++
	}
}

func (v *verifier) differ(offset int64, what, want string) error {
	return &modes.Error{Code: modes.ExitNotWell, Message: fmt.Sprintf("%s: the answer at offset %d %s, and the log says %q", modes.Show(v.file), offset, what, want)}
}
