package repl

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"proto/wire"
)

func value(t *testing.T, text string) wire.Value {
	t.Helper()
	v, n, err := wire.ParseValue([]byte(text), limits())
	if err != nil || n != len(text) {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestCompareNumbers holds the comparison of digits against math/big.
func TestCompareNumbers(t *testing.T) {
	numbers := []string{"0", "-0", "0.0", "0e5", "1", "-1", "10", "1e1", "100e-1", "0.1e2", "9007199254740993", "9007199254740992", "1.50", "1.5", "-2.5", "1E+2", "123456789012345678901234567890", "0.000001", "1e-6"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		numbers = append(numbers, fmt.Sprintf("%d.%de%d", random.IntN(2000)-1000, random.IntN(1000), random.IntN(8)-4))
	}
	for _, a := range numbers {
		for _, b := range numbers {
			x, ok := new(big.Rat).SetString(a)
			y, ok2 := new(big.Rat).SetString(b)
			if !ok || !ok2 {
				t.Fatal(a, b)
			}
			if got, want := compareNumbers(a, b), x.Cmp(y); got != want {
				t.Errorf("%s and %s: %d, want %d", a, b, got, want)
			}
		}
	}
	// Exponents beyond all reason cost nothing.
	for _, test := range []struct {
		a, b string
		want int
	}{{"1e999999999", "1e999999998", 1}, {"-1e999999999", "1", -1}, {"1e-999999999", "0", 1}, {"1e99999999999999999999", "2e5", 1}, {"0e99999999999999999999", "0", 0}} {
		if got := compareNumbers(test.a, test.b); got != test.want {
			t.Errorf("%s and %s: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestEqual(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"1", "1", true}, {"1", "1.0", false}, {"1", `"1"`, false}, {"1.0", "1.00", true}, {"1e1", "10.0", true},
		{"null", "null", true}, {"null", "false", false}, {"true", "True", true}, {"true", "false", false},
		{`"a"`, `'a'`, true}, {`"\u0041"`, `"A"`, true}, {"[1,2]", "[1, 2]", true}, {"[1,2]", "[2,1]", false}, {"[1]", "[1,1]", false},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, true}, {`{"a":1}`, `{"a":1,"b":2}`, false}, {`{"a":1,"b":2}`, `{"a":1}`, false}, {"{}", "[]", false},
	} {
		if got := equal(value(t, test.a), value(t, test.b)); got != test.want {
			t.Errorf("%s and %s: %v", test.a, test.b, got)
		}
	}
}
