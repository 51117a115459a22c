package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// Camellia is RFC 3713; the names are those of the RFC. Its tables leak the key to who can time the processor's cache:
// it decrypts a key once, at the start, and is no good for what goes over a network.

var errKeySize = errors.New("wrong key size")

// camellia holds the subkeys of both directions, in the order in which they are used.
type camellia struct{ encrypt, decrypt []uint64 }

// words is a 128-bit number, and also a block as its two halves.
type words struct{ left, right uint64 }

func (w words) rotated(by int) words {
	if by >= 64 {
		w.left, w.right, by = w.right, w.left, by-64
	}
	return words{w.left<<by | w.right>>(64-by), w.right<<by | w.left>>(64-by)}
}

func newCamellia(key []byte) (cipher.Block, error) {
	var kl, kr words
	switch len(key) {
	case 32:
		kr.right = binary.BigEndian.Uint64(key[24:])
		fallthrough
	case 24:
		kr.left = binary.BigEndian.Uint64(key[16:])
		fallthrough
	case 16:
		kl = words{binary.BigEndian.Uint64(key), binary.BigEndian.Uint64(key[8:])}
	default:
		return nil, errKeySize
	}
	if len(key) == 24 {
		kr.right = ^kr.left
	}
	subkeys := camelliaSubkeys(kl, kr, len(key) > 16)
	// Decryption is encryption with the subkeys in reverse, but for the order in the pairs at the ends.
	reversed := slices.Clone(subkeys)
	slices.Reverse(reversed)
	end := len(reversed) - 1
	reversed[0], reversed[1] = reversed[1], reversed[0]
	reversed[end], reversed[end-1] = reversed[end-1], reversed[end]
	return &camellia{subkeys, reversed}, nil
}

// camelliaSubkeys is the key schedule of section 2.2. The subkeys stand in the order of their use: kw1, kw2, six k,
// two ke, and so on to kw3, kw4.
func camelliaSubkeys(kl, kr words, long bool) (subkeys []uint64) {
	d := words{kl.left ^ kr.left, kl.right ^ kr.right}
	d.right ^= camelliaF(d.left, 0xA09E667F3BCC908B)
	d.left ^= camelliaF(d.right, 0xB67AE8584CAA73B2)
	d = words{d.left ^ kl.left, d.right ^ kl.right}
	d.right ^= camelliaF(d.left, 0xC6EF372FE94F82BE)
	d.left ^= camelliaF(d.right, 0x54FF53A5F1D36F1C)
	ka := d
	add := func(w words, by int) {
		w = w.rotated(by)
		subkeys = append(subkeys, w.left, w.right)
	}
	if !long {
		for _, part := range []struct {
			w  words
			by int
		}{
			{kl, 0}, {ka, 0}, {kl, 15}, {ka, 15}, {ka, 30}, {kl, 45}, {ka, 45}, {ka, 60}, {kl, 77}, {kl, 94}, {ka, 94},
			{kl, 111}, {ka, 111},
		} {
			add(part.w, part.by)
		}
		subkeys[13] = kl.rotated(60).right // k10, the one subkey whose pair is of two numbers
		return subkeys
	}
	d = words{ka.left ^ kr.left, ka.right ^ kr.right}
	d.right ^= camelliaF(d.left, 0x10E527FADE682D1D)
	d.left ^= camelliaF(d.right, 0xB05688C2B3E6C1FD)
	kb := d
	for _, part := range []struct {
		w  words
		by int
	}{
		{kl, 0}, {kb, 0}, {kr, 15}, {ka, 15}, {kr, 30}, {kb, 30}, {kl, 45}, {ka, 45}, {kl, 60}, {kr, 60}, {kb, 60},
		{kl, 77}, {ka, 77}, {kr, 94}, {ka, 94}, {kl, 111}, {kb, 111},
	} {
		add(part.w, part.by)
	}
	return subkeys
}

func (c *camellia) BlockSize() int          { return aes.BlockSize }
func (c *camellia) Encrypt(dst, src []byte) { camelliaCrypt(c.encrypt, dst, src) }
func (c *camellia) Decrypt(dst, src []byte) { camelliaCrypt(c.decrypt, dst, src) }

// camelliaCrypt is section 2.3: rounds by six, and between them the functions FL and FLINV.
func camelliaCrypt(k []uint64, dst, src []byte) {
	d1 := binary.BigEndian.Uint64(src) ^ k[0]
	d2 := binary.BigEndian.Uint64(src[8:]) ^ k[1]
	for k = k[2:]; ; k = k[8:] {
		for i := 0; i < 6; i += 2 {
			d2 ^= camelliaF(d1, k[i])
			d1 ^= camelliaF(d2, k[i+1])
		}
		if len(k) == 8 {
			break
		}
		d1, d2 = camelliaFL(d1, k[6]), camelliaFLInv(d2, k[7])
	}
	binary.BigEndian.PutUint64(dst, d2^k[6])
	binary.BigEndian.PutUint64(dst[8:], d1^k[7])
}

