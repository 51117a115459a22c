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
	err    error         // what ended the writing
	page   *diagram.File // nil: none
	pageOf *source       // what the rows of the page are of
}

// spell makes text of what is to be printed of a batch. Several batches may be spelled
// at once.
func (pr *printer) spell(b *batch) {
	switch {
	case pr.o.json:
		for _, r := range b.out {
			b.text = b.json.append(b.text, r)
		}
	case pr.o.text:
		for _, r := range b.out {
			if r.isAnswer() && r.result.Status == follow.OK {
				b.text = append(append(b.text, modes.Show(string(r.result.Text))...), '\n')
			}
		}
	case pr.page == nil:
		for _, r := range b.out {
			b.text = r.appendLine(b.text, pr.o.color)
		}
	}
}

// write writes the text of a batch, and draws what is to be drawn. What failed once fails
// from then on.
func (pr *printer) write(b *batch) error {
	if pr.page != nil {
		for _, r := range b.out {
			if pr.err == nil {
				pr.err = pr.draw(r)
			}
		}
	}
	if pr.err == nil && len(b.text) > 0 {
		_, pr.err = pr.out.Write(b.text)
	}
	return pr.err
}
