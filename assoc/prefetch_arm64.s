#include "textflag.h"

// func prefetch(first *uint64, n int, stride uintptr)
TEXT ·prefetch(SB), NOSPLIT, $0-24
	MOVD first+0(FP), R0
	MOVD n+8(FP), R1
	MOVD stride+16(FP), R2
next:
	CMP  $0, R1
	BLE  done
	MOVD (R0), R3
	PRFM (R3), PLDL1KEEP
	PRFM 64(R3), PLDL1KEEP
	PRFM 128(R3), PLDL1KEEP
	ADD  R2, R0
	SUB  $1, R1
	JMP  next
done:
	RET
