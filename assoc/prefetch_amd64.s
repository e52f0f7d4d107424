#include "textflag.h"

// func prefetch(first *uint64, n int, stride uintptr)
TEXT ·prefetch(SB), NOSPLIT, $0-24
	MOVQ first+0(FP), AX
	MOVQ n+8(FP), CX
	MOVQ stride+16(FP), DX
next:
	TESTQ CX, CX
	JLE   done
	MOVQ  (AX), BX
	PREFETCHT0 (BX)
	PREFETCHT0 64(BX)
	PREFETCHT0 128(BX)
	ADDQ  DX, AX
	DECQ  CX
	JMP   next
done:
	RET
