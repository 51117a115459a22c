//go:build !purego

#include "textflag.h"

// func hasAVX2() bool
// CPUID's leaf 7, EBX: bits 5 AVX2 and 3 BMI1. The operating system must keep the registers:
// leaf 1, ECX: bits 27 OSXSAVE and 28 AVX; and of XCR0 bits 1 and 2.
TEXT ·hasAVX2(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	XORL AX, AX
	XORL CX, CX
	CPUID
	CMPL AX, $7
	JLT  no
	MOVL $1, AX
	XORL CX, CX
	CPUID
	ANDL $0x18000000, CX
	CMPL CX, $0x18000000
	JNE  no
	MOVL $7, AX
	XORL CX, CX
	CPUID
	ANDL $0x28, BX
	CMPL BX, $0x28
	JNE  no
	XORL CX, CX
	XGETBV
	ANDL $6, AX
	CMPL AX, $6
	JNE  no
	MOVB $1, ret+0(FP)
no:
	RET

// firstBytes has ones and then zeros: the 32 bytes at 32-n keep the first n of others.
DATA firstBytes<>+0(SB)/8, $0xffffffffffffffff
DATA firstBytes<>+8(SB)/8, $0xffffffffffffffff
DATA firstBytes<>+16(SB)/8, $0xffffffffffffffff
DATA firstBytes<>+24(SB)/8, $0xffffffffffffffff
DATA firstBytes<>+32(SB)/8, $0
DATA firstBytes<>+40(SB)/8, $0
DATA firstBytes<>+48(SB)/8, $0
DATA firstBytes<>+56(SB)/8, $0
GLOBL firstBytes<>(SB), RODATA|NOPTR, $64

DATA zeroDigit<>+0(SB)/1, $0x30
GLOBL zeroDigit<>(SB), RODATA|NOPTR, $1
DATA nine<>+0(SB)/1, $9
GLOBL nine<>(SB), RODATA|NOPTR, $1

// func matchRuns(b *byte, n int, runs *run, count int, ends *int) int
// SI b, DX n, DI runs, CX count, R8 ends, AX where we are in b.
TEXT ·matchRuns(SB), NOSPLIT, $0-48
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), DX
	MOVQ runs+16(FP), DI
	MOVQ count+24(FP), CX
	MOVQ ends+32(FP), R8
	XORL AX, AX
	LEAQ firstBytes<>(SB), R14
	VPBROADCASTB zeroDigit<>(SB), Y5
	VPBROADCASTB nine<>(SB), Y6

next:
	MOVQ 0(DI), R9             // the run
	MOVQ 8(DI), R10            // its size
	ADDQ $16, DI
	LEAQ (SI)(AX*1), R12
	ADDQ R10, AX
	LEAQ 64(AX), R11           // behindRun
	CMPQ R11, DX
	JA   differs

run32:
	CMPQ R10, $32
	JBE  runEnd
	VMOVDQU (R12), Y0
	VPXOR   (R9), Y0, Y0
	VPTEST  Y0, Y0
	JNZ  differs
	ADDQ $32, R12
	ADDQ $32, R9
	SUBQ $32, R10
	JMP  run32

runEnd: // up to 32 bytes of it
	NEGQ R10
	VMOVDQU (R12), Y0
	VPXOR   (R9), Y0, Y0
	VPTEST  32(R14)(R10*1), Y0
	JNZ  differs
	DECQ CX
	JZ   done

	// How many digits there are of 64 bytes: what is at most 9 above "0".
	MOVBLZX (SI)(AX*1), R13
	VMOVDQU (SI)(AX*1), Y0
	VMOVDQU 32(SI)(AX*1), Y1
	VPSUBB  Y5, Y0, Y0
	VPSUBB  Y5, Y1, Y1
	VPMINUB Y6, Y0, Y2
	VPMINUB Y6, Y1, Y3
	VPCMPEQB Y0, Y2, Y2
	VPCMPEQB Y1, Y3, Y3
	VPMOVMSKB Y2, R11
	VPMOVMSKB Y3, R12
	SHLQ $32, R12
	ORQ  R12, R11
	NOTQ R11
	TZCNTQ R11, R11
	JCS  differs               // all of them
	MOVL $1, R12
	CMPL R13, $0x30
	CMOVQEQ R12, R11
	TESTQ R11, R11
	JZ   differs
	ADDQ R11, AX
	MOVQ AX, (R8)
	ADDQ $8, R8
	JMP  next

done:
	VZEROUPPER
	MOVQ AX, ret+40(FP)
	RET

differs:
	VZEROUPPER
	MOVQ $0, ret+40(FP)
	RET
