package language

// report keeps an error, unless its line has one already: what is found behind an
// error may well come from it.
func (p *parser) report(e *Error) {
	line := p.src.line(e.Span.From)
	for _, other := range p.errs {
		if p.src.line(other.Span.From) == line {
			return
		}
	}
	// Lines behind an open quote or bracket may be a part of it.
	e.Open = e.Open || p.open
	p.open = p.open || e.Open
	p.errs = append(p.errs, e)
}

// tooMany ends the reading, with an error of its own, where there are too many.
func (p *parser) tooMany() bool {
	if !p.full && len(p.errs) >= maxErrors {
		p.report(p.fail(p.wordSpan(), "", "after %d errors the rest is not read", maxErrors))
		p.full = true
	}
	return p.full
}

// recover goes on to the next line, or to the braces that end this one and close
// the blocks around it.
func (p *parser) recover(level int) {
	brace := -1
	for !p.endAt(p.pos) {
		switch c := p.b[p.pos]; {
		case isBlank(c):
			p.pos++
			continue
		case p.pos > 0 && !p.blankAt(p.pos-1): // within a word
			brace = -1
		case c == '#':
			p.skipLine()
			continue
		case !p.atBrace():
			brace = -1
		case brace < 0:
			brace = p.pos
		}
		p.pos = p.wordSpan().To
	}
	if level > 0 && brace >= 0 {
		p.pos = brace
	}
}
