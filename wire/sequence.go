package wire

// MaxSequenceDigits is how many digits a sequence may have as an integer (clause
// 2.3). It is echoed, never computed with, and keeps an answer within [MaxFrame].
const MaxSequenceDigits = 78

// maxTextDigits is how many it may have as a string.
const maxTextDigits = 18

// A Sequence is the number of a request exactly as it was written, because that
// is how it is echoed and compared: 2 and "2" are two. [SequenceOf] reads it. The zero Sequence is not
// valid; it is written 0, as in a CLOSE that answers no readable request.
type Sequence struct {
	digits [MaxSequenceDigits + 1]byte // with the minus
	n      uint8
	text   bool // it came as a string
}

// SequenceOf reads a sequence: an integer of up to 78 digits, or a string of 1
// to 18 digits with an optional minus. ok is false for everything else.
func SequenceOf(v Value) (s Sequence, ok bool) {
	var scratch [maxTextDigits*6 + 8]byte // every character may be escaped, \u0031
	digits := v.raw
	limit := MaxSequenceDigits
	switch v.kind {
	case Integer:
	case String:
		if len(v.raw) > len(scratch) {
			return s, false
		}
		digits = v.AppendText(scratch[:0])
		s.text, limit = true, maxTextDigits
	default:
		return s, false
	}
	unsigned := digits
	if len(unsigned) > 0 && unsigned[0] == '-' {
		unsigned = unsigned[1:]
	}
	if len(unsigned) == 0 || len(unsigned) > limit || !allDigits(unsigned) {
		return Sequence{}, false
	}
	s.n = uint8(copy(s.digits[:], digits))
	return s, true
}

// String is the sequence as it stands on the wire, quotes included.
func (s Sequence) String() string {
	var scratch [MaxSequenceDigits + 3]byte
	return string(s.append(scratch[:0]))
}

// append appends it as it stands on the wire; nil is the zero Sequence.
func (s *Sequence) append(dst []byte) []byte {
	if s == nil || s.n == 0 {
		return append(dst, '0')
	}
	if !s.text {
		return append(dst, s.digits[:s.n]...)
	}
	dst = append(dst, '"')
	dst = append(dst, s.digits[:s.n]...)
	return append(dst, '"')
}