func camelliaFL(x, k uint64) uint64 {
	left, right := uint32(x>>32), uint32(x)
	right ^= bits.RotateLeft32(left&uint32(k>>32), 1)
	left ^= right | uint32(k)
	return uint64(left)<<32 | uint64(right)
}

func camelliaFLInv(y, k uint64) uint64 {
	left, right := uint32(y>>32), uint32(y)
	left ^= right | uint32(k)
	right ^= bits.RotateLeft32(left&uint32(k>>32), 1)
	return uint64(left)<<32 | uint64(right)
}

// camelliaF is section 2.4.1. Each byte of x, through its S-box, goes into those bytes of the result where its
// multiplier has a 1.
func camelliaF(x, k uint64) uint64 {
	x ^= k
	s2 := func(b byte) byte { return bits.RotateLeft8(camelliaS1[b], 1) }
	s3 := func(b byte) byte { return bits.RotateLeft8(camelliaS1[b], 7) }
	s4 := func(b byte) byte { return camelliaS1[bits.RotateLeft8(b, 1)] }
	return uint64(camelliaS1[byte(x>>56)])*0x01_01_01_00_01_00_00_01 ^
		uint64(s2(byte(x>>48)))*0x00_01_01_01_01_01_00_00 ^
		uint64(s3(byte(x>>40)))*0x01_00_01_01_00_01_01_00 ^
		uint64(s4(byte(x>>32)))*0x01_01_00_01_00_00_01_01 ^
		uint64(s2(byte(x>>24)))*0x00_01_01_01_00_01_01_01 ^
		uint64(s3(byte(x>>16)))*0x01_00_01_01_01_00_01_01 ^
		uint64(s4(byte(x>>8)))*0x01_01_00_01_01_01_00_01 ^
		uint64(camelliaS1[byte(x)])*0x01_01_01_00_01_01_01_00
}

// camelliaS1 is SBOX1; the others are rotations of it.
const camelliaS1 = "" +
	"\x70\x82\x2c\xec\xb3\x27\xc0\xe5\xe4\x85\x57\x35\xea\x0c\xae\x41" +
	"\x23\xef\x6b\x93\x45\x19\xa5\x21\xed\x0e\x4f\x4e\x1d\x65\x92\xbd" +
	"\x86\xb8\xaf\x8f\x7c\xeb\x1f\xce\x3e\x30\xdc\x5f\x5e\xc5\x0b\x1a" +
	"\xa6\xe1\x39\xca\xd5\x47\x5d\x3d\xd9\x01\x5a\xd6\x51\x56\x6c\x4d" +
	"\x8b\x0d\x9a\x66\xfb\xcc\xb0\x2d\x74\x12\x2b\x20\xf0\xb1\x84\x99" +
	"\xdf\x4c\xcb\xc2\x34\x7e\x76\x05\x6d\xb7\xa9\x31\xd1\x17\x04\xd7" +
	"\x14\x58\x3a\x61\xde\x1b\x11\x1c\x32\x0f\x9c\x16\x53\x18\xf2\x22" +
	"\xfe\x44\xcf\xb2\xc3\xb5\x7a\x91\x24\x08\xe8\xa8\x60\xfc\x69\x50" +
	"\xaa\xd0\xa0\x7d\xa1\x89\x62\x97\x54\x5b\x1e\x95\xe0\xff\x64\xd2" +
	"\x10\xc4\x00\x48\xa3\xf7\x75\xdb\x8a\x03\xe6\xda\x09\x3f\xdd\x94" +
	"\x87\x5c\x83\x02\xcd\x4a\x90\x33\x73\x67\xf6\xf3\x9d\x7f\xbf\xe2" +
	"\x52\x9b\xd8\x26\xc8\x37\xc6\x3b\x81\x96\x6f\x4b\x13\xbe\x63\x2e" +
	"\xe9\x79\xa7\x8c\x9f\x6e\xbc\x8e\x29\xf5\xf9\xb6\x2f\xfd\xb4\x59" +
	"\x78\x98\x06\x6a\xe7\x46\x71\xba\xd4\x25\xab\x42\x88\xa2\x8d\xfa" +
	"\x72\x07\xb9\x55\xf8\xee\xac\x0a\x36\x49\x2a\x68\x3c\x38\xf1\xa4" +
	"\x40\x28\xd3\x7b\xbb\xc9\x43\xc1\x15\xe3\xad\xf4\x77\xc7\x80\x9e"
