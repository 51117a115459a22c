package decode

import "proto/wire"

// rising appends numbers of which each is a little larger than the one before, as frames'
// numbers and offsets are: all but the last four digits are most often those of last time.
type rising struct {
	upper int64    // the number without its last four digits
	text  [16]byte // its digits
	size  int      // how many; 0: not known
}

// lastFour is what the last four digits count up to.
const lastFour = 10_000

// append appends v in decimal.
func (r *rising) append(b []byte, v int64) []byte {
	low := v - r.upper*lastFour
	if uint64(low) >= lastFour || r.size == 0 {
		if v < lastFour || v >= 1e16 {
			return wire.AppendInteger(b, v)
		}
		r.upper, low = v/lastFour, v%lastFour
		r.size = len(wire.AppendInteger(r.text[:0], r.upper))
	}
	n := len(b)
	b = append(b, r.text[:]...)
	high, rest := uint32(low)/100, uint32(low)%100
	d := append(b[:n+r.size], byte('0'+high/10), byte('0'+high%10), byte('0'+rest/10), byte('0'+rest%10))
	return d
}
