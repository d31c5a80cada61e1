//go:build !purego

#include "textflag.h"

// func prefetchRowsNEON(rows *byte, stride, bytes int, ids *uint32, n int)
TEXT ·prefetchRowsNEON(SB), NOSPLIT, $0-40
	LDP  rows+0(FP), (R0, R1)
	LDP  bytes+16(FP), (R2, R3)
	MOVD n+32(FP), R4
	MOVD $1024, R5
	CMP  R5, R2
	CSEL LO, R2, R5, R2 // the CPU sees the pattern of longer rows itself
row:
	MOVWU.P 4(R3), R5
	MADD    R1, R0, R5, R5
	MOVD    R2, R6
line:
	PRFM (R5), PLDL1KEEP
	ADD  $64, R5
	SUBS $64, R6
	BGT  line
	SUBS $1, R4
	BNE  row
	RET
