package decode

import (
	"proto/modes/decode/follow"
	"proto/modes/decode/scan"
	"proto/wire"
)

// batch is what one window of the input held. Its items lie in the window and in
// members, so a batch and its window are used again together.
type batch struct {
	window  []byte
	items   []item
	members wire.Members
	context []scan.Context
	file    *source
	done    chan struct{} // closed when all before has been printed; nil for most
}

// item is one find. Values lie in the window; all members of a frame that is neither
// a request nor an answer are in the batch.
type item struct {
	offset     int64
	kind       kind
	whole      bool
	fromServer bool          // it has sequesce
	answer     follow.Answer // session and sequence of all kinds
	name       wire.Value    // of another kind
	header     [2]int32      // from and to in members
	data       [2]int32
	context    int32 // in the batch's, from 1 on; 0: nothing stands around it
	truth      []byte
	before     bool
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

// add takes a find into the batch.
func (b *batch) add(f *scan.Found) {
	it := b.next()
	it.offset, it.whole = f.Offset, f.Whole
	if !f.Context.Empty() {
		f.Context.Resolve() // here, where there is less to do than in printing
		b.context = append(b.context, f.Context)
		it.context = int32(len(b.context))
	}
	if f.Frame == nil {
		it.kind, it.truth, it.before = truthKind, f.Truth, f.Before
		return
	}
	data := f.Frame.Data
	if f.Bare {
		data = f.Frame.Top
	}
	it.take(data)
	if it.kind != requestKind && it.kind != answerKind {
		it.header = b.keep(f.Frame.Header)
		it.data = b.keep(data)
	}
}

// next is a new item, in place.
func (b *batch) next() *item {
	n := len(b.items)
	if n < cap(b.items) {
		b.items = b.items[:n+1]
		b.items[n] = item{}
	} else {
		b.items = append(b.items, item{})
	}
	return &b.items[n]
}

// take takes the members that most frames have. Of two the last counts.
func (it *item) take(data wire.Members) {
	for i := range data {
		v := data[i].Value
		switch string(data[i].Name) {
		case "message-type":
			it.kind, it.name = kindOf(v), v
		case "sessionId":
			it.answer.Session = v.Raw()
		case "sequesce":
			it.answer.Sequence, it.fromServer = v.Raw(), true
		case "sequence":
			if !it.fromServer {
				it.answer.Sequence = v.Raw()
			}
		case "data":
			it.answer.Data = v
		case "key1":
			it.answer.Key1 = v
		}
	}
}

// kindOf is the kind of a message-type.
func kindOf(v wire.Value) kind {
	raw := v.Raw()
	if v.Kind() != wire.String || len(raw) < 2 {
		return otherKind
	}
	for k := helloKind; k <= closeKind; k++ {
		if string(raw[1:len(raw)-1]) == kindNames[k] {
			return k
		}
	}
	for k := helloKind; k <= closeKind; k++ {
		if v.Is(kindNames[k]) {
			return k
		}
	}
	return otherKind
}

func (b *batch) keep(m wire.Members) [2]int32 {
	from := len(b.members)
	b.members = append(b.members, m...)
	return [2]int32{int32(from), int32(len(b.members))}
}

// around is what stands around an item.
func (b *batch) around(it *item) *scan.Context {
	if it.context == 0 {
		return &scan.Context{}
	}
	return &b.context[it.context-1]
}

func (b *batch) part(r [2]int32) wire.Members { return b.members[r[0]:r[1]] }

func (b *batch) reset() {
	b.items, b.members, b.context, b.done = b.items[:0], b.members[:0], b.context[:0], nil
}
