package wire

import (
	"encoding/binary"
	"math/bits"
)

// A Repeater reads frames as Parse does, and is quicker with those that differ from
// an earlier one in nothing but their numbers and texts: most frames of a capture
// do. It remembers what the last ones looked like. The zero Repeater is ready to
// use, by one goroutine at a time.
type Repeater struct {
	shapes [maxShapes]*shape
	used   int            // how many of them
	last   int            // the one of the frame before
	after  [maxShapes]int // which one came last after each
	hits   int
	learnt int
	frame  Frame
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
	rest  []byte  // behind the last hole
	parts [2]part // header and data

	runs    runs // of a Repeater that has met the same texts twice
	changed bool // the last match met a text that was not the one before, or none where one should be
}

// hole is a value that may be another in the next frame.
type hole struct {
	before   []byte // what stands between the hole before and this one
	from, to int    // in own
	moved    int    // how much farther to is in the frame of the last match
	kind     Kind
	last     []byte // a text that was here: most often it is here again
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
	guess, maxBytes := r.after[r.last], limits.withDefaults().Bytes
	for i := range r.used {
		k := guess + i
		if k >= r.used {
			k -= r.used
		}
		if n := r.shapes[k].repeat(b, maxBytes); n > 0 {
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
		r.learn(limits)
	}
	return &r.frame, n, err
}

// worthLearning says whether shapes have been of use so far.
func (r *Repeater) worthLearning() bool { return r.learnt < 4*maxShapes || r.hits > 4*r.learnt }

// learn remembers the frame just parsed, if it is of two flat objects.
func (r *Repeater) learn(limits Limits) {
	r.learnt++
	s := newShape(&r.frame, limits)
	if s == nil {
		return
	}
	s.frame.likeness = r.learnt
	k := r.used
	if k == maxShapes {
		k = r.learnt % maxShapes
	} else {
		r.used++
	}
	r.shapes[k], r.after[k] = s, k
}

// newShape is the shape of a frame; nil if it has none.
func newShape(f *Frame, limits Limits) *shape {
	if len(f.raw) > maxShape || f.twice != nil || len(f.Top) != 2 {
		return nil
	}
	s := &shape{own: append([]byte(nil), f.raw...)}
	if _, err := Parse(s.own, limits, &s.frame); err != nil || !s.find() {
		return nil
	}
	return s
}

// forget forgets the texts that were in the shape's frames: they may be secret.
func (s *shape) forget() {
	for i := range s.holes {
		h := &s.holes[i]
		if h.kind == String {
			clear(s.own[h.from+1 : h.to])
			clear(h.last[:cap(h.last)])
			h.last = h.last[:0]
		}
	}
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
	end := 0
	for _, members := range [2]Members{first, second} {
		for i := range members {
			v := &members[i].Value
			if v.kind == Object || v.kind == Array || len(s.holes) == maxHoles {
				return false
			}
			if v.kind == Integer && v.raw[0] != '-' || v.kind == String && string(members[i].Name) != "message-type" {
				at := s.offset(v.raw)
				s.holes = append(s.holes, hole{before: s.own[end:at], from: at, to: at + len(v.raw), kind: v.kind, value: v})
				end = at + len(v.raw)
			}
		}
	}
	s.rest = s.own[end:]
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
func (s *shape) match(b []byte, maxBytes int) int {
	pos := 0
	s.changed = false
	for i := range s.holes {
		h := &s.holes[i]
		if len(b)-pos <= len(h.before) || !same(b[pos:], h.before) {
			return 0
		}
		pos += len(h.before)
		start := pos
		if h.kind == Integer {
			pos = digitsEnd(b, pos)
		} else if b[pos] == s.own[h.from] {
			var known bool
			if pos, known = h.textEnd(b, pos); !known {
				s.changed = true
				s.frame.texts++ // also where nothing comes of the match: it is another one's text now
			}
		}
		if pos <= start {
			return 0
		}
		h.value.raw = b[start:pos]
		h.moved = pos - h.to
	}
	if len(b)-pos < len(s.rest) || string(b[pos:pos+len(s.rest)]) != string(s.rest) || pos+len(s.rest) > maxBytes {
		return 0
	}
	pos += len(s.rest)
	s.place(b[:pos])
	return pos
}

// place says where a frame and its parts are, of which the holes have been matched.
func (s *shape) place(raw []byte) {
	s.frame.raw = raw
	for i := range s.parts {
		p := &s.parts[i]
		from, to := p.from+s.moved(p.holesBefore), p.to+s.moved(p.holesWithin)
		p.value.raw = raw[from:to]
	}
}

// same says whether b begins with prefix. What stands between two holes is a few
// words: to compare these here costs less than a call.
func same(b, prefix []byte) bool {
	n := len(prefix)
	if n < 8 || n > 64 || len(b) < n {
		return len(b) >= n && string(b[:n]) == string(prefix)
	}
	for i := 0; i < n-8; i += 8 {
		if binary.LittleEndian.Uint64(b[i:]) != binary.LittleEndian.Uint64(prefix[i:]) {
			return false
		}
	}
	return binary.LittleEndian.Uint64(b[n-8:]) == binary.LittleEndian.Uint64(prefix[n-8:])
}

// moved is how much the first holes have grown in all.
func (s *shape) moved(holes int) int {
	if holes == 0 {
		return 0
	}
	return s.holes[holes-1].moved
}

// digitsEnd is where the integer at pos ends, at or before pos if there is none.
func digitsEnd(b []byte, pos int) int {
	if b[pos] == '0' {
		return pos + 1
	}
	for len(b)-pos >= 8 {
		n := leadingDigits(binary.LittleEndian.Uint64(b[pos:]))
		if pos += n; n < 8 {
			return pos
		}
		for len(b)-pos >= 24 && allDigits(b[pos:pos+24]) { // a `data` has 39
			pos += 24
		}
	}
	for pos < len(b) && b[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// leadingDigits is how many of the eight bytes of a word, the lowest first, are
// digits before the first that is none.
func leadingDigits(v uint64) int { return bits.TrailingZeros64(notDigits(v)) / 8 }

// textEnd is where the string at pos ends, at or before pos if that cannot be said; known
// says that it is the one that was there before.
func (h *hole) textEnd(b []byte, pos int) (end int, known bool) {
	if n := len(h.last); n > 0 && len(b)-pos >= n && string(b[pos:pos+n]) == string(h.last) {
		return pos + n, true
	}
	p := parser{b: b, pos: pos}
	if plain, err := p.str(); err != nil || !plain {
		return pos, false
	}
	h.last = h.last[:0]
	if p.pos-pos <= maxShape {
		h.last = append(h.last, b[pos:p.pos]...)
	}
	return p.pos, false
}
