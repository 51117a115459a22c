package decode

import (
	"fmt"
	"strings"
	"unicode"

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
	held    int // the size of what is in these two
}

type lastText struct {
	text   string
	status follow.Status
	offset int64
}

const (
	// maxUnverified bounds what is kept of texts that wait for the other one. Where a log
	// has more, as of servers that print one each, all are given up: most are printed next
	// to each other.
	maxUnverified = 2 << 20
	// unverifiedSize is what one has in any case.
	unverifiedSize = 128
)

// truth takes a text that the log prints.
func (v *verifier) truth(stream, text string, before bool, offset int64) {
	if before {
		if old, ok := v.before[stream]; ok {
			v.dropped(stream, old)
		}
		v.hold(stream, text)
		v.before[stream] = text
		return
	}
	if last, ok := v.last[stream]; ok {
		delete(v.last, stream)
		v.dropped(stream, last.text)
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
		v.dropped(stream, text)
		v.compare(got, text)
		return
	}
	if old, ok := v.last[stream]; ok {
		v.dropped(stream, old.text)
	}
	v.hold(stream, got.text)
	v.last[stream] = got
}

// hold makes room for a text.
func (v *verifier) hold(stream, text string) {
	if v.before == nil {
		v.before, v.last = make(map[string]string), make(map[string]lastText)
	}
	size := unverifiedSize + len(stream) + len(text)
	if v.held += size; v.held > maxUnverified {
		clear(v.before)
		clear(v.last)
		v.held = size
	}
}

// dropped gives up the room of a text.
func (v *verifier) dropped(stream, text string) { v.held -= unverifiedSize + len(stream) + len(text) }

func (v *verifier) compare(got lastText, want string) {
	switch {
	case v.err != nil:
	case got.status != follow.OK:
		v.err = v.differ(got.offset, "cannot be read: "+got.status.String(), want)
	case !agrees(got.text, want):
		v.err = v.differ(got.offset, "is read as "+fmt.Sprintf("%q", got.text), want)
	default:
		v.matched++
	}
}

// agrees says whether a text is the one that a line of the log has, which holds no more of
// it than its first line, and the padding behind it where the client prints that.
func agrees(text, log string) bool {
	line, _, _ := strings.Cut(text, "\n")
	behind, ok := strings.CutPrefix(log, strings.TrimRight(line, "\r"))
	for ok && behind != "" {
		behind, ok = cutControl(behind)
	}
	return ok
}

// cutControl cuts off a control character, or a sequence for a terminal's colours.
func cutControl(s string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(s, "\x1b[")
	if !ok {
		return s[1:], s[0] < ' '
	}
	rest = strings.TrimLeft(rest, "0123456789;")
	if rest == "" || rest[0] != 'm' && rest[0] != 'K' {
		return s, false
	}
	return rest[1:], true
}

func (v *verifier) differ(offset int64, what, want string) error {
	want = strings.TrimRightFunc(want, unicode.IsControl) // the padding
	return &modes.Error{Code: modes.ExitNotWell, Message: fmt.Sprintf("%s: the answer at offset %d %s, and the log says %q", modes.Show(v.file), offset, what, want)}
}
