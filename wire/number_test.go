package wire

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	for i := range r.IntN(n + 1) { // leading zeros must come up often
		if r.IntN(3) == 0 {
			b[i] = 0
		} else {
			break
		}
	}
	return b
}

// TestNumbersAgainstBig holds the fixed-size paths against math/big.
func TestNumbersAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 269))
	for range 200_000 {
		size := []int{8, 16, 16, 16, 24, 32, 32, 48, 272}[r.IntN(9)]
		shift := uint64(Shift)
		if r.IntN(4) == 0 {
			shift = 0
		}
		checkNumber(t, randomBytes(r, size), shift)
	}
	for _, size := range []int{8, 16, 24, 32, 48} {
		for _, fill := range []byte{0, 1, 0x7f, 0xff} {
			checkNumber(t, bytes.Repeat([]byte{fill}, size), Shift)
			checkNumber(t, bytes.Repeat([]byte{fill}, size), 0)
		}
	}
}

// TestBlockNumberCarries: what the lower half of a block carries into the digits of the
// upper half, which are worked out before it is known.
func TestBlockNumberCarries(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 269))
	top := new(big.Int).Lsh(big.NewInt(1), 128)
	check := func(v *big.Int) {
		if v.Sign() >= 0 && v.Cmp(top) < 0 {
			checkNumber(t, v.FillBytes(make([]byte, BlockSize)), Shift)
		}
	}
	for digits := int64(15); digits < 39; digits++ {
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil)
		for range 200 {
			v := new(big.Int).SetBytes(randomBytes(r, BlockSize))
			v.Sub(v, new(big.Int).Mod(v, unit)) // as many zeros at its end
			for _, by := range []int64{-Shift - 1, -Shift, -1, 0, 1} {
				check(new(big.Int).Add(v, big.NewInt(by)))
				check(new(big.Int).Add(unit, big.NewInt(by)))
			}
		}
	}
	for range 200 { // whose lower half carries the shift
		v := new(big.Int).SetBytes(append(randomBytes(r, 8), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, byte(r.Uint32())))
		check(v)
	}
}

func checkNumber(t *testing.T, b []byte, shift uint64) {
	t.Helper()
	want := new(big.Int).SetBytes(b)
	want.Add(want, new(big.Int).SetUint64(shift))
	digits := AppendNumber(nil, b, shift)
	if string(digits) != want.String() {
		t.Fatalf("AppendNumber(%x, %d) = %s, want %s", b, shift, digits, want)
	}
	got := make([]byte, len(b))
	if err := ParseNumber(got, digits, shift); err != nil || !bytes.Equal(got, b) {
		t.Fatalf("ParseNumber(%s) = %x %v, want %x", digits, got, err, b)
	}
}

func TestNumberErrors(t *testing.T) {
	over := func(size int, add int64) string {
		v := new(big.Int).Lsh(big.NewInt(1), uint(8*size))
		return v.Add(v, big.NewInt(add)).String()
	}
	for _, c := range []struct {
		size   int
		digits string
		want   string // "" for none
	}{
		{0, "1269", ""}, {0, "1270", "takes more than 0 bytes"}, {1, "1524", ""}, {1, "1525", "takes more than 1 bytes"},
		{1, "99999999999999999999", "takes more than 1 bytes"}, {7, over(7, 1268), ""}, {7, over(7, 1269), "takes more than 7 bytes"},
		{16, "1269", ""}, {16, "1268", "is below 1269"}, {16, "0", "is below 1269"},
		{16, "-1269", "is below 1269"}, {16, "", "is no integer"}, {16, "-", "is no integer"}, {16, "12a4", "is no integer"},
		{16, "1e3", "is no integer"}, {16, " 1", "is no integer"}, {16, "12345678/", "is no integer"}, {16, "1234567:", "is no integer"},
		{16, over(16, 1268), ""}, {16, over(16, 1269), "takes more than 16 bytes"},
		{32, over(32, 1268), ""}, {32, over(32, 1269), "takes more than 32 bytes"},
		{48, over(48, 1268), ""}, {48, over(48, 1269), "takes more than 48 bytes"},
		{16, over(20, 0), "takes more than 16 bytes"}, {32, over(5000, 0), "takes more than 32 bytes"},
		{16, "0000000000000000000000000000000000000000000000000000001270", ""},
	} {
		err := ParseNumber(make([]byte, c.size), []byte(c.digits), Shift)
		got := ""
		if err != nil {
			got = err.(*NumberError).Problem
		}
		if got != c.want {
			t.Errorf("%d bytes, %.50q: %q, want %q", c.size, c.digits, got, c.want)
		}
	}
}

