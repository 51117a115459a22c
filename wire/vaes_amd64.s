//go:build !purego

#include "textflag.h"

// Sixteen blocks of AES-256 at once, in four registers of 512 bits: reading has all its
// cipher text before it begins. A block is then 4 instructions of 14 rounds in place of
// 16, and what counts is how long each takes, not how many there are.

// func hasVAES() bool
// CPUID leaf 7, EBX: bit 16 is AVX512F, 30 AVX512BW, 31 AVX512VL; ECX: bit 1 AVX512_VBMI,
// bit 9 VAES. The operating system must keep the registers: leaf 1, ECX: bit 27 OSXSAVE,
// and of XCR0 bits 1, 2 and 5 to 7.
TEXT ·hasVAES(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	XORL AX, AX
	XORL CX, CX
	CPUID
	CMPL AX, $7
	JLT  no
	MOVL $1, AX
	XORL CX, CX
	CPUID
	BTL  $27, CX
	JCC  no
	MOVL $7, AX
	XORL CX, CX
	CPUID
	ANDL $0xc0010000, BX
	CMPL BX, $0xc0010000
	JNE  no
	ANDL $0x202, CX
	CMPL CX, $0x202
	JNE  no
	XORL CX, CX
	XGETBV
	ANDL $0xe6, AX
	CMPL AX, $0xe6
	JNE  no
	MOVB $1, ret+0(FP)
no:
	RET

// shifted has, for each of the first four blocks, which bytes of the register and the
// cipher text behind it are its register: n to n+15.
DATA shifted<>+0(SB)/8, $0x0706050403020100
DATA shifted<>+8(SB)/8, $0x0f0e0d0c0b0a0908
DATA shifted<>+16(SB)/8, $0x0807060504030201
DATA shifted<>+24(SB)/8, $0x100f0e0d0c0b0a09
DATA shifted<>+32(SB)/8, $0x0908070605040302
DATA shifted<>+40(SB)/8, $0x11100f0e0d0c0b0a
DATA shifted<>+48(SB)/8, $0x0a09080706050403
DATA shifted<>+56(SB)/8, $0x1211100f0e0d0c0b
GLOBL shifted<>(SB), RODATA|NOPTR, $64

// firsts are the places of the first bytes of four blocks.
DATA firsts<>+0(SB)/4, $0x30201000
GLOBL firsts<>(SB), RODATA|NOPTR, $4

// four is by how many bytes the next four blocks are further on.
DATA four<>+0(SB)/4, $0x04040404
GLOBL four<>(SB), RODATA|NOPTR, $4

#define ROUND4(at) \
	VBROADCASTI32X4 at(AX), Z8 \
	VAESENC Z8, Z0, Z0 \
	VAESENC Z8, Z1, Z1 \
	VAESENC Z8, Z2, Z2 \
	VAESENC Z8, Z3, Z3

// func openBlockVAES(rounds *roundKeys, register *Register, dst, src *[16]byte)
TEXT ·openBlockVAES(SB), NOSPLIT, $0-32
	MOVQ rounds+0(FP), AX
	MOVQ register+8(FP), BX
	MOVQ dst+16(FP), DI
	MOVQ src+24(FP), SI
	VMOVQ (SI), X11 // in halves, as it was stored
	VPINSRQ $1, 8(SI), X11, X11
	VMOVDQU (BX), X10
	VINSERTI128 $1, X11, Y10, Y10
	VMOVDQU X11, (BX)

	VMOVDQU64 shifted<>(SB), Z4
	VPBROADCASTD four<>(SB), Z9
	VPADDB Z9, Z4, Z5
	VPADDB Z9, Z5, Z6
	VPADDB Z9, Z6, Z7
	VPERMB Z10, Z4, Z0
	VPERMB Z10, Z5, Z1
	VPERMB Z10, Z6, Z2
	VPERMB Z10, Z7, Z3
	VBROADCASTI32X4 (AX), Z8
	VPXORQ Z8, Z0, Z0
	VPXORQ Z8, Z1, Z1
	VPXORQ Z8, Z2, Z2
	VPXORQ Z8, Z3, Z3
	ROUND4(16)
	ROUND4(32)
	ROUND4(48)
	ROUND4(64)
	ROUND4(80)
	ROUND4(96)
	ROUND4(112)
	ROUND4(128)
	ROUND4(144)
	ROUND4(160)
	ROUND4(176)
	ROUND4(192)
	ROUND4(208)
	VBROADCASTI32X4 224(AX), Z8
	VAESENCLAST Z8, Z0, Z0
	VAESENCLAST Z8, Z1, Z1
	VAESENCLAST Z8, Z2, Z2
	VAESENCLAST Z8, Z3, Z3

	// The first byte of each block, four by four, into their places.
	VPBROADCASTD firsts<>(SB), Z9
	MOVL   $0x00f0, CX
	KMOVW  CX, K1
	MOVL   $0x0f00, CX
	KMOVW  CX, K2
	MOVL   $0xf000, CX
	KMOVW  CX, K3
	VPERMB Z0, Z9, Z4
	VPERMB Z1, Z9, K1, Z4
	VPERMB Z2, Z9, K2, Z4
	VPERMB Z3, Z9, K3, Z4
	VPXOR  X11, X4, X4
	VMOVDQU X4, (DI)
	VZEROUPPER
	RET
