//go:build !purego

#include "textflag.h"

// AES-256 (FIPS 197) in CFB8, by the processor's instructions. They take the same
// time whatever the key and the text are.

// func hasAESNI() bool
// CPUID leaf 1, ECX: bit 25 is AES-NI, bit 19 SSE4.1, bit 9 SSSE3.
TEXT ·hasAESNI(SB), NOSPLIT, $0-1
	MOVL $1, AX
	XORL CX, CX
	CPUID
	ANDL $0x02080200, CX
	CMPL CX, $0x02080200
	SETEQ ret+0(FP)
	RET

// SPREAD folds a round key's words into each other: w[i] ^= w[i-1] ^ .. ^ w[0].
#define SPREAD(key) \
	MOVO   key, X3 \
	PSLLDQ $4, X3  \
	PXOR   X3, key \
	PSLLDQ $4, X3  \
	PXOR   X3, key \
	PSLLDQ $4, X3  \
	PXOR   X3, key

// EVEN and ODD make the next round key out of the two before it. An even one takes
// the turned word and the round constant, an odd one the word as it is.
#define EVEN(constant, at) \
	AESKEYGENASSIST $constant, X2, X1 \
	PSHUFD $0xff, X1, X1 \
	SPREAD(X0)           \
	PXOR   X1, X0        \
	MOVOU  X0, at(AX)

#define ODD(at) \
	AESKEYGENASSIST $0, X0, X1 \
	PSHUFD $0xaa, X1, X1 \
	SPREAD(X2)           \
	PXOR   X1, X2        \
	MOVOU  X2, at(AX)

// func expandKey(rounds *roundKeys, key *Key)
TEXT ·expandKey(SB), NOSPLIT, $0-16
	MOVQ  rounds+0(FP), AX
	MOVQ  key+8(FP), BX
	MOVOU (BX), X0
	MOVOU 16(BX), X2
	MOVOU X0, (AX)
	MOVOU X2, 16(AX)
	EVEN(0x01, 32)
	ODD(48)
	EVEN(0x02, 64)
	ODD(80)
	EVEN(0x04, 96)
	ODD(112)
	EVEN(0x08, 128)
	ODD(144)
	EVEN(0x10, 160)
	ODD(176)
	EVEN(0x20, 192)
	ODD(208)
	EVEN(0x40, 224)
	PXOR  X0, X0
	PXOR  X2, X2
	RET

// Each byte waits for the one before it, so what counts is the way from a byte of
// cipher text to the next: thirteen rounds, the last one, and one move into its place.
// All else is done beside it. X0 is the register with the first round key in it, k0: so
// its next value is bytes 1 to 15 of X0 ^ X3, where X3 is k0 ^ (k0 << 8), and behind
// them the new byte, which has k0's last byte in it.

// SEALKEYS sets up what SEALBYTE needs, with the round keys at AX and the register at BX.
// The text is at SI.
#define SEALKEYS \
	MOVBLZX 224(AX), R9 \
	MOVBLZX 15(AX), R8  \
	XORL   R8, R9       \
	MOVOU  (AX), X2     \
	MOVOU  (BX), X0     \
	MOVO   X2, X3       \
	PXOR   X2, X0       \
	PSLLDQ $1, X3       \
	PXOR   X2, X3       \
	MOVOU  16(AX), X4   \
	MOVOU  32(AX), X5   \
	MOVOU  48(AX), X6   \
	MOVOU  64(AX), X7   \
	MOVOU  80(AX), X8   \
	MOVOU  96(AX), X9   \
	MOVOU  112(AX), X10 \
	MOVOU  128(AX), X11 \
	MOVOU  144(AX), X12 \
	MOVOU  160(AX), X13 \
	MOVOU  176(AX), X14 \
	MOVOU  192(AX), X15

// SEALBYTE moves one byte into the register. The text goes in with the last round key,
// of which only one byte is wanted.
#define SEALBYTE \
	MOVO    X0, X1     \
	PXOR    X3, X1     \
	MOVBLZX (SI), R8   \
	XORL    R9, R8     \
	MOVOU   208(AX), X2 \
	AESENC  X4, X0     \
	AESENC  X5, X0     \
	AESENC  X6, X0     \
	AESENC  X7, X0     \
	AESENC  X8, X0     \
	AESENC  X9, X0     \
	AESENC  X10, X0    \
	AESENC  X11, X0    \
	AESENC  X12, X0    \
	AESENC  X13, X0    \
	AESENC  X14, X0    \
	AESENC  X15, X0    \
	AESENC  X2, X0     \
	MOVL    R8, X2     \
	AESENCLAST X2, X0  \
	PALIGNR $1, X1, X0 \
	INCQ    SI

