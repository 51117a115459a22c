package wire

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// eachCFB8 runs a test with each way in which this machine can compute CFB8.
func eachCFB8(t *testing.T, test func(t *testing.T, encrypt, decrypt func(key Key, register *Register, dst, src []byte))) {
	t.Run("standard", func(t *testing.T) {
		var c standardCFB8
		run := func(crypt func(*standardCFB8, *Register, []byte, []byte)) func(Key, *Register, []byte, []byte) {
			return func(key Key, register *Register, dst, src []byte) {
				c.setKey(&key)
				crypt(&c, register, dst, src)
			}
		}
		test(t, run((*standardCFB8).encrypt), run((*standardCFB8).decrypt))
	})
	t.Run("aesni", func(t *testing.T) {
		if !aesni {
			t.Skip("this processor, or this build, has no AES instructions for us")
		}
		var c cfb8
		run := func(crypt func(*cfb8, []byte, []byte)) func(Key, *Register, []byte, []byte) {
			return func(key Key, register *Register, dst, src []byte) {
				c.setKey(&key)
				c.register = *register
				crypt(&c, dst, src)
				*register = c.register
			}
		}
		test(t, run((*cfb8).encrypt), run((*cfb8).decrypt))
	})
}

// TestOpenBlockVAES holds the wide instructions, which the others' tests run where they
// are, against the narrow ones.
func TestOpenBlockVAES(t *testing.T) {
	if !vaes {
		t.Skip("this processor, or this build, has no VAES for us")
	}
	r := rand.New(rand.NewPCG(5, 269))
	var rounds roundKeys
	for range 10_000 {
		key := Key(randomBytes(r, KeySize))
		expandKey(&rounds, &key)
		register, src := Register(randomBytes(r, BlockSize)), [BlockSize]byte(randomBytes(r, BlockSize))
		narrow, wide := register, register
		var want, got [BlockSize]byte
		openBlock(&rounds, &narrow, &want, &src)
		openBlockVAES(&rounds, &wide, &got, &src)
		if got != want || wide != narrow {
			t.Fatalf("%x %x, want %x %x", got, wide, want, narrow)
		}
		if openBlockVAES(&rounds, &register, &src, &src); src != want {
			t.Fatalf("in its place %x, want %x", src, want)
		}
	}
}

