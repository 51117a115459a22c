package decode

import (
	"fmt"
	"io"
	"strings"

	"proto/modes"
	"proto/modes/decode/follow"
	"proto/wire"
)

// printer decrypts what was found and prints it, in the order of the capture. An
// answer that only later ones make readable holds up what is behind it, up to
// maxHeld records.
type printer struct {
	o        *options
	follower follow.Follower
	out      io.Writer
	buf      []byte // what is not written yet
	flush    bool   // after each batch: somebody watches
	src      *source
	n        int64
	held     []*record
	counts   counts
	verify   verifier
	rec      record
	result   follow.Result
	tokens   map[string]string // what was said of a token
}

const maxHeld = 4096

// counts are for the summary.
type counts struct {
	frames, answers int64
	truncated       int64
	status          [8]int64
}

func newPrinter(o *options, w io.Writer, flush bool) *printer {
	pr := &printer{o: o, out: w, flush: flush, tokens: make(map[string]string)}
	pr.follower = follow.Follower{Dialect: o.dialect, Key: o.key, IV: o.iv, Hold: !o.follow}
	pr.verify.on = o.verify
	return pr
}

func (pr *printer) file(src *source) {
	pr.src = src
	pr.verify.file = src.name
}

// record is what is printed of a frame.
type record struct {
	n                 int64
	file              []byte // as JSON
	offset            int64
	time, stream      string
	peer              string
	dir               string // "c2s", "s2c", ""
	kind              kind
	name              string // of another kind
	session, sequence []byte // as they are spelled
	isAnswer          bool
	result            *follow.Result
	note              string // of a frame that is no answer
}

// batch prints what one window held.
func (pr *printer) batch(b *batch) error {
	for i := range b.items {
		it := &b.items[i]
		if it.kind == truthKind {
			pr.verify.truth(b.around(it).Stream, string(it.truth), it.before, it.offset)
			continue
		}
		if err := pr.frame(b, it); err != nil {
			return err
		}
	}
	if pr.flush {
		return pr.flushAll()
	}
	return nil
}

// bufferSize is how much is written at once.
const bufferSize = 64 << 10

// flushAll writes what is not written yet.
func (pr *printer) flushAll() error {
	if len(pr.buf) == 0 {
		return nil
	}
	_, err := pr.out.Write(pr.buf)
	pr.buf = pr.buf[:0]
	return err
}

// frame decrypts and prints one frame.
func (pr *printer) frame(b *batch, it *item) error {
	pr.n++
	pr.counts.frames++
	r := &pr.rec
	*r = record{
		n: pr.n, file: b.file.json, offset: it.offset, kind: it.kind,
		session: it.answer.Session, sequence: it.answer.Sequence,
	}
	if it.context > 0 {
		c := b.around(it)
		r.time, r.stream, r.peer, r.dir = c.Time, c.Stream, c.Peer, c.Dir
	}
	if it.kind == otherKind {
		r.name = string(it.name.AppendText(nil))
	}
	if dir := directionOf(it.kind, it.fromServer); dir != "" {
		r.dir = dir
	}
	switch {
	case !it.whole:
		pr.result = follow.Result{Status: follow.Truncated, Note: "the capture ends within this frame"}
		r.result = &pr.result
		pr.counts.truncated++
	case it.kind == answerKind:
		pr.answer(r, it)
	case it.kind == requestKind:
	default:
		r.note = pr.describe(r, b.part(it.header), b.part(it.data))
	}
	return pr.print(r)
}

// directionOf tells the direction of a frame by itself.
func directionOf(k kind, fromServer bool) string {
	switch {
	case k == helloKind || k == requestKind:
		return "c2s"
	case k == ackKind || k == answerKind || fromServer:
		return "s2c"
	case k == closeKind:
		return "c2s"
	}
	return ""
}

func (pr *printer) answer(r *record, it *item) {
	a := &it.answer
	a.Stream = r.stream
	r.isAnswer, r.result = true, &pr.result
	pr.result = follow.Result{Text: pr.result.Text[:0]}
	if pr.mayWait(a) {
		r.result = new(follow.Result)
	}
	pr.follower.Open(a, r.result)
	pr.counts.answers++
	if !r.result.Pending {
		pr.verify.answer(r.stream, r.result, r.offset)
	}
}

// mayWait says whether an answer's result may be completed later, and so must not
// be in memory that the next one uses.
func (pr *printer) mayWait(a *follow.Answer) bool {
	return pr.follower.Hold && (len(a.Data.Raw()) <= 20 || a.Key1.Present())
}

// print prints a record, or holds it back behind one that waits.
func (pr *printer) print(r *record) error {
	if len(pr.held) == 0 && (r.result == nil || !r.result.Pending) {
		return pr.write(r)
	}
	pr.held = append(pr.held, r.copy())
	if len(pr.held) > maxHeld {
		pr.follower.Finish()
	}
	return pr.release()
}

// release prints what is held back as far as it is complete.
func (pr *printer) release() error {
	i := 0
	for ; i < len(pr.held) && (pr.held[i].result == nil || !pr.held[i].result.Pending); i++ {
		if err := pr.write(pr.held[i]); err != nil {
			return err
		}
		pr.held[i] = nil
	}
	pr.held = pr.held[i:]
	return nil
}

func (r *record) copy() *record {
	c := *r
	c.session, c.sequence = clone(r.session), clone(r.sequence)
	if r.result != nil && !r.result.Pending {
		result := *r.result
		result.Text = clone(result.Text)
		c.result = &result
	}
	return &c
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }

// finish prints the rest.
func (pr *printer) finish() error {
	pr.follower.Finish()
	if err := pr.release(); err != nil {
		return err
	}
	return pr.flushAll()
}

// write writes a record in the form that was asked for.
func (pr *printer) write(r *record) (err error) {
	if r.isAnswer {
		pr.counts.status[r.result.Status]++
	}
	switch {
	case pr.o.text:
		if !r.isAnswer || r.result.Status != follow.OK {
			return nil
		}
		pr.buf = append(append(pr.buf, modes.Show(string(r.result.Text))...), '\n')
	case pr.o.json:
		pr.buf = r.appendJSON(pr.buf)
	default:
		pr.buf = r.appendLine(pr.buf, pr.o.color)
	}
	if len(pr.buf) >= bufferSize {
		return pr.flushAll()
	}
	return nil
}

// summary is the last line, on stderr.
func (pr *printer) summary() string {
	c := &pr.counts
	parts := []string{counted(c.frames, "frame"), counted(c.answers, "answer"), fmt.Sprintf("%d decoded", c.status[follow.OK])}
	for _, s := range follow.Statuses()[1:] {
		n := c.status[s]
		if s == follow.Truncated {
			n = c.truncated
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %v", n, s))
		}
	}
	parts = append(parts, counted(int64(pr.follower.Sessions()), "session"))
	if d := dialects(pr.follower.Dialects()); d != "" {
		parts = append(parts, "dialect "+d)
	}
	if pr.verify.on {
		parts = append(parts, fmt.Sprintf("%d verified", pr.verify.matched))
	}
	return strings.Join(parts, ", ")
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func dialects(m map[wire.Dialect]int) string {
	var names []string
	for _, d := range []wire.Dialect{{}, {Unshifted: true}, {Unpadded: true}, {Unshifted: true, Unpadded: true}} {
		if m[d] == 0 {
			continue
		}
		shift, pad := "shifted", "padded"
		if d.Unshifted {
			shift = "unshifted"
		}
		if d.Unpadded {
			pad = "unpadded"
		}
		names = append(names, shift+" "+pad)
	}
	return strings.Join(names, " and ")
}
