package decode

import (
	"proto/modes/decode/follow"
)

// opener decrypts what was found, in the order of the capture. An answer that only
// later ones make readable holds up what is behind it, up to maxHeld records.
type opener struct {
	o        *options
	follower follow.Follower
	n        int64
	held     []*record
	counts   counts
	verify   verifier
	tokens   map[string]string // what was said of a token
	scratch  []byte            // a token
	own      *follow.Result    // for an answer that may wait
}

const maxHeld = 4096

// counts are for the summary.
type counts struct {
	frames, answers int64
	truncated       int64
	status          [8]int64
}

func newOpener(o *options) *opener {
	op := &opener{o: o, tokens: make(map[string]string)}
	op.follower = follow.Follower{Only: o.dialects, Key: o.key, IV: o.iv, Hold: !o.follow}
	op.verify.on = o.verify
	return op
}

// batch opens what one window held, and puts into b.out what can be printed.
func (op *opener) batch(b *batch) {
	op.verify.file = b.source.name
	b.reserve()
	for i := range b.records {
		r := &b.records[i]
		if r.kind == truthKind {
			op.verify.truth(r.stream(), string(r.aside.truth), r.aside.before, r.offset)
			continue
		}
		op.frame(b, r)
		op.let(b, r)
	}
}

// frame opens one frame.
func (op *opener) frame(b *batch, r *record) {
	op.n++
	op.counts.frames++
	r.n = op.n
	r.dir = directionOf(r.kind, r.fromServer)
	if r.dir == noDirection && r.around != nil {
		r.dir = directionNamed(r.around.Dir)
	}
	switch {
	case !r.whole:
		r.result = &follow.Result{Status: follow.Truncated, Note: "the capture ends within this frame"}
		op.counts.truncated++
	case r.kind == answerKind:
		op.answer(b, r)
	case r.aside != nil:
		r.aside.facts = op.describe(r)
	}
	if r.kind == otherKind {
		r.aside.name = string(r.aside.data.Get("message-type").AppendText(nil))
	}
}

func (op *opener) answer(b *batch, r *record) {
	r.answer.Stream = r.stream()
	if r.result = b.result(); !op.follower.Next(&r.answer, r.result) {
		op.openOwn(r)
	}
	op.counts.answers++
	if !r.result.Pending {
		op.verify.answer(r.answer.Stream, r.result, r.offset)
	}
}

// openOwn opens an answer into memory that is nobody else's until it is complete: its result
// may be pending, and so must not be in memory that the next one uses.
func (op *opener) openOwn(r *record) {
	own := op.own
	if own == nil {
		own = new(follow.Result)
	}
	op.follower.Open(&r.answer, own)
	if own.Pending {
		r.result, op.own = own, nil
		return
	}
	text := append(r.result.Text[:0], own.Text...) // not own's memory: see batch.reserve
	*r.result = *own
	r.result.Text = text
	*own = follow.Result{Text: own.Text[:0]}
	op.own = own
}

// let lets a record be printed, or holds it back behind one that waits.
func (op *opener) let(b *batch, r *record) {
	if len(op.held) == 0 && !r.pending() {
		op.print(b, r)
		return
	}
	op.held = append(op.held, r.copy())
	if len(op.held) > maxHeld {
		op.follower.Finish()
	}
	op.release(b)
}

// release lets what is held back be printed, as far as it is complete.
func (op *opener) release(b *batch) {
	i := 0
	for ; i < len(op.held) && !op.held[i].pending(); i++ {
		op.print(b, op.held[i])
		op.held[i] = nil
	}
	op.held = op.held[i:]
}

func (op *opener) print(b *batch, r *record) {
	if r.isAnswer() {
		op.counts.status[r.result.Status]++
	}
	b.out = append(b.out, r)
}

// finish gives up what is still held back.
func (op *opener) finish(b *batch) {
	op.follower.Finish()
	op.release(b)
}
