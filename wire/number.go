package wire

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"strconv"
)

// Shift is what is added to every key, every IV and, in today's dialect, to
// every `data`. It hides nothing.
const Shift = 1269

// A NumberError says that a number of the wire stands for no key, IV or cipher
// text of the size asked for.
type NumberError struct {
	Problem string // "is no integer", "is below 1269", "takes more than 32 bytes"
	wide    bool   // the last of these
}

func (e *NumberError) Error() string { return "number " + e.Problem }

const (
	limbDigits = 19   // decimal digits that always fit 64 bits
	limbUnit   = 1e19 // 10^19 < 2^64
)

// words is a number of up to 320 bits, the least significant word first: room
// for 32 bytes, what is carried out of them, and nothing more.
type words [5]uint64

// ParseNumber reads a decimal integer, takes shift away and stores the rest in
// dst, big-endian and padded with zero bytes on the left. For dst of up to 32
// bytes (an IV, a key, a `data` of one block) it takes no memory.
//
// Errors are *[NumberError]: no integer, below shift, more bytes than dst has.
func ParseNumber(dst, digits []byte, shift uint64) error {
	if len(dst) == BlockSize && parseBlock((*[BlockSize]byte)(dst), digits, shift) {
		return nil
	}
	digits, negative, ok := cutSign(digits)
	switch {
	case !ok:
		return &NumberError{Problem: "is no integer"}
	case negative && len(digits) > 0:
		return below(shift)
	case len(digits) > maxDigits(len(dst)):
		return tooWide(len(dst))
	case len(dst) > 32:
		return parseLong(dst, digits, shift)
	}
	var w words
	// maxDigits makes of 32 bytes at most 5 limbs, as many as w has words.
	for n := 0; len(digits) > 0; n++ {
		cut := (len(digits)-1)%limbDigits + 1
		w.mulAdd(n, parseLimb(digits[:cut]))
		digits = digits[cut:]
	}
	if w.sub(shift) {
		return below(shift)
	}
	if !w.store(dst) {
		return tooWide(len(dst))
	}
	return nil
}

// maxDigits is more than the digits that a number of size bytes can have: 8 bits
// take 2.41 of them, a shift has at most 20, and a carry may add one.
func maxDigits(size int) int { return max(size*241/100, 20) + 1 }

func below(shift uint64) error {
	return &NumberError{Problem: "is below " + strconv.FormatUint(shift, 10)}
}

func tooWide(size int) error {
	return &NumberError{Problem: "takes more than " + strconv.Itoa(size) + " bytes", wide: true}
}

// cutSign takes the sign and leading zeros off; ok says that s was
// digits with an optional minus.
func cutSign(s []byte) (digits []byte, negative, ok bool) {
	if len(s) > 0 && s[0] == '-' {
		s, negative = s[1:], true
	}
	ok = len(s) > 0 && allDigits(s)
	for len(s) > 0 && s[0] == '0' {
		s = s[1:]
	}
	return s, negative, ok
}

// notDigits has bits set in the bytes of a word, the lowest first, from the first on
// that is no digit: of a digit the upper half is 3, and still is when 6 is added. What
// that carries reaches only bytes behind one that is none.
func notDigits(v uint64) uint64 {
	const upper, threes, sixes = 0xf0 * everyByte, 0x30 * everyByte, 6 * everyByte
	return (v&upper ^ threes) | ((v+sixes)&upper ^ threes)
}

