package decode

import (
	"slices"

	"proto/modes/decode/follow"
	"proto/modes/decode/scan"
	"proto/wire"
)

// batch is what one window of the input held, and what became of it. Its records lie
// in the window and in members, so a batch and its window are used again together.
type batch struct {
	n       int64  // from 1 on
	memory  []byte // room for what is left of the window before, and for what is read
	dense   bool   // it has had more records than usual, or none yet: less is to be read
	read    int    // how many bytes were read
	final   bool   // nothing more of the source is to come
	ended   bool   // the source was read to its end, and not given up before
	stopped bool   // it is a file, and was given up before
	window  []byte
	records []record
	members wire.Members
	asides  []aside
	context []scan.Context
	results []follow.Result // of the answers; their texts' memory is used again
	source  *source
	out     []*record // what is to be printed, in its order
	json    jsonWriter
	text    []byte // of out
}

// usualRecords is more than readSize bytes hold of requests with a token and their answers: some 620.
const usualRecords = 1024

func newBatch() *batch {
	return &batch{
		memory:  make([]byte, scan.Window+readSize),
		dense:   true,
		records: make([]record, 0, usualRecords),
		text:    make([]byte, 0, readSize*5/4),
	}
}

// space is what is to be read into: little where frames are so small that what is kept of each
// would take many times the memory of what was read.
func (b *batch) space() []byte {
	room := b.memory[len(b.memory)-readSize:]
	if b.dense {
		return room[:readSize/4]
	}
	return room
}

// windowBehind makes a window of what is left of the one before and what was read.
func (b *batch) windowBehind(left []byte) {
	from, to := len(b.memory)-readSize-len(left), len(b.memory)-readSize+b.read
	if from < 0 {
		b.window = append(append([]byte(nil), left...), b.space()[:b.read]...)
		return
	}
	b.window = b.memory[from:to:to] // what is behind may still be read into, by a patient that was left
	copy(b.window, left)
}

// kind is a type of frame.
type kind uint8

const (
	otherKind kind = iota
	helloKind
	ackKind
	requestKind
	answerKind
	closeKind
	truthKind // a text that the log prints
)

var kindNames = [...]string{"", wire.TypeHello, wire.TypeHelloAck, wire.TypeRequest, wire.TypeResponse, wire.TypeClose, ""}

// add takes a find into the batch. The layouts are those of its scanner, the tokens of what was
// found before.
func (b *batch) add(f *scan.Found, known *layouts, tokens *tokens) {
	r := b.next()
	r.source, r.offset, r.whole = b.source, f.Offset, f.Whole
	if !f.Context.Empty() {
		f.Context.Resolve() // while what it lies in is as it was
		b.context = append(b.context, f.Context)
		r.around = &b.context[len(b.context)-1] // stays as it is where the list moves away
	}
	if f.Frame == nil {
		r.kind, r.aside = truthKind, b.beside(aside{truth: f.Truth, before: f.Before})
		return
	}
	data := f.Frame.Data
	if f.Bare {
		data = f.Frame.Top
	}
	l := known.of(f.Frame, data)
	r.take(data, l)
	switch {
	case r.kind == answerKind || r.kind == requestKind && l.token.isOwn(f.Frame, r):
	case r.kind != requestKind:
		b.addRare(r, f, data, known, tokens)
	case hasHeader(f):
		b.addRequest(r, f, &l.token, tokens)
	}
}

// addRequest takes a request whose token may not be its session's.
func (b *batch) addRequest(r *record, f *scan.Found, last *lastToken, tokens *tokens) {
	if s := tokens.ofRequest(r, f.Frame, last); s != itsOwn {
		f.Frame.Keep()
		r.aside = b.beside(aside{header: b.keep(f.Frame.Header), token: s})
	}
}

// addRare takes a frame that is neither a request nor an answer.
func (b *batch) addRare(r *record, f *scan.Found, data wire.Members, known *layouts, tokens *tokens) {
	f.Frame.Keep()
	r.aside = b.beside(aside{header: b.keep(f.Frame.Header), data: b.keep(data)})
	if r.aside.token = tokens.ofRare(r, f); r.kind == ackKind {
		known.forget()
	}
}

// hasFrame says whether a frame was found.
func (b *batch) hasFrame() bool {
	return slices.ContainsFunc(b.records, func(r record) bool { return r.kind != truthKind })
}

// prepare does what needs no session.
func (b *batch) prepare() {
	for i := range b.records {
		if r := &b.records[i]; r.kind == answerKind {
			r.answer.Prepare()
		}
	}
}

// next is a new record, in place.
func (b *batch) next() *record {
	n := len(b.records)
	if n < cap(b.records) {
		b.records = b.records[:n+1]
		b.records[n] = record{}
	} else {
		b.records = append(b.records, record{})
	}
	return &b.records[n]
}

// usualAsides and usualMembers are room for those of a batch of most captures. Where that is
// full there is more of the same size beside it: what has been given out stays where it is, and
// lists that move away as they grow would be kept by it, each in half of the memory of the next.
const (
	usualAsides  = 256
	usualMembers = 4 * usualAsides
)

// keep keeps members as they are.
func (b *batch) keep(m wire.Members) wire.Members {
	from := len(b.members)
	if cap(b.members)-from < len(m) {
		b.members, from = make(wire.Members, 0, max(usualMembers, len(m))), 0
	}
	b.members = append(b.members, m...)
	return b.members[from:]
}

// beside keeps what a record has aside.
func (b *batch) beside(a aside) *aside {
	if len(b.asides) == cap(b.asides) {
		b.asides = make([]aside, 0, usualAsides)
	}
	b.asides = append(b.asides, a)
	return &b.asides[len(b.asides)-1]
}

// result is memory for what comes of an answer. There is never more of it than was
// asked for before the first was given out: results stay where they are.
func (b *batch) result() *follow.Result {
	n := len(b.results)
	b.results = b.results[:n+1]
	r := &b.results[n]
	*r = follow.Result{Text: r.Text[:0]}
	return r
}

// reserve makes room for the results of all records. Their texts, of a block each, lie side by
// side: made one by one they would share cache lines with those of another batch, and two
// workers would take these from each other.
func (b *batch) reserve() {
	if cap(b.results) >= len(b.records) {
		return
	}
	b.results = make([]follow.Result, 0, max(len(b.records), 2*cap(b.results)))
	all := b.results[:cap(b.results)]
	texts := make([]byte, len(all)*wire.BlockSize)
	for i := range all {
		all[i].Text, texts = texts[:0:wire.BlockSize], texts[wire.BlockSize:]
	}
}

func (b *batch) reset() {
	b.dense = len(b.records) > usualRecords
	b.records, b.members, b.context = b.records[:0], b.members[:0], b.context[:0]
	b.asides = b.asides[:0]
	b.results, b.out, b.text = b.results[:0], b.out[:0], b.text[:0]
}
