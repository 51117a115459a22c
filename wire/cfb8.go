package wire

import "crypto/cipher"

// BlockSize is AES's block in bytes, and the size of a shift register.
const BlockSize = 16

// A Register is the whole state of CFB8: the last 16 bytes of cipher text, or
// at the start of a key the IV (NIST SP 800-38A, 6.3).
type Register [BlockSize]byte

// cfb8 runs AES in CFB mode with 8-bit segments. Its window holds the register
// and behind it the block of cipher text being made or read: the register of
// byte i is then window[i:i+16], and nothing is ever shifted.
//
// The scratch space is part of the struct because what is handed to a
// cipher.Block escapes: on the stack it would be two allocations a call.
type cfb8 struct {
	block  cipher.Block
	window [2 * BlockSize]byte
	out    [BlockSize]byte
}

func (c *cfb8) register() (r Register) {
	copy(r[:], c.window[:BlockSize])
	return r
}

func (c *cfb8) setRegister(r Register) { copy(c.window[:BlockSize], r[:]) }

// encrypt encrypts src into dst, which may be src.
func (c *cfb8) encrypt(dst, src []byte) {
	for len(src) > 0 {
		n := min(len(src), BlockSize)
		for i := range n {
			c.block.Encrypt(c.out[:], c.window[i:i+BlockSize])
			c.window[BlockSize+i] = src[i] ^ c.out[0]
		}
		copy(dst[:n], c.window[BlockSize:BlockSize+n])
		copy(c.window[:BlockSize], c.window[n:n+BlockSize])
		dst, src = dst[n:], src[n:]
	}
}

// decrypt decrypts src into dst, which may be src.
func (c *cfb8) decrypt(dst, src []byte) {
	for len(src) > 0 {
		n := min(len(src), BlockSize)
		copy(c.window[BlockSize:], src[:n])
		for i := range n {
			c.block.Encrypt(c.out[:], c.window[i:i+BlockSize])
			dst[i] = c.window[BlockSize+i] ^ c.out[0]
		}
		copy(c.window[:BlockSize], c.window[n:n+BlockSize])
		dst, src = dst[n:], src[n:]
	}
}