// allDigits says whether s holds digits only, eight at a time.
func allDigits(s []byte) bool {
	for ; len(s) >= 8; s = s[8:] {
		if notDigits(binary.LittleEndian.Uint64(s)) != 0 {
			return false
		}
	}
	for _, c := range s {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// parseLimb reads 1 to 19 digits, eight at a time.
func parseLimb(s []byte) (v uint64) {
	for len(s) >= 8 {
		v = v*1e8 + parse8(binary.LittleEndian.Uint64(s))
		s = s[8:]
	}
	for _, c := range s {
		v = v*10 + uint64(c-'0')
	}
	return v
}

// parse8 reads eight digits held in one word: digits become pairs, pairs fours,
// fours the number, each in one multiplication.
func parse8(v uint64) uint64 {
	v -= 0x3030303030303030
	v = v*10 + v>>8
	v = (v&0x000000ff000000ff)*(100+1e6<<32) + (v>>16&0x000000ff000000ff)*(1+1e4<<32)
	return v >> 32
}

// mulAdd makes w, of which only the first n words are other than 0, w times 10^19
// plus limb, in one word more.
func (w *words) mulAdd(n int, limb uint64) {
	carry := limb
	for i := 0; i < n; i++ {
		hi, lo := bits.Mul64(w[i], limbUnit)
		var c uint64
		w[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
	w[n] = carry
}

// sub takes s away and says whether w was smaller.
func (w *words) sub(s uint64) bool {
	for i := range w {
		w[i], s = bits.Sub64(w[i], s, 0)
	}
	return s != 0
}

// store writes w into dst, the most significant byte first, and says whether
// it fits.
func (w *words) store(dst []byte) bool {
	i := 0
	for ; len(dst) >= 8; i++ {
		binary.BigEndian.PutUint64(dst[len(dst)-8:], w[i])
		dst = dst[:len(dst)-8]
	}
	rest := w[i]
	for j := len(dst) - 1; j >= 0; j-- {
		dst[j] = byte(rest)
		rest >>= 8
	}
	for i++; i < len(w); i++ {
		rest |= w[i]
	}
	return rest == 0
}

// AppendNumber appends b, as a big-endian number plus shift, in decimal. For b
// of up to 32 bytes it takes no memory but dst's.
func AppendNumber(dst, b []byte, shift uint64) []byte {
	switch {
	case len(b) > 32:
		return appendLong(dst, b, shift)
	case len(b) == BlockSize:
		u := upperHalf(binary.BigEndian.Uint64(b))
		if dst, ok := u.append(dst, binary.BigEndian.Uint64(b[8:]), shift); ok {
			return dst
		}
	}
	var w words
	n := 0
	for ; len(b) > 8; n++ {
		w[n] = binary.BigEndian.Uint64(b[len(b)-8:])
		b = b[:len(b)-8]
	}
	for _, c := range b {
		w[n] = w[n]<<8 | uint64(c)
	}
	for i := range w {
		w[i], shift = bits.Add64(w[i], shift, 0)
	}
	return w.append(dst)
}

// append appends w in decimal, and leaves 0 in it.
func (w *words) append(dst []byte) []byte {
	var limbs [len(words{}) + 1]uint64 // 19 digits are 63 bits: one limb more than words
	n, top := 0, len(w)
	for {
		for top > 0 && w[top-1] == 0 {
			top--
		}
		if top == 0 || top == 1 && w[0] < limbUnit {
			break
		}
		var rest uint64
		for i := top - 1; i >= 0; i-- {
			if i > 0 && rest == 0 && w[i] < limbUnit {
				rest, w[i] = w[i], 0 // most often so in the top word: saves a division
				continue
			}
			w[i], rest = bits.Div64(rest, w[i], limbUnit)
		}
		limbs[n] = rest
		n++
	}
	dst = strconv.AppendUint(dst, w[0], 10)
	for i := n - 1; i >= 0; i-- {
		dst = appendLimb(dst, limbs[i])
	}
	return dst
}

// appendLimb appends all 19 digits of a limb: 3, 8 and 8.
func appendLimb(dst []byte, v uint64) []byte {
	top, rest := v/1e16, v%1e16
	var b [24]byte
	binary.LittleEndian.PutUint64(b[:], format8(top))
	binary.LittleEndian.PutUint64(b[8:], format8(rest/1e8))
	binary.LittleEndian.PutUint64(b[16:], format8(rest%1e8))
	return append(dst, b[len(b)-limbDigits:]...)
}

// AppendInteger appends v in decimal, as strconv.AppendInt does, and in half its time
// for the counts and offsets of up to 16 digits that there are most of.
func AppendInteger(dst []byte, v int64) []byte {
	switch {
	case v >= 0 && v < 1e8:
		return appendShort(dst, uint64(v))
	case v >= 0 && v < 1e16:
		return binary.LittleEndian.AppendUint64(appendShort(dst, uint64(v)/1e8), format8(uint64(v)%1e8))
	}
	return strconv.AppendInt(dst, v, 10)
}

// appendShort appends a number below 10^8. Zeros in front are the lowest bytes of the
// eight digits: they are shifted out, and what comes in behind is cut off.
func appendShort(dst []byte, v uint64) []byte {
	w := format8(v)
	zeros := bits.TrailingZeros64(w&^(0x30*everyByte)|1<<63) / 8
	dst = binary.LittleEndian.AppendUint64(dst, w>>(8*zeros))
	return dst[:len(dst)-zeros]
}

// format8 is parse8 the other way: a number below 10^8 into fours, pairs and
// digits, each by one multiplication with a reciprocal that is exact there.
func format8(v uint64) uint64 {
	v = v/1e4 | v%1e4<<32
	hundreds := v * 10486 >> 20 & 0x0000007f0000007f
	v = hundreds | (v-hundreds*100)<<16
	tens := v * 103 >> 10 & 0x000f000f000f000f
	v = tens | (v-tens*10)<<8
	return v + 0x30*everyByte
}

// parseLong and appendLong are the general path, for `data` of many blocks.
func parseLong(dst, digits []byte, shift uint64) error {
	v := parseBig(digits, shift)
	switch {
	case v.Sign() < 0:
		return below(shift)
	case v.BitLen() > 8*len(dst):
		return tooWide(len(dst))
	}
	v.FillBytes(dst)
	return nil
}

func appendLong(dst, b []byte, shift uint64) []byte {
	v := new(big.Int).SetBytes(b)
	return v.Add(v, new(big.Int).SetUint64(shift)).Append(dst, 10)
}

// byteLength is how many bytes the number behind digits has, shift taken away.
func byteLength(digits []byte, shift uint64) int {
	return (parseBig(digits, shift).BitLen() + 7) / 8
}

func parseBig(digits []byte, shift uint64) *big.Int {
	v := new(big.Int)
	v.SetString("0"+string(digits), 10)
	return v.Sub(v, new(big.Int).SetUint64(shift))
}