// TestFormat8 tries every group of four digits in both lanes.
// TestAppendInteger holds it against strconv, around every power of ten and two.
func TestAppendInteger(t *testing.T) {
	check := func(v int64) {
		if got, want := AppendInteger([]byte("n="), v), strconv.AppendInt([]byte("n="), v, 10); !bytes.Equal(got, want) {
			t.Fatalf("AppendInteger(%d) = %s, want %s", v, got, want)
		}
	}
	for _, base := range []int64{2, 10} {
		for v := int64(1); v > 0 && v <= math.MaxInt64/base; v *= base {
			for d := int64(-2); d <= 2; d++ {
				check(v + d)
				check(-v - d)
			}
		}
	}
	r := rand.New(rand.NewPCG(3, 269))
	for range 200_000 {
		check(int64(r.Uint64() >> r.IntN(64)))
	}
	check(math.MinInt64)
	check(math.MaxInt64)
}

// TestLeadingDigits counts digit by digit, with every byte in every place.
func TestLeadingDigits(t *testing.T) {
	for at := range 8 {
		for c := range 256 {
			for _, rest := range []byte{'0', '9', 0xff, 0xfa, '/', ':'} {
				b := bytes.Repeat([]byte{'5'}, 8)
				b[at] = byte(c)
				for i := at + 1; i < 8; i++ {
					b[i] = rest
				}
				want := 0
				for want < 8 && b[want] >= '0' && b[want] <= '9' {
					want++
				}
				if got := leadingDigits(binary.LittleEndian.Uint64(b)); got != want {
					t.Fatalf("leadingDigits(%q) = %d, want %d", b, got, want)
				}
			}
		}
	}
}

func TestFormat8(t *testing.T) {
	for v := range uint64(1e4) {
		for _, n := range []uint64{v, v * 1e4, v*1e4 + (9999 - v)} {
			var want [8]byte
			for i, x := 7, n; i >= 0; i-- {
				want[i] = byte('0' + x%10)
				x /= 10
			}
			f := format8(n)
			for i := range want {
				if byte(f>>(8*i)) != want[i] {
					t.Fatalf("format8(%d) = %x, want %s", n, f, want)
				}
			}
			if back := parse8(f); back != n {
				t.Fatalf("parse8(%s) = %d", want, back)
			}
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	f.Add([]byte("56143797824841494679021642319300020262282527220539511750690840295639543043255"), uint8(1))
	f.Fuzz(func(t *testing.T, digits []byte, size uint8) {
		dst := make([]byte, []int{8, 16, 24, 32, 40, 48}[size%6])
		err := ParseNumber(dst, digits, Shift)
		want, ok := new(big.Int).SetString(string(digits), 10)
		for _, c := range digits {
			ok = ok && (c == '-' || c-'0' <= 9)
		}
		good := ok && want.Sub(want, big.NewInt(Shift)).Sign() >= 0 && want.BitLen() <= 8*len(dst)
		if good != (err == nil) || good && want.Cmp(new(big.Int).SetBytes(dst)) != 0 {
			t.Fatalf("%q into %d bytes: %x %v", digits, len(dst), dst, err)
		}
	})
}
