package repl

import (
	"math"
	"strconv"
	"strings"

	"proto/modes/repl/language"
	"proto/wire"
)

// equal says whether two values are the same, type included. Numbers are
// compared exactly, an integer never equals a real one; the members of objects
// may stand in any order.
func equal(a, b wire.Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case wire.Integer, wire.Real:
		return compareNumbers(string(a.Raw()), string(b.Raw())) == 0
	case wire.String:
		x, _ := a.Text()
		y, _ := b.Text()
		return x == y
	case wire.Bool:
		return a.IsTrue() == b.IsTrue()
	case wire.Array:
		return equalArrays(a, b)
	case wire.Object:
		return equalObjects(a, b)
	}
	return true
}

func equalArrays(a, b wire.Value) bool {
	var x, y []wire.Value
	for v := range a.Elements() {
		x = append(x, v)
	}
	for v := range b.Elements() {
		y = append(y, v)
	}
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !equal(x[i], y[i]) {
			return false
		}
	}
	return true
}

func equalObjects(a, b wire.Value) bool {
	count := 0
	for range b.Members() {
		count++
	}
	for name, v := range a.Members() {
		if count--; count < 0 || !equal(v, at(b, []string{name})) {
			return false
		}
	}
	return count == 0
}

// differs is f!=v: as a number where both are numbers, else by text.
func differs(got wire.Value, text string) bool {
	if (got.Kind() == wire.Integer || got.Kind() == wire.Real) && language.IsNumber(text) {
		return compareNumbers(string(got.Raw()), text) != 0
	}
	return language.TextOf(got) != text
}

// compareNumbers compares two JSON numbers exactly, whatever their size: -1, 0 or
// 1. Nothing is computed but exponents, so 1e999999999 costs no memory.
func compareNumbers(a, b string) int {
	x, y := decimalOf(a), decimalOf(b)
	switch {
	case x.sign != y.sign:
		return sign(x.sign - y.sign)
	case x.sign == 0:
		return 0
	case x.exponent != y.exponent:
		if x.exponent > y.exponent {
			return x.sign
		}
		return -x.sign
	}
	return x.sign * strings.Compare(x.digits, y.digits)
}

// decimal is sign * 0.digits * 10^exponent, the digits without zeros at either end.
type decimal struct {
	sign     int
	digits   string
	exponent int64
}

func decimalOf(s string) decimal {
	d := decimal{sign: 1}
	if s, ok := strings.CutPrefix(s, "-"); ok {
		d = decimalOf(s)
		d.sign = -d.sign
		return d
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	d.exponent = int64(len(whole)) + exponentOf(exponent)
	all := whole + fraction
	d.digits = strings.TrimLeft(all, "0")
	d.exponent -= int64(len(all) - len(d.digits))
	if d.digits = strings.TrimRight(d.digits, "0"); d.digits == "" {
		return decimal{}
	}
	return d
}

// exponentOf reads an exponent; one beyond all reason is cut to a quarter of what
// 64 bits hold, so that sums do not overflow.
func exponentOf(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // out of range gives the nearest
	return max(min(n, math.MaxInt64/4), math.MinInt64/4)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
