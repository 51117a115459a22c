//go:build !purego

package wire

// aesni says whether the processor has AES-NI, SSSE3 and SSE4.1: all made for
// servers and desktops since 2010.
var aesni = hasAESNI()

// roundKeys are the fifteen round keys of AES-256 (FIPS 197, 5.2).
type roundKeys [15 * BlockSize]byte

func hasAESNI() bool

//go:noescape
func expandKey(rounds *roundKeys, key *Key)

// sealBytes encrypts n bytes of text, 1 or more. They move into the register, which is
// the last cipher text: of up to 16 bytes all are there.
//
//go:noescape
func sealBytes(rounds *roundKeys, register *Register, text *byte, n int)

// sealBlock encrypts 16 bytes in their place. The upper eight of them are there by half
// time, for whoever has something to do with them beside the other half.
//
//go:noescape
func sealBlock(rounds *roundKeys, register *Register, block *[BlockSize]byte)

// vaes says whether it has VAES and AVX-512 with VBMI, too: Intel's since Ice Lake (2021 in
// servers), AMD's since Zen 4 (2022).
var vaes = aesni && hasVAES()

func hasVAES() bool

// openBlock decrypts 16 bytes, which become the register. dst may be src.
//
//go:noescape
func openBlock(rounds *roundKeys, register *Register, dst, src *[BlockSize]byte)

// openBlockVAES is openBlock where there is vaes.
//
//go:noescape
func openBlockVAES(rounds *roundKeys, register *Register, dst, src *[BlockSize]byte)