// TestCFB8KnownAnswer is NIST SP 800-38A, F.3.11 (encryption) and F.3.12.
func TestCFB8KnownAnswer(t *testing.T) {
	key := Key(unhex(t, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"))
	iv := Register(unhex(t, "000102030405060708090a0b0c0d0e0f"))
	plain := unhex(t, "6bc1bee22e409f96e93d7e117393172aae2d")
	cipherText := unhex(t, "dc1f1a8520a64db55fcc8ac554844e889700")
	eachCFB8(t, func(t *testing.T, encrypt, decrypt func(Key, *Register, []byte, []byte)) {
		for cut := range plain { // the chain runs on wherever it is cut
			register, got := iv, make([]byte, len(plain))
			encrypt(key, &register, got[:cut], plain[:cut])
			encrypt(key, &register, got[cut:], plain[cut:])
			if !bytes.Equal(got, cipherText) {
				t.Fatalf("F.3.11 cut at %d: %x", cut, got)
			}
			if !bytes.Equal(register[:], cipherText[2:]) {
				t.Errorf("register %x is not the last 16 bytes of cipher text", register)
			}
			register = iv
			decrypt(key, &register, got[:cut], got[:cut])
			decrypt(key, &register, got[cut:], got[cut:])
			if !bytes.Equal(got, plain) {
				t.Fatalf("F.3.12 cut at %d: %x", cut, got)
			}
			if !bytes.Equal(register[:], cipherText[2:]) {
				t.Errorf("register %x is not the last 16 bytes of cipher text", register)
			}
		}
	})
}

// slowCFB8 is SP 800-38A, 6.3 written down: one shift register, moved a byte at
// a time.
func slowCFB8(key Key, register Register, in []byte, encrypt bool) []byte {
	block, _ := aes.NewCipher(key[:])
	var out []byte
	for _, b := range in {
		o := make([]byte, 16)
		block.Encrypt(o, register[:])
		x := b ^ o[0]
		out = append(out, x)
		if !encrypt {
			x = b
		}
		copy(register[:], append(register[1:], x))
	}
	return out
}

func TestCFB8AgainstSlow(t *testing.T) {
	eachCFB8(t, func(t *testing.T, encrypt, decrypt func(Key, *Register, []byte, []byte)) {
		r := rand.New(rand.NewPCG(2, 2))
		for n := range 2000 {
			key, iv := Key(randomBytes(r, 32)), Register(randomBytes(r, 16))
			text := randomBytes(r, n%70)
			register, got := iv, make([]byte, len(text))
			encrypt(key, &register, got, text)
			if want := slowCFB8(key, iv, text, true); !bytes.Equal(got, want) {
				t.Fatalf("encrypt %x: %x, want %x", text, got, want)
			}
			register = iv
			decrypt(key, &register, got, text)
			if want := slowCFB8(key, iv, text, false); !bytes.Equal(got, want) {
				t.Fatalf("decrypt %x: %x, want %x", text, got, want)
			}
			inPlace := bytes.Clone(text)
			register = iv
			decrypt(key, &register, inPlace, inPlace)
			if !bytes.Equal(inPlace, got) {
				t.Fatalf("decrypt %x in place: %x, want %x", text, inPlace, got)
			}
		}
	})
}

const (
	sampleKey1 = "56143797824841494679021642319300020262282527220539511750690840295639543043255"
	sampleKey2 = "156046093517905918062671563777744272733"
)

// TestSample is the worked example of the protocol's description: the older
// dialect, and the same text as the description's steps would have it.
func TestSample(t *testing.T) {
	key, err := ParseKey([]byte(sampleKey1))
	if err != nil {
		t.Fatal(err)
	}
	iv, err := ParseIV([]byte(sampleKey2))
	if err != nil || string(iv[:]) != "uebikxubbfiumoxh" {
		t.Fatalf("IV %q %v", iv, err)
	}
	for data, d := range map[string]Dialect{
		"12621679940747315704": {Unshifted: true, Unpadded: true},
		"12621679940747316973": {Unpadded: true},
	} {
		c := NewChain(key, iv, d)
		if text, err := c.Open(nil, []byte(data)); err != nil || string(text) != "qzzqbinx" {
			t.Errorf("%s: %q %v", data, text, err)
		}
		c.SetRegister(iv)
		if got, whole := c.Seal(nil, []byte("qzzqbinx")); string(got) != data || !whole {
			t.Errorf("sealed: %s %t, want %s", got, whole, data)
		}
	}
}

// TestRecording is the beginning of a recorded session of the reference programs.
func TestRecording(t *testing.T) {
	key, err := ParseKey([]byte("846331163589978697339744156851732915761637175881793312912780613505136137557"))
	if err != nil {
		t.Fatal(err)
	}
	iv, err := ParseIV([]byte("157375606341406055849557118275339055467"))
	if err != nil {
		t.Fatal(err)
	}
	c := NewChain(key, iv, Dialect{})
	for _, a := range [][2]string{
		{"30375836959953536781008332244512466478", "xpyywsyg"},
		{"307264962962085760114299162643003063365", "ltusrdod"},
		{"141235321467279193360622261857475532600", "qizzocbk"},
		{"105839305097903621303667294042305251166", "fpbjgkoa"},
	} {
		if text, err := c.Open(nil, []byte(a[0])); err != nil || string(text) != a[1] {
			t.Errorf("%s: %q %v, want %q", a[0], text, err, a[1])
		}
	}
}

func TestSealOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, d := range []Dialect{{}, {Unshifted: true}, {Unpadded: true}, {Unshifted: true, Unpadded: true}} {
		sealer := NewChain(Key{1}, IV{2}, d)
		opener := NewChain(Key{1}, IV{2}, d)
		lost := 0
		for range 3000 {
			text := randomBytes(r, r.IntN(40))
			if d.Unpadded {
				text = randomBytes(r, 8)
			}
			data, whole := sealer.Seal(nil, text)
			if !whole {
				lost++
			}
			got, err := opener.Open(nil, data)
			if err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%+v: %x opened as %x, %v", d, text, got, err)
			}
		}
		if lost == 0 {
			t.Errorf("%+v: no leading zero came up in 3000 texts", d)
		}
	}
}

