package language

// parts collects the parts of a text or of a value. A literal part is in one piece
// in the source as well, so that an error within it has its place.
type parts struct {
	list    []Part
	literal []byte
	from    int // where in the source literal begins
}

// add takes text that stands at from in the source.
func (b *parts) add(text []byte, from int) {
	if from != b.from+len(b.literal) {
		b.flush()
	}
	if len(b.literal) == 0 {
		b.from = from
	}
	b.literal = append(b.literal, text...)
}

func (b *parts) addVar(v *Var, inString bool) {
	b.flush()
	b.list = append(b.list, Part{Var: v, InString: inString})
}

func (b *parts) flush() {
	if len(b.literal) > 0 {
		b.list = append(b.list, Part{Literal: string(b.literal), from: b.from})
		b.literal = b.literal[:0]
	}
}

func (b *parts) done() []Part {
	b.flush()
	return b.list
}

// sourceOf is where the byte n of a list comes from; a variable counts as one byte.
func sourceOf(list []Part, n int) (offset int) {
	for _, part := range list {
		size, from, to := len(part.Literal), part.from, part.from+len(part.Literal)
		if part.Var != nil {
			size, from, to = 1, part.Var.Span.From, part.Var.Span.To
		}
		if n < size {
			return from + n
		}
		n -= size
		offset = to
	}
	return offset
}
