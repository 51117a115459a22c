package repl

import (
	"strings"

	"proto/wire"
)

// object is a JSON object being written: its members in order, which may be
// objects themselves. It is how a frame is put together field by field.
type object struct{ members []member }

type member struct {
	name  string
	value wire.Value
	inner *object // in place of value
}

// objectOf takes a value apart.
func objectOf(v wire.Value) *object {
	o := &object{}
	for name, m := range v.Members() {
		if m.Kind() == wire.Object {
			o.members = append(o.members, member{name: name, inner: objectOf(m)})
			continue
		}
		o.members = append(o.members, member{name: name, value: m})
	}
	return o
}

func (o *object) find(name string) *member {
	for i := len(o.members) - 1; i >= 0; i-- {
		if o.members[i].name == name {
			return &o.members[i]
		}
	}
	return nil
}

// set sets the member at a path; what is on the way and no object becomes one.
func (o *object) set(path []string, v wire.Value) {
	m := o.find(path[0])
	if m == nil {
		o.members = append(o.members, member{name: path[0]})
		m = &o.members[len(o.members)-1]
	}
	switch {
	case len(path) > 1:
		if m.inner == nil {
			m.inner = &object{}
		}
		m.inner.set(path[1:], v)
	case v.Kind() == wire.Object:
		m.inner = objectOf(v)
	default:
		m.value, m.inner = v, nil
	}
}

// remove leaves the member at a path out.
func (o *object) remove(path []string) {
	kept := o.members[:0]
	for _, m := range o.members {
		if m.name == path[0] {
			if len(path) == 1 {
				continue
			}
			if m.inner != nil {
				m.inner.remove(path[1:])
			}
		}
		kept = append(kept, m)
	}
	o.members = kept
}

// append writes the object in the protocol's written form.
func (o *object) append(dst []byte) []byte {
	dst = append(dst, '{')
	for i, m := range o.members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(wire.AppendText(dst, m.name), ':')
		if m.inner != nil {
			dst = m.inner.append(dst)
		} else {
			dst = wire.AppendValue(dst, m.value)
		}
	}
	return append(dst, '}')
}

// place is the path of a field word: header.x and data.x are places, a bare name
// is meant where the protocol has it in a frame of this type.
func place(name, frameType string) []string {
	path := strings.Split(name, ".")
	if path[0] == "header" || path[0] == "data" && len(path) > 1 {
		return path
	}
	if wire.InHeader(frameType, path[0]) {
		return append([]string{"header"}, path...)
	}
	return append([]string{"data"}, path...)
}

// at is the value at a path of a frame, the zero Value where there is none.
func at(v wire.Value, path []string) wire.Value {
	for _, name := range path {
		found := wire.Value{}
		for n, m := range v.Members() {
			if n == name {
				found = m // of two the last
			}
		}
		v = found
	}
	return v
}

// frameType is the text of a frame's type, "" where it has none.
func frameType(f *wire.Frame) string {
	text, _ := f.Type().Text()
	return text
}
