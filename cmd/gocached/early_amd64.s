#include "go_asm.h"
#include "textflag.h"

// Numbers of system calls.
#define SYS_write 1
#define SYS_getrlimit 97
#define SYS_getuid 102
#define SYS_exit_group 231

// func early()
//
// R12 is the stack as the kernel made it: the number of arguments, the arguments, 0, the environment, 0. Whatever the
// system refuses to tell is no reason to stop.
TEXT ·early(SB), NOSPLIT|NOFRAME, $0
	MOVQ SP, R12
	SUBQ $16, SP                     // a struct rlimit
	LEAQ ·earlyLimits(SB), R13
	MOVQ $const_earlyCount, BX
	MOVQ $SYS_getuid, AX
	SYSCALL
	TESTQ AX, AX
	JNE  limit
	DECQ BX

limit:
	MOVQ $-1, 0(SP)
	MOVQ $SYS_getrlimit, AX
	MOVQ earlyLimit_resource(R13), DI
	MOVQ SP, SI
	SYSCALL
	MOVQ earlyLimit_text(R13), SI
	MOVQ (earlyLimit_text+8)(R13), DX
	MOVQ $71, DI
	MOVQ 0(SP), AX
	CMPQ AX, earlyLimit_least(R13)
	JCS  refuse                      // less, without sign
	ADDQ $earlyLimit__size, R13
	DECQ BX
	JNE  limit

	MOVQ 0(R12), AX
	LEAQ 16(R12)(AX*8), BX           // behind the arguments and their 0
	MOVQ $0x4d494c4d454d4f47, R8     // GOMEMLIM

variable:
	MOVQ 0(BX), SI
	ADDQ $8, BX
	TESTQ SI, SI
	JEQ  start
	CMPQ 0(SI), R8
	JNE  variable
	MOVL 8(SI), AX
	ANDL $0xffffff, AX
	CMPL AX, $0x3d5449               // IT=
	JNE  variable
	ADDQ $11, SI
	CMPB 0(SI), $0
	JEQ  variable
	CMPL 0(SI), $0x66666f            // off, 0
	JEQ  variable
	XORQ DX, DX                      // how many digits, and one
	XORQ R9, R9                      // the number

digit:
	MOVBLZX 0(SI), AX
	INCQ SI
	INCQ DX
	LEAL -48(AX), CX
	CMPL CX, $9
	JHI  suffix
	IMULQ $10, R9
	ADDQ CX, R9
	JMP  digit

suffix:
	CMPQ DX, $2
	JCS  rubbish                     // no digits
	CMPQ DX, $20
	JHI  rubbish                     // more than 19, which 64 bits may not hold
	TESTQ R9, R9
	JLT  rubbish                     // more than 63 bits
	TESTL AX, AX
	JEQ  variable
	CMPL AX, $'B'
	JEQ  last
	MOVQ $53, CX                     // how many bits the number may have before its unit
	CMPL AX, $'K'
	JEQ  binary
	MOVQ $43, CX
	CMPL AX, $'M'
	JEQ  binary
	MOVQ $33, CX
	CMPL AX, $'G'
	JEQ  binary
	MOVQ $23, CX
	CMPL AX, $'T'
	JNE  rubbish

binary:
	SHRQ CX, R9
	JNE  rubbish
	CMPW 0(SI), $0x4269              // iB
	JNE  rubbish
	ADDQ $2, SI

last:
	CMPB 0(SI), $0
	JEQ  variable

rubbish:
	MOVQ ·earlyMemLimit+0(SB), SI
	MOVQ ·earlyMemLimit+8(SB), DX
	MOVQ $1, DI

refuse:                                  // with SI and DX the text, DI the exit status
	MOVQ DI, BX
	MOVQ $2, DI
	MOVQ $SYS_write, AX
	SYSCALL
	MOVQ BX, DI
	MOVQ $SYS_exit_group, AX
	SYSCALL

start:
	MOVQ R12, SP
	JMP  _rt0_amd64_linux(SB)
