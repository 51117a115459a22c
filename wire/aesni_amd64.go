//go:build !purego

package wire

// aesni says whether the processor has AES-NI, SSSE3 and SSE4.1: all made for
// servers and desktops since 2010.
var aesni = hasAESNI()

// roundKeys are the fifteen round keys of AES-256 (FIPS 197, 5.2).
type roundKeys [15 * BlockSize]byte

func (k *roundKeys) expand(key *Key) { expandKey(k, key) }

// seal encrypts up to 16 bytes of text. They become the end of the register, as it is
// the last cipher text.
func (k *roundKeys) seal(register *Register, text []byte) {
	if len(text) > 0 {
		sealBytes(k, register, &text[0], len(text))
	}
}

// open decrypts 16 bytes, which become the register. dst may be src.
func (k *roundKeys) open(register *Register, dst, src *[BlockSize]byte) {
	openBlock(k, register, dst, src)
}

func hasAESNI() bool

//go:noescape
func expandKey(rounds *roundKeys, key *Key)

//go:noescape
func sealBytes(rounds *roundKeys, register *Register, text *byte, n int)

//go:noescape
func openBlock(rounds *roundKeys, register *Register, dst, src *[BlockSize]byte)
