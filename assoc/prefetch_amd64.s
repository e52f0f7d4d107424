#include "textflag.h"

// func prefetchL1(first *uint64, n int)
TEXT ·prefetchL1(SB), NOSPLIT, $0-16
	MOVQ first+0(FP), AX
	MOVQ n+8(FP), CX
next:
	TESTQ CX, CX
	JLE   done
	MOVQ  (AX), BX
	PREFETCHT0 (BX)
	PREFETCHT0 64(BX)
	PREFETCHT0 128(BX)
	PREFETCHT0 192(BX)
	ADDQ  $8, AX
	DECQ  CX
	JMP   next
done:
	RET

// func prefetchL2(first *uint64, n int)
TEXT ·prefetchL2(SB), NOSPLIT, $0-16
	MOVQ first+0(FP), AX
	MOVQ n+8(FP), CX
next:
	TESTQ CX, CX
	JLE   done
	MOVQ  (AX), BX
	PREFETCHT1 (BX)
	PREFETCHT1 64(BX)
	PREFETCHT1 128(BX)
	PREFETCHT1 192(BX)
	ADDQ  $8, AX
	DECQ  CX
	JMP   next
done:
	RET

// func prefetchLine(first *uint64, n int)
TEXT ·prefetchLine(SB), NOSPLIT, $0-16
	MOVQ first+0(FP), AX
	MOVQ n+8(FP), CX
next:
	TESTQ CX, CX
	JLE   done
	MOVQ  (AX), BX
	PREFETCHT0 (BX)
	ADDQ  $8, AX
	DECQ  CX
	JMP   next
done:
	RET

// func prefetchSpan(at uint64, n int)
TEXT ·prefetchSpan(SB), NOSPLIT, $0-16
	MOVQ at+0(FP), AX
	MOVQ n+8(FP), CX
next:
	TESTQ CX, CX
	JLE   done
	PREFETCHT1 (AX)
	ADDQ  $64, AX
	SUBQ  $64, CX
	JMP   next
done:
	RET
