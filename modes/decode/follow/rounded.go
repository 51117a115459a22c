package follow

import (
	"bytes"
	"math/big"
	"strconv"

	"proto/wire"
)

// exactDigits is how many digits a number may have that every tool keeps: 2^53 has 16.
const exactDigits = 15

// rounded says whether a number has been through a float64: it has a fraction or an
// exponent, or it is beyond 2^53 and no other float64 is as near as itself. Of the
// numbers of 16 bytes and more one in 2^75 is like that by chance, of those of 8 bytes one in two
// hundred: see isSuspect.
func rounded(v wire.Value) bool {
	if v.Kind() == wire.Real {
		return true
	}
	digits := v.Raw()
	if v.Kind() != wire.Integer || len(digits) <= exactDigits {
		return false
	}
	return mayBeFloat(digits) && equalsFloat(digits)
}

// WasRounded says whether a number, as it is spelled, has been through a float64.
func WasRounded(spelled string) bool {
	v, _, err := wire.ParseValue([]byte(spelled), wire.Limits{Bytes: len(spelled) + 1})
	return err == nil && rounded(v)
}

const wasRounded = "another tool has rounded its number: digits are lost that nothing brings back"

// byAnotherTool is what is said behind the name of a key or IV.
const byAnotherTool = " has been rounded by another tool"

// isSuspect says whether a number of 8 bytes looks as if it were rounded. It is exact all the
// same if an answer behind it, which is encrypted from it on, is a text.
func (a *Answer) isSuspect() bool {
	return a.rounded && a.Data.Kind() == wire.Integer && isShort(a.Data.Raw())
}

// longDigits is from how many digits on a number that has been through a float64 shows it
// at its end, however it is spelled: of the shortest digits there are 17, and behind them at
// least lowZeros; and all that a float64 holds beyond 2^79 is a multiple of 2^27.
const (
	longDigits  = 25
	lowZeros    = 1e8
	lowMultiple = 1 << 16 // as many as 16 digits tell
	lowByte     = 1 << 8
)

// mayBeFloat tells nearly all other numbers apart by their last digits. Smaller ones are to
// be looked at as a whole.
func mayBeFloat(digits []byte) bool {
	if len(digits) < longDigits {
		return true
	}
	if digits[len(digits)-1]&1 != 0 {
		return false // what follows, for half of all numbers
	}
	n := uint64(0)
	for _, c := range digits[len(digits)-16:] {
		n = n*10 + uint64(c-'0')
	}
	return n%lowMultiple == 0 || n%lowZeros == 0
}

// equalsFloat compares a number with what a float64 makes of it, as the shortest
// digits that give it back, or 17, zeros behind them, or as its exact value.
func equalsFloat(digits []byte) bool {
	f, err := strconv.ParseFloat(string(digits), 64)
	if err != nil || f < 1<<53 {
		return false
	}
	short := strconv.AppendFloat(nil, f, 'f', 0, 64)
	if bytes.Equal(short, digits) {
		return true
	}
	zeros := bytes.TrimRight(digits, "0")
	if bytes.Equal(mantissa(f, -1), zeros) {
		return true
	}
	// As C's %.17g has it. Of shorter numbers too many end so by chance.
	if len(digits) >= longDigits && bytes.Equal(mantissa(f, 16), zeros) {
		return true
	}
	exact, _ := big.NewFloat(f).Int(nil)
	return exact.String() == string(digits)
}

// mantissa is a float64's digits, so many behind the first or the fewest that give it back,
// without zeros at the end.
func mantissa(f float64, digits int) []byte {
	m, _, _ := bytes.Cut(strconv.AppendFloat(nil, f, 'e', digits, 64), []byte("e"))
	return bytes.TrimRight(bytes.ReplaceAll(m, []byte("."), nil), "0")
}
