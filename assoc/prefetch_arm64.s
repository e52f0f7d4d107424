#include "textflag.h"

// func prefetchL1(first *uint64, n int)
TEXT ·prefetchL1(SB), NOSPLIT, $0-16
	MOVD first+0(FP), R0
	MOVD n+8(FP), R1
next:
	CMP  $0, R1
	BLE  done
	MOVD (R0), R3
	PRFM (R3), PLDL1KEEP
	PRFM 64(R3), PLDL1KEEP
	PRFM 128(R3), PLDL1KEEP
	PRFM 192(R3), PLDL1KEEP
	ADD  $8, R0
	SUB  $1, R1
	JMP  next
done:
	RET

// func prefetchL2(first *uint64, n int)
TEXT ·prefetchL2(SB), NOSPLIT, $0-16
	MOVD first+0(FP), R0
	MOVD n+8(FP), R1
next:
	CMP  $0, R1
	BLE  done
	MOVD (R0), R3
	PRFM (R3), PLDL2KEEP
	PRFM 64(R3), PLDL2KEEP
	PRFM 128(R3), PLDL2KEEP
	PRFM 192(R3), PLDL2KEEP
	ADD  $8, R0
	SUB  $1, R1
	JMP  next
done:
	RET

// func prefetchLine(first *uint64, n int)
TEXT ·prefetchLine(SB), NOSPLIT, $0-16
	MOVD first+0(FP), R0
	MOVD n+8(FP), R1
next:
	CMP  $0, R1
	BLE  done
	MOVD (R0), R3
	PRFM (R3), PLDL1KEEP
	ADD  $8, R0
	SUB  $1, R1
	JMP  next
done:
	RET

// func prefetchSpan(at uint64, n int)
TEXT ·prefetchSpan(SB), NOSPLIT, $0-16
	MOVD at+0(FP), R0
	MOVD n+8(FP), R1
next:
	CMP  $0, R1
	BLE  done
	PRFM (R0), PLDL2KEEP
	ADD  $64, R0
	SUB  $64, R1
	JMP  next
done:
	RET