// func sealBytes(rounds *roundKeys, register *Register, text *byte, n int)
TEXT ·sealBytes(SB), NOSPLIT, $0-32
	MOVQ  rounds+0(FP), AX
	MOVQ  register+8(FP), BX
	SEALKEYS
	MOVQ  text+16(FP), SI
	MOVQ  n+24(FP), CX

next:
	SEALBYTE
	DECQ  CX
	JNZ   next
	MOVOU (AX), X2
	PXOR  X2, X0
	MOVOU X0, (BX)
	RET

// func sealBlock(rounds *roundKeys, register *Register, block *[16]byte)
TEXT ·sealBlock(SB), NOSPLIT, $0-24
	MOVQ   rounds+0(FP), AX
	MOVQ   register+8(FP), BX
	SEALKEYS
	MOVQ   block+16(FP), SI
	MOVQ   SI, DI
	MOVL   $8, CX

upper:
	SEALBYTE
	DECL   CX
	JNZ    upper
	MOVOU  (AX), X2
	PXOR   X0, X2
	MOVHPS X2, (DI)
	MOVL   $8, CX

lower:
	SEALBYTE
	DECL   CX
	JNZ    lower
	MOVOU  (AX), X2
	PXOR   X2, X0
	MOVHPS X0, 8(DI)
	MOVOU  X0, (BX)
	RET

// ROUND is one round of eight blocks: each waits for itself only, and the processor
// has them all under way at once.
#define ROUND(at) \
	MOVOU  at(AX), X8 \
	AESENC X8, X0 \
	AESENC X8, X1 \
	AESENC X8, X2 \
	AESENC X8, X3 \
	AESENC X8, X4 \
	AESENC X8, X5 \
	AESENC X8, X6 \
	AESENC X8, X7

// FIRST is the register of byte n: what of X10 (the register) and X11 (the cipher
// text) lies n bytes further on, with the first round key in X8.
#define FIRST(n, block) \
	MOVO    X11, block \
	PALIGNR $n, X10, block \
	PXOR    X8, block

// EIGHT runs AES over X0 to X7 and leaves the first byte of each in X0's lower half.
#define EIGHT \
	ROUND(16)  \
	ROUND(32)  \
	ROUND(48)  \
	ROUND(64)  \
	ROUND(80)  \
	ROUND(96)  \
	ROUND(112) \
	ROUND(128) \
	ROUND(144) \
	ROUND(160) \
	ROUND(176) \
	ROUND(192) \
	ROUND(208) \
	MOVOU      224(AX), X8 \
	AESENCLAST X8, X0 \
	AESENCLAST X8, X1 \
	AESENCLAST X8, X2 \
	AESENCLAST X8, X3 \
	AESENCLAST X8, X4 \
	AESENCLAST X8, X5 \
	AESENCLAST X8, X6 \
	AESENCLAST X8, X7 \
	PUNPCKLBW  X1, X0 \
	PUNPCKLBW  X3, X2 \
	PUNPCKLBW  X5, X4 \
	PUNPCKLBW  X7, X6 \
	PUNPCKLWL  X2, X0 \
	PUNPCKLWL  X6, X4 \
	PUNPCKLLQ  X4, X0

// func openBlock(rounds *roundKeys, register *Register, dst, src *[16]byte)
TEXT ·openBlock(SB), NOSPLIT, $0-32
	MOVQ  rounds+0(FP), AX
	MOVQ  register+8(FP), BX
	MOVQ  dst+16(FP), DI
	MOVQ  src+24(FP), SI
	MOVOU (BX), X10
	MOVQ  (SI), X11
	MOVHPS 8(SI), X11
	MOVOU X11, (BX)
	MOVOU (AX), X8
	FIRST(0, X0)
	FIRST(1, X1)
	FIRST(2, X2)
	FIRST(3, X3)
	FIRST(4, X4)
	FIRST(5, X5)
	FIRST(6, X6)
	FIRST(7, X7)
	EIGHT
	MOVO  X0, X9
	MOVOU (AX), X8
	FIRST(8, X0)
	FIRST(9, X1)
	FIRST(10, X2)
	FIRST(11, X3)
	FIRST(12, X4)
	FIRST(13, X5)
	FIRST(14, X6)
	FIRST(15, X7)
	EIGHT
	PUNPCKLQDQ X0, X9
	PXOR  X11, X9
	MOVOU X9, (DI)
	RET
