package decode

import (
	"io"

	"proto/modes"
	"proto/modes/decode/diagram"
	"proto/modes/decode/follow"
)

// printer prints records in the form that was asked for.
type printer struct {
	o      *options
	out    io.Writer
	buf    []byte // what is not written yet
	flush  bool   // after each batch: somebody watches
	json   jsonWriter
	page   *diagram.File // nil: none
	pageOf *source       // what the rows of the page are of
}

// bufferSize is how much is written at once.
const bufferSize = 64 << 10

// batch prints what one window held.
func (pr *printer) batch(b *batch) error {
	for _, r := range b.out {
		if err := pr.write(r); err != nil {
			return err
		}
	}
	if pr.flush || b.source != nil && b.source.live {
		return pr.flushAll()
	}
	return nil
}

// flushAll writes what is not written yet.
func (pr *printer) flushAll() error {
	if len(pr.buf) == 0 {
		return nil
	}
	_, err := pr.out.Write(pr.buf)
	pr.buf = pr.buf[:0]
	return err
}

// write writes a record.
func (pr *printer) write(r *record) error {
	if err := pr.draw(r); err != nil {
		return err
	}
	switch {
	case pr.o.text:
		if !r.isAnswer() || r.result.Status != follow.OK {
			return nil
		}
		pr.buf = append(append(pr.buf, modes.Show(string(r.result.Text))...), '\n')
	case pr.o.json:
		pr.buf = pr.json.append(pr.buf, r)
	case pr.page == nil:
		pr.buf = r.appendLine(pr.buf, pr.o.color)
	}
	if len(pr.buf) >= bufferSize {
		return pr.flushAll()
	}
	return nil
}
