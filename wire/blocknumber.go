package wire

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// An upper is what the upper eight bytes of a block give of its decimal digits. As CFB8
// makes one byte after the other, a processor can work it out while the lower ones are
// still being sealed.
type upper struct {
	first, second uint64 // the digits 39 to 33 and 32 to 25 from the end, eight in a word
	third         uint64 // the number that 24 to 17 are, without a carry from the rest
	rest          uint64 // what is below 10^16 of it
}

// upperHalf is that of hi<<64.
func upperHalf(hi uint64) (u upper) {
	top, rest := bits.Div64(hi%1e16, 0, 1e16)
	top, middle := bits.Div64(hi/1e16, top, 1e16)
	return upper{first: format8(top), second: format8(middle / 1e8), third: middle % 1e8, rest: rest}
}

// append appends the number hi<<64 + lo + shift in decimal. It cannot where that has no
// more than 32 digits, or a carry goes far: in one block of 50,000.
func (u *upper) append(dst []byte, lo, shift uint64) (_ []byte, ok bool) {
	lo, carry := bits.Add64(lo, shift, 0)
	if carry != 0 {
		return dst, false
	}
	lo, carry = bits.Add64(lo, u.rest, 0)
	more, low := bits.Div64(carry, lo, 1e16)
	third := u.third + more
	zeros := bits.TrailingZeros64(u.first&^(0x30*everyByte)) / 8
	if third >= 1e8 || zeros == 8 {
		return dst, false
	}
	n := len(dst)
	dst = slices.Grow(dst, 40)[:n+40-zeros]
	binary.LittleEndian.PutUint64(dst[n:], u.first>>(8*zeros&63))
	b := (*[32]byte)(dst[n+8-zeros:])
	binary.LittleEndian.PutUint64(b[:], u.second)
	binary.LittleEndian.PutUint64(b[8:], format8(third))
	binary.LittleEndian.PutUint64(b[16:], format8(low/1e8))
	binary.LittleEndian.PutUint64(b[24:], format8(low%1e8))
	return dst, true
}