// TestOpenCipherText: the cipher text itself gives what its number gives.
func TestOpenCipherText(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 269))
	for range 2000 {
		sealer := NewChain(Key(randomBytes(r, KeySize)), IV(randomBytes(r, IVSize)), Dialect{})
		a, b := sealer.Clone(), sealer.Clone()
		number, _ := sealer.Seal(nil, randomBytes(r, r.IntN(BlockSize)))
		if r.IntN(4) == 0 {
			number = AppendNumber(nil, randomBytes(r, BlockSize), Shift) // most often without padding
		}
		var cipherText [BlockSize]byte
		if err := ParseNumber(cipherText[:], number, Shift); err != nil {
			t.Fatal(err)
		}
		want, wantErr := a.Open(nil, number)
		got, err := b.OpenCipherText(nil, cipherText[:])
		if !bytes.Equal(got, want) || err != wantErr || a.Register() != b.Register() {
			t.Fatalf("OpenCipherText gives %q, %v; Open %q, %v", got, err, want, wantErr)
		}
	}
}

// TestPaddingOf holds padding, read as words, against a loop over its bytes: every
// length, whole and with another byte in every place.
func TestPaddingOf(t *testing.T) {
	check := func(block *[BlockSize]byte) {
		t.Helper()
		want := int(block[BlockSize-1])
		if want > BlockSize {
			want = 0
		}
		for _, c := range block[BlockSize-want:] {
			if c != block[BlockSize-1] {
				want = 0
			}
		}
		if got := paddingOf(append([]byte("a block before it"), block[:]...)); got != want {
			t.Fatalf("%x: %d bytes of padding, want %d", *block, got, want)
		}
	}
	for last := range 256 {
		for fill := range 2 * BlockSize {
			var block [BlockSize]byte
			for i := range block {
				block[i] = byte(fill)
			}
			block[BlockSize-1] = byte(last)
			check(&block)
			for i := max(0, BlockSize-last); i < BlockSize; i++ {
				block[i] = byte(last)
			}
			check(&block)
			for i := range BlockSize - 1 {
				block[i] ^= 0x80
				check(&block)
				block[i] ^= 0x80
			}
		}
	}
}

// TestHealing: after a lost answer one block is wrong, and only that one.
func TestHealing(t *testing.T) {
	sealer, opener := NewChain(Key{1}, IV{2}, Dialect{}), NewChain(Key{1}, IV{2}, Dialect{})
	sealer.Seal(nil, []byte("never arrives"))
	second, _ := sealer.Seal(nil, []byte("second"))
	third, _ := sealer.Seal(nil, []byte("third"))
	if text, err := opener.Open(nil, second); err == nil && string(text) == "second" {
		t.Error("the answer after a lost one opened")
	} else if err != nil && !errors.Is(err, ErrPadding) {
		t.Error(err)
	}
	if text, err := opener.Open(nil, third); err != nil || string(text) != "third" {
		t.Errorf("not healed: %q %v", text, err)
	}
}

func TestChainAllocatesNothing(t *testing.T) {
	sealer, opener := NewChain(Key{1}, IV{2}, Dialect{}), NewChain(Key{1}, IV{2}, Dialect{})
	var data, text []byte
	letters := []byte("qzzqbinx")
	if n := testing.AllocsPerRun(200, func() {
		data, _ = sealer.Seal(data[:0], letters)
		var err error
		if text, err = opener.Open(text[:0], data); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("12621679940747315704"), true, true)
	f.Fuzz(func(t *testing.T, digits []byte, unshifted, unpadded bool) {
		c := NewChain(Key{1}, IV{2}, Dialect{unshifted, unpadded})
		text, err := c.Open(nil, digits)
		if err != nil || len(text) == 0 {
			return
		}
		// What opens seals back to the same number, leading zeros aside.
		c.SetRegister(IV{2})
		trimmed, _, _ := cutSign(digits)
		if len(trimmed) == 0 {
			trimmed = []byte("0")
		}
		if again, _ := c.Seal(nil, text); !bytes.Equal(again, trimmed) {
			t.Fatalf("%s opened as %x and sealed as %s", digits, text, again)
		}
	})
}

func TestParseChainRefuses(t *testing.T) {
	for _, c := range [][3]string{
		{"x", sampleKey2, "is no integer"},
		{sampleKey1, "7", "is below 1269"},
		{sampleKey1, sampleKey1, "takes more than 16 bytes"},
	} {
		chain, err := ParseChain([]byte(c[0]), []byte(c[1]), Dialect{})
		if chain != nil || err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
