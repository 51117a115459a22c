package wire

// A Repeater reads frames as Parse does, and is quicker with those that differ from
// an earlier one in nothing but their numbers and texts: most frames of a capture
// do. It remembers what the last ones looked like. The zero Repeater is ready to
// use, by one goroutine at a time.
type Repeater struct {
	shapes [maxShapes]shape
	used   int            // how many of them
	last   int            // the one of the frame before
	after  [maxShapes]int // which one came last after each
	hits   int
	learnt int
	frame  Frame
	ends   [maxHoles][2]int
}

const (
	maxShapes = 8
	maxHoles  = 12
	// maxShape bounds what is remembered of a frame, in bytes.
	maxShape = 1024
)

// shape is a frame and where its numbers and texts are.
type shape struct {
	own   []byte // the frame it was learnt from
	frame Frame  // in own, but for what the last match put there
	holes []hole
	parts [2]part // header and data
}

// hole is a value that may be another in the next frame.
type hole struct {
	from, to int // in own
	kind     Kind
	value    *Value // in the shape's frame
}

// part is where an object of Top begins and ends in own, and how many holes are
// before either.
type part struct {
	from, to                 int
	holesBefore, holesWithin int
	value                    *Value
}

// Repeated reads the frame at the start of b if it looks like an earlier one; n is 0
// if it does not. The frame shares b's memory and is good until the next call.
func (r *Repeater) Repeated(b []byte, limits Limits) (f *Frame, n int) {
	guess := r.after[r.last]
	for i := range r.used {
		k := guess + i
		if k >= r.used {
			k -= r.used
		}
		if n := r.match(&r.shapes[k], b, limits); n > 0 {
			r.hits++
			r.after[r.last], r.last = k, k
			return &r.shapes[k].frame, n
		}
	}
	return nil, 0
}

// Parse reads the one frame at the start of b, which begins with its brace. The
// frame shares b's memory and is good until the next call. Errors are those of the
// function Parse.
func (r *Repeater) Parse(b []byte, limits Limits) (f *Frame, n int, err error) {
	if f, n := r.Repeated(b, limits); n > 0 {
		return f, n, nil
	}
	n, err = Parse(b, limits, &r.frame)
	if err == nil && r.worthLearning() {
		r.learn(b[:n], limits)
	}
	return &r.frame, n, err
}

// worthLearning says whether shapes have been of use so far.
func (r *Repeater) worthLearning() bool { return r.learnt < 4*maxShapes || r.hits > 4*r.learnt }

// learn remembers the frame just parsed, if it is of two flat objects.
func (r *Repeater) learn(b []byte, limits Limits) {
	r.learnt++
	if len(b) == 0 || b[0] != '{' || len(b) > maxShape || r.frame.twice != nil || len(r.frame.Top) != 2 {
		return
	}
	s := shape{own: append([]byte(nil), b...)}
	if _, err := Parse(s.own, limits, &s.frame); err != nil || !s.find() {
		return
	}
	k := r.used
	if k == maxShapes {
		k = r.learnt % maxShapes
	} else {
		r.used++
	}
	r.shapes[k], r.after[k] = s, k
}

// find finds the holes. It fails for shapes that are none: header and data are
// objects, and hold no others.
func (s *shape) find() bool {
	f := &s.frame
	for i := range f.Top {
		v := &f.Top[i].Value
		if v.kind != Object || string(f.Top[i].Name) != "header" && string(f.Top[i].Name) != "data" {
			return false
		}
		s.parts[i] = part{from: s.offset(v.raw), to: s.offset(v.raw) + len(v.raw), value: v}
	}
	if string(f.Top[0].Name) == string(f.Top[1].Name) {
		return false
	}
	first, second := f.Header, f.Data
	if string(f.Top[0].Name) == "data" {
		first, second = second, first
	}
	for _, members := range [2]Members{first, second} {
		for i := range members {
			v := &members[i].Value
			if v.kind == Object || v.kind == Array || len(s.holes) == maxHoles {
				return false
			}
			if v.kind == Integer && v.raw[0] != '-' || v.kind == String && string(members[i].Name) != "message-type" {
				at := s.offset(v.raw)
				s.holes = append(s.holes, hole{at, at + len(v.raw), v.kind, v})
			}
		}
	}
	for i := range s.parts {
		s.parts[i].holesBefore, s.parts[i].holesWithin = s.holesBefore(s.parts[i].from), s.holesBefore(s.parts[i].to)
	}
	return true
}

// holesBefore is how many holes end at or before a place in own.
func (s *shape) holesBefore(at int) (n int) {
	for n < len(s.holes) && s.holes[n].to <= at {
		n++
	}
	return n
}

// offset is where a part of own begins.
func (s *shape) offset(raw []byte) int { return cap(s.own) - cap(raw) }

// match says how long the frame at the start of b is if it is of this shape, else
// 0, and puts its values into the shape's frame.
func (r *Repeater) match(s *shape, b []byte, limits Limits) int {
	pos, from := 0, 0
	for i := range s.holes {
		h := &s.holes[i]
		literal := s.own[from:h.from]
		if len(b)-pos <= len(literal) || string(b[pos:pos+len(literal)]) != string(literal) {
			return 0
		}
		pos += len(literal)
		start := pos
		if h.kind == Integer {
			pos = digitsEnd(b, pos)
		} else if b[pos] == s.own[h.from] {
			pos = textEnd(b, pos)
		}
		if pos <= start {
			return 0
		}
		r.ends[i] = [2]int{start, pos}
		from = h.to
	}
	literal := s.own[from:]
	if len(b)-pos < len(literal) || string(b[pos:pos+len(literal)]) != string(literal) || pos+len(literal) > limits.withDefaults().Bytes {
		return 0
	}
	pos += len(literal)
	s.fill(b[:pos], r.ends[:len(s.holes)])
	return pos
}

// digitsEnd is where the integer at pos ends, at or before pos if there is none.
func digitsEnd(b []byte, pos int) int {
	if b[pos] == '0' {
		return pos + 1
	}
	for pos < len(b) && b[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// textEnd is where the string at pos ends, at or before pos if that cannot be said.
func textEnd(b []byte, pos int) int {
	p := parser{b: b, pos: pos}
	if plain, err := p.str(); err != nil || !plain {
		return pos
	}
	return p.pos
}

// fill has the shape's frame be the one in b: what lies behind a hole has moved by
// as much as the holes before it have grown.
func (s *shape) fill(b []byte, ends [][2]int) {
	s.frame.raw = b
	for i := range s.holes {
		e := ends[i]
		s.holes[i].value.raw = b[e[0]:e[1]:e[1]]
	}
	for i := range s.parts {
		p := &s.parts[i]
		from, to := p.from+s.moved(p.holesBefore, ends), p.to+s.moved(p.holesWithin, ends)
		p.value.raw = b[from:to:to]
	}
}

// moved is how much the first holes have grown in all.
func (s *shape) moved(holes int, ends [][2]int) int {
	if holes == 0 {
		return 0
	}
	return ends[holes-1][1] - s.holes[holes-1].to
}
