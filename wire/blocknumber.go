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

// parseBlock is ParseNumber for nearly all numbers of a block: of 33 to 39 digits, without
// sign or zeros in front. It says whether it is one of these, and stores nothing else.
func parseBlock(dst *[BlockSize]byte, digits []byte, shift uint64) bool {
	const size = 32 // and what is before these
	front := len(digits) - size
	if front < 1 || front > 7 || digits[0] == '0' {
		return false
	}
	rest := (*[size]byte)(digits[front:])
	first := binary.LittleEndian.Uint64(digits)<<(64-8*front) | 0x30*everyByte>>(8*front)
	a, b := binary.LittleEndian.Uint64(rest[:]), binary.LittleEndian.Uint64(rest[8:])
	c, d := binary.LittleEndian.Uint64(rest[16:]), binary.LittleEndian.Uint64(rest[24:])
	if notDigits(first)|notDigits(a)|notDigits(b)|notDigits(c)|notDigits(d) != 0 {
		return false
	}
	hi, lo := bits.Mul64(parse8(first), 1e16)
	lo, carry := bits.Add64(lo, parse8(a)*1e8+parse8(b), 0)
	over, top := bits.Mul64(hi+carry, 1e16)
	hi, lo = bits.Mul64(lo, 1e16)
	lo, carry = bits.Add64(lo, parse8(c)*1e8+parse8(d), 0)
	hi, carry = bits.Add64(hi, top, carry)
	if over|carry != 0 {
		return false
	}
	lo, borrow := bits.Sub64(lo, shift, 0)
	hi -= borrow // there is enough: it is over 10^32
	binary.BigEndian.PutUint64(dst[:], hi)
	binary.BigEndian.PutUint64(dst[8:], lo)
	return true
}
