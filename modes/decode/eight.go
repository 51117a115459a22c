package decode

// Each byte of a word of eight.
const (
	everyByte = 0x0101010101010101
	highBits  = 0x80 * everyByte
)

// areDigits says whether the first n bytes of a word, the lowest first, are digits; n is
// from 1 to 8. What carries out of a byte is behind one that is no digit.
func areDigits(v uint64, n int) bool {
	v ^= '0' * everyByte
	bad := (v | (v + (0x80-10)*everyByte)) & highBits
	return bad<<(64-8*n) == 0
}

// areLetters says whether all bytes of a word are lower-case letters.
func areLetters(v uint64) bool {
	low := v &^ highBits
	return (low+(0x80-'a')*everyByte)&^(low+(0x80-'z'-1)*everyByte)&^v&highBits == highBits
}
