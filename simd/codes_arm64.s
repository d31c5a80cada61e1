//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "rows_arm64.h"

// GatherU8 and RowsU8 go four rows at a time. Vr holds partial sums of the even
// eights of columns of row r, V(4+r) of the odd ones: differences are absolute, their
// squares fit 16 bits, and pairs of squares add up in 32 bits.
//
//	R1 query, R3 bytes of a row, R7 query column, R12 columns left; others as in rows_arm64.h
//	V16-V19 rows, V20 query, V24-V31 scratch

#define UABD(m, n, d) WORD $(0x6E207400 | (m)<<16 | (n)<<5 | (d)) // UABD Vd.16B, Vn.16B, Vm.16B: |n-m|
#define UMULL(m, n, d) WORD $(0x2E20C000 | (m)<<16 | (n)<<5 | (d)) // UMULL Vd.8H, Vn.8B, Vm.8B: of the lower halves
#define UMULL2(m, n, d) WORD $(0x6E20C000 | (m)<<16 | (n)<<5 | (d)) // UMULL2 Vd.8H, Vn.16B, Vm.16B: of the upper halves
#define UADALP(n, d) WORD $(0x6E606800 | (n)<<5 | (d)) // UADALP Vd.4S, Vn.8H: d + pairs of n

// STEP adds the next 16 columns of four rows to the sums.
#define STEP \
	VLD1.P 16(R7), [V20.B16]  \
	VLD1.P 16(R8), [V16.B16]  \
	VLD1.P 16(R9), [V17.B16]  \
	VLD1.P 16(R10), [V18.B16] \
	VLD1.P 16(R11), [V19.B16] \
	UABD(20, 16, 24)          \
	UABD(20, 17, 25)          \
	UABD(20, 18, 26)          \
	UABD(20, 19, 27)          \
	UMULL(24, 24, 28)         \
	UMULL(25, 25, 29)         \
	UMULL(26, 26, 30)         \
	UMULL(27, 27, 31)         \
	UMULL2(24, 24, 24)        \
	UMULL2(25, 25, 25)        \
	UMULL2(26, 26, 26)        \
	UMULL2(27, 27, 27)        \
	UADALP(28, 0)             \
	UADALP(29, 1)             \
	UADALP(30, 2)             \
	UADALP(31, 3)             \
	UADALP(24, 4)             \
	UADALP(25, 5)             \
	UADALP(26, 6)             \
	UADALP(27, 7)

// NEAR_U8 writes the distances of rows of whole 64 bytes.
#define NEAR_U8(NEXT, AHEAD) \
rows: \
	AHEAD                       \
	POINT_ROWS(NEXT)            \
	ZERO4(V0, V1, V2, V3)       \
	ZERO4(V4, V5, V6, V7)       \
	MOVD R1, R7                 \
	MOVD R3, R12                \
columns: \
	STEP                        \
	STEP                        \
	STEP                        \
	STEP                        \
	SUBS $64, R12               \
	BNE  columns                \
	VADD V4.S4, V0.S4, V0.S4    \
	VADD V5.S4, V1.S4, V1.S4    \
	VADD V6.S4, V2.S4, V2.S4    \
	VADD V7.S4, V3.S4, V3.S4    \
	VADDP V1.S4, V0.S4, V0.S4   \
	VADDP V3.S4, V2.S4, V2.S4   \
	VADDP V2.S4, V0.S4, V0.S4   \
	STORE_ROWS

// func gatherU8NEON(dst *uint32, q, rows *uint8, stride int, ids *uint32, n int)
TEXT ·gatherU8NEON(SB), NOSPLIT, $0-48
	LDP  dst+0(FP), (R0, R1)
	LDP  rows+16(FP), (R2, R3)
	LDP  ids+32(FP), (R5, R6)
	MOVD R3, R4
	MOVD R3, R19
	AHEAD_SETUP
	NEAR_U8(NEXT_ID, PREFETCH)
	RET

// func rowsU8NEON(dst *uint32, q, rows *uint8, stride, n int)
TEXT ·rowsU8NEON(SB), NOSPLIT, $0-40
	LDP  dst+0(FP), (R0, R1)
	LDP  rows+16(FP), (R2, R3)
	MOVD n+32(FP), R6
	MOVD R3, R4
	NEAR_U8(NEXT_ROW, NO_PREFETCH)
	RET
