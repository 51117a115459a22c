package follow

import "proto/wire"

// Ack takes a HELLO_ACK; session and sequence as they are spelled. The note says what is
// wrong with it.
func (f *Follower) Ack(stream string, session, sequence []byte, data wire.Members) (note string) {
	f.init()
	session, sequence = brief(session), brief(sequence)
	var key wire.Key
	var iv wire.IV
	noKey, noIV := ackNumber(data, "key1", key[:]), ackNumber(data, "key2", iv[:])
	if noKey != "" && !rounded(data.Get("key1")) {
		return noKey + ": its answers cannot be read" // whatever it is, it begins no session
	}
	old := f.states[string(f.key(stream, session))]
	s := f.add(stream, session)
	if s.first = key; noKey != "" || old == nil || old.first != key { // else it is there once more
		if f.opened++; old != nil {
			old.shared, s.shared = true, true
		}
	}
	s.chain = wire.NewChain(key, iv, wire.Dialect{})
	s.lastSequence = append(s.lastSequence, sequence...)
	s.hasKey, s.hasPrev, s.noIV, s.keyNote = noKey == "", noKey == "" && noIV == "", noIV != "", noKey
	if s.hasKey {
		s.period = 1
	}
	if s.hasPrev {
		s.sure = wire.BlockSize
	}
	if noIV == "" {
		s.iv = &iv
		f.server(stream).iv = &iv
	}
	f.streams[stream] = s
	if noKey != "" {
		return noKey + ": its answers cannot be read"
	}
	if noIV != "" {
		return noIV + ": the first answer of each key cannot be read"
	}
	return ""
}

// ackNumber reads a key or IV of a HELLO_ACK, or says why it cannot.
func ackNumber(data wire.Members, name string, dst []byte) (problem string) {
	v := data.Get(name)
	switch {
	case rounded(v):
		return name + byAnotherTool
	case v.Kind() != wire.Integer || wire.ParseNumber(dst, v.Raw(), wire.Shift) != nil:
		return name + " is no key"
	}
	return ""
}
