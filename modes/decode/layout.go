package decode

import "proto/wire"

// layout is where the members are that most frames have, in a frame's data. It fits a cache line.
type layout struct {
	likeness   int // of the frames that have it
	kind       kind
	fromServer bool // it has sequesce

	session, sequence, data, key1 int16 // places in data, which has fewer in scan.MaxFrame bytes; -1 for none

	token lastToken
}

// layouts are those of the last frames of one scanner, by their likeness.
type layouts [16]layout

// of is a frame's layout.
func (ls *layouts) of(f *wire.Frame, data wire.Members) *layout {
	l := &ls[f.Likeness()%len(ls)]
	if f.Likeness() == 0 || l.likeness != f.Likeness() {
		*l = layoutOf(data)
		l.likeness = f.Likeness()
	}
	return l
}

// layoutOf finds the members. Of two of a name the last counts.
func layoutOf(data wire.Members) layout {
	l := layout{session: -1, sequence: -1, data: -1, key1: -1}
	for i := range data {
		switch string(data[i].Name) {
		case "message-type":
			l.kind = kindOf(data[i].Value)
		case "sessionId":
			l.session = int16(i)
		case "sequesce":
			l.sequence, l.fromServer = int16(i), true
		case "sequence":
			if !l.fromServer {
				l.sequence = int16(i)
			}
		case "data":
			l.data = int16(i)
		case "key1":
			l.key1 = int16(i)
		}
	}
	return l
}

// take takes the members of a layout.
func (r *record) take(data wire.Members, l *layout) {
	r.kind, r.fromServer = l.kind, l.fromServer
	if l.session >= 0 {
		r.answer.Session = data[l.session].Value.Raw()
	}
	if l.sequence >= 0 {
		r.answer.Sequence = data[l.sequence].Value.Raw()
	}
	if l.data >= 0 {
		r.answer.Data = data[l.data].Value
	}
	if l.key1 >= 0 {
		r.answer.Key1 = data[l.key1].Value
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
