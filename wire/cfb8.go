package wire

import (
	"crypto/aes"
	"crypto/cipher"
)

// BlockSize is AES's block in bytes, and the size of a shift register.
const BlockSize = 16

// A Register is the whole state of CFB8: the last 16 bytes of cipher text, or
// at the start of a key the IV (NIST SP 800-38A, 6.3).
type Register [BlockSize]byte

// shift moves the last cipher text in, at most 16 bytes.
func (r *Register) shift(cipherText []byte) {
	n := len(cipherText)
	copy(r[:], r[n:])
	copy(r[BlockSize-n:], cipherText)
}

// cfb8 runs AES-256 in CFB mode with 8-bit segments: by the processor's own AES
// instructions where we can ask for them ([aesni]), else by crypto/aes. Sixteen bytes
// are sixteen blocks of AES, and to call each through a cipher.Block costs more than
// the block when they are read, and a third of it when they are made.
type cfb8 struct {
	register Register
	rounds   roundKeys
	standard standardCFB8
}

func (c *cfb8) setKey(key *Key) {
	if aesni {
		expandKey(&c.rounds, key)
		return
	}
	c.standard.setKey(key)
}

// encrypt encrypts src into dst, which may be src.
func (c *cfb8) encrypt(dst, src []byte) {
	if !aesni {
		c.standard.encrypt(&c.register, dst, src)
		return
	}
	for ; len(src) >= BlockSize; dst, src = dst[BlockSize:], src[BlockSize:] {
		block := (*[BlockSize]byte)(dst)
		*block = [BlockSize]byte(src)
		sealBlock(&c.rounds, &c.register, block)
	}
	if n := len(src); n > 0 {
		sealBytes(&c.rounds, &c.register, &src[0], n)
		copy(dst, c.register[BlockSize-n:])
	}
}

// decrypt decrypts src into dst, which may be src.
func (c *cfb8) decrypt(dst, src []byte) {
	if !aesni {
		c.standard.decrypt(&c.register, dst, src)
		return
	}
	for ; len(src) >= BlockSize; dst, src = dst[BlockSize:], src[BlockSize:] {
		c.open(&c.register, (*[BlockSize]byte)(dst), (*[BlockSize]byte)(src))
	}
	if n := len(src); n > 0 {
		before, last := c.register, [BlockSize]byte{}
		copy(last[:], src)
		c.register.shift(src)
		c.open(&before, &last, &last)
		copy(dst, last[:n])
	}
}

func (c *cfb8) open(register *Register, dst, src *[BlockSize]byte) {
	if vaes {
		openBlockVAES(&c.rounds, register, dst, src)
		return
	}
	openBlock(&c.rounds, register, dst, src)
}

// standardCFB8 is cfb8 by crypto/aes. Its window holds the register and behind it
// the block of cipher text being made or read: the register of byte i is then
// window[i:i+16], and nothing is ever shifted.
//
// The scratch space is part of the struct because what is handed to a
// cipher.Block escapes: on the stack it would be two allocations a call.
type standardCFB8 struct {
	block  cipher.Block
	window [2 * BlockSize]byte
	out    [BlockSize]byte
}

func (c *standardCFB8) setKey(key *Key) {
	c.block, _ = aes.NewCipher(key[:]) // its one error is a key of another size
}

func (c *standardCFB8) encrypt(register *Register, dst, src []byte) {
	copy(c.window[:], register[:])
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
	copy(register[:], c.window[:])
}

func (c *standardCFB8) decrypt(register *Register, dst, src []byte) {
	copy(c.window[:], register[:])
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
	copy(register[:], c.window[:])
}
