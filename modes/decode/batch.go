package decode

import (
	"proto/modes/decode/scan"
	"proto/wire"
)

// batch is what one window of the input held. Its items lie in the window and in
// members, so a batch and its window are used again together.
type batch struct {
	window  []byte
	items   []item
	members wire.Members
	file    *source
	done    chan struct{} // closed when all before has been printed; nil for most
}

// item is one find. Its members are in the batch.
type item struct {
	offset       int64
	whole, bare  bool
	header, data [2]int // from and to in members
	context      scan.Context
	truth        []byte
	before       bool
	isTruth      bool
}

// add takes a find into the batch.
func (b *batch) add(f *scan.Found) {
	it := item{offset: f.Offset, whole: f.Whole, bare: f.Bare, context: f.Context}
	if f.Frame == nil {
		it.isTruth, it.truth, it.before = true, f.Truth, f.Before
		b.items = append(b.items, it)
		return
	}
	data := f.Frame.Data
	if f.Bare {
		data = f.Frame.Top
	}
	it.header = b.keep(f.Frame.Header)
	it.data = b.keep(data)
	b.items = append(b.items, it)
}

func (b *batch) keep(m wire.Members) [2]int {
	from := len(b.members)
	b.members = append(b.members, m...)
	return [2]int{from, len(b.members)}
}

func (b *batch) part(r [2]int) wire.Members { return b.members[r[0]:r[1]] }

func (b *batch) reset() {
	b.items, b.members, b.done = b.items[:0], b.members[:0], nil
}
