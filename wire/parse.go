package wire

// parser reads one frame by recursive descent. What it says of a prefix of a
// frame it says of every longer one too, or errShort: so it does not matter
// where a stream was split.
type parser struct {
	b         []byte
	pos       int
	depthLeft int
	levels    int
	f         *Frame
}

// parse reads the frame that starts at b[0]. Offsets in errors count from there.
func parse(b []byte, limits Limits, f *Frame) (int, error) {
	f.raw, f.twice, f.likeness, f.texts = nil, nil, 0, 0
	f.Top, f.Header, f.Data, f.nested, f.names = f.Top[:0], f.Header[:0], f.Data[:0], f.nested[:0], f.names[:0]
	p := parser{b: b, f: f, depthLeft: limits.Levels, levels: limits.Levels}
	tooLong := len(b) > limits.Bytes
	if tooLong {
		p.b = b[:limits.Bytes]
	}
	if len(b) == 0 {
		return 0, errShort
	}
	if b[0] != '{' {
		return 0, p.expected(`"{"`)
	}
	err := p.object(&f.Top)
	switch {
	case err == errShort && tooLong:
		return 0, &LimitError{Offset: int64(limits.Bytes), What: "bytes", Limit: limits.Bytes}
	case err != nil:
		return 0, err
	}
	f.raw = b[:p.pos]
	return p.pos, nil
}

// member reads the value of a member of the outermost object, of which `header`
// and `data` are indexed: of two, the last.
func (p *parser) member(name []byte) (Value, error) {
	var list *Members
	switch {
	case p.next() != '{':
		return p.value()
	case string(name) == "header":
		list = &p.f.Header
	case string(name) == "data":
		list = &p.f.Data
	default:
		return p.value()
	}
	*list = (*list)[:0]
	start := p.pos
	err := p.object(list)
	return Value{Object, p.b[start:p.pos]}, err
}

// object reads an object at p.pos into list.
func (p *parser) object(list *Members) error {
	if err := p.enter(); err != nil {
		return err
	}
	outermost := list == &p.f.Top
	base := len(*list)
	var seen names
	c := p.next()
	if c == '}' {
		return p.leave()
	}
	for {
		if c != '"' && c != '\'' {
			return p.expected(`a member's name or "}"`)
		}
		at := p.pos
		name, err := p.name()
		if err != nil {
			return err
		}
		if p.next() != ':' {
			return p.expected(`":"`)
		}
		p.pos++
		p.next()
		var v Value
		if outermost {
			v, err = p.member(name)
		} else {
			v, err = p.value()
		}
		if err != nil {
			return err
		}
		if earlier := (*list)[base:]; len(earlier) < manyMembers {
			for i := range earlier {
				if string(earlier[i].Name) == string(name) {
					p.noteTwice(at)
				}
			}
		} else if seen = seen.of(earlier); seen.add(name) {
			p.noteTwice(at)
		}
		*list = append(*list, Member{name, v})
		switch p.next() {
		case ',':
			p.pos++
			c = p.next()
		case '}':
			return p.leave()
		default:
			return p.expected(`"," or "}"`)
		}
	}
}

// manyMembers is from how many members on names are looked up in a map. Below,
// comparing them one by one is faster and takes no memory; above, it would let
// a long frame cost the square of its length.
const manyMembers = 32

// noteTwice remembers the first member of the frame that stands twice in its
// object.
func (p *parser) noteTwice(at int) {
	if p.f.twice == nil {
		p.f.twice = &ShapeError{Offset: int64(at), Problem: "a member stands twice"}
	}
}

// names are those of an object with many members.
type names map[string]bool

// of gives the names of these members, if there are none yet.
func (n names) of(members Members) names {
	if n == nil {
		n = make(names)
		for i := range members {
			n.add(members[i].Name)
		}
	}
	return n
}

// add says whether the name is there already.
func (n names) add(name []byte) (twice bool) {
	twice = n[string(name)]
	n[string(name)] = true
	return twice
}

// array reads an array at p.pos. Elements go to yield, if there is one, until
// it says no; the rest is still checked.
func (p *parser) array(yield func(Value) bool) error {
	if err := p.enter(); err != nil {
		return err
	}
	if p.next() == ']' {
		return p.leave()
	}
	for {
		v, err := p.value()
		if err != nil {
			return err
		}
		if yield != nil && !yield(v) {
			yield = nil
		}
		switch p.next() {
		case ',':
			p.pos++
			p.next()
		case ']':
			return p.leave()
		default:
			return p.expected(`"," or "]"`)
		}
	}
}

// enter takes an opening bracket, leave a closing one.
func (p *parser) enter() error {
	if p.depthLeft == 0 {
		return &LimitError{Offset: int64(p.pos), What: "levels", Limit: p.levels}
	}
	p.depthLeft--
	p.pos++
	return nil
}

func (p *parser) leave() error {
	p.depthLeft++
	p.pos++
	return nil
}

// value reads any value at p.pos.
func (p *parser) value() (Value, error) {
	c := p.next()
	start := p.pos
	var kind Kind
	var err error
	switch c {
	case '"', '\'':
		kind = String
		_, err = p.str()
	case '{':
		kind = Object
		base := len(p.f.nested)
		err = p.object(&p.f.nested)
		p.f.nested = p.f.nested[:base] // only whoever asks for them parses them again
	case '[':
		kind, err = Array, p.array(nil)
	case 't':
		kind, err = Bool, p.word("true")
	case 'T':
		kind, err = Bool, p.word("True")
	case 'f':
		kind, err = Bool, p.word("false")
	case 'F':
		kind, err = Bool, p.word("False")
	case 'n':
		kind, err = Null, p.word("null")
	case 'N':
		kind, err = Null, p.word("None")
	default:
		kind, err = p.number()
	}
	return Value{kind, p.b[start:p.pos]}, err
}
