//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "rows_arm64.h"

// Gather and Rows go four rows at a time. V(4g+r) holds the partial sums 4g to
// 4g+3 of row r, so that one step of a metric serves four columns of four rows.
//
//	R1 query, R3 dim, R7 query column, R12 columns left; others as in rows_arm64.h
//	V16-V19 rows, V20 query, V24-V27 scratch

// STEP adds the next four columns of four rows to the sums Va to Va+3.
#define STEP(TERM, a) \
	VLD1.P 16(R7), [V20.S4]  \
	VLD1.P 16(R8), [V16.S4]  \
	VLD1.P 16(R9), [V17.S4]  \
	VLD1.P 16(R10), [V18.S4] \
	VLD1.P 16(R11), [V19.S4] \
	TERM(a, 20, 0)

// LANE loads one more column into lane i.
#define LANE(i) \
	VLD1.P 4(R7), V20.S[i]  \
	VLD1.P 4(R8), V16.S[i]  \
	VLD1.P 4(R9), V17.S[i]  \
	VLD1.P 4(R10), V18.S[i] \
	VLD1.P 4(R11), V19.S[i]

// NEAR writes the distances. The last columns are loaded one by one, so that nothing
// behind a row is read; beside them +0 in the query and -0 in the rows add nothing
// to a sum, not even to -0.
#define NEAR(NEXT, AHEAD, TERM, FINISH) \
rows: \
	AHEAD                             \
	POINT_ROWS(NEXT)                  \
	ZERO16                            \
	MOVD R1, R7                       \
	SUBS $16, R3, R12                 \
	BLT  quarters                     \
columns: \
	STEP(TERM, 0)                     \
	STEP(TERM, 4)                     \
	STEP(TERM, 8)                     \
	STEP(TERM, 12)                    \
	SUBS $16, R12                     \
	BGE  columns                      \
quarters: \
	CMP  $-12, R12                    \
	BLT  lanes                        \
	STEP(TERM, 0)                     \
	CMP  $-8, R12                     \
	BLT  lanes                        \
	STEP(TERM, 4)                     \
	CMP  $-4, R12                     \
	BLT  lanes                        \
	STEP(TERM, 8)                     \
lanes: \
	ANDS $3, R12, R13                 \
	BEQ  reduce                       \
	VEOR V20.B16, V20.B16, V20.B16    \
	NEGZEROS(16)                      \
	NEGZEROS(17)                      \
	NEGZEROS(18)                      \
	NEGZEROS(19)                      \
	LANE(0)                           \
	CMP  $2, R13                      \
	BLT  add                          \
	LANE(1)                           \
	BEQ  add                          \
	LANE(2)                           \
add: \
	TBNZ $3, R12, high                \
	TBNZ $2, R12, second              \
	TERM(0, 20, 0)                    \
	B    reduce                       \
second: \
	TERM(4, 20, 0)                    \
	B    reduce                       \
high: \
	TBNZ $2, R12, fourth              \
	TERM(8, 20, 0)                    \
	B    reduce                       \
fourth: \
	TERM(12, 20, 0)                   \
reduce: \
	HALVE4(8, 0)                      \
	HALVE4(12, 4)                     \
	HALVE4(4, 0)                      \
	VZIP1 V1.D2, V0.D2, V4.D2         \
	VZIP2 V1.D2, V0.D2, V5.D2         \
	VZIP1 V3.D2, V2.D2, V6.D2         \
	VZIP2 V3.D2, V2.D2, V7.D2         \
	FADD(5, 4, 4)                     \
	FADD(7, 6, 6)                     \
	FADDP(6, 4, 0)                    \
	FINISH(0)                         \
	STORE_ROWS

// HALVE4 adds the sums Vm to Vm+3 to Vd to Vd+3.
#define HALVE4(m, d) \
	FADD(m, d, d)             \
	FADD((m)+1, (d)+1, (d)+1) \
	FADD((m)+2, (d)+2, (d)+2) \
	FADD((m)+3, (d)+3, (d)+3)

// GATHER_SETUP turns the stride into bytes and sets the prefetches up.
#define GATHER_SETUP \
	LSL $2, R4      \
	LSL $2, R3, R19 \
	AHEAD_SETUP

// func gatherL2NEON(dst, q, rows *float32, dim, stride int, ids *uint32, n int)
TEXT ·gatherL2NEON(SB), NOSPLIT, $0-56
	LDP  dst+0(FP), (R0, R1)
	LDP  rows+16(FP), (R2, R3)
	LDP  stride+32(FP), (R4, R5)
	MOVD n+48(FP), R6
	GATHER_SETUP
	NEAR(NEXT_ID, PREFETCH, TERM_L2, FINISH_L2)
	RET

// func gatherIPNEON(dst, q, rows *float32, dim, stride int, ids *uint32, n int)
TEXT ·gatherIPNEON(SB), NOSPLIT, $0-56
	LDP  dst+0(FP), (R0, R1)
	LDP  rows+16(FP), (R2, R3)
	LDP  stride+32(FP), (R4, R5)
	MOVD n+48(FP), R6
	GATHER_SETUP
	NEAR(NEXT_ID, PREFETCH, TERM_IP, FINISH_IP)
	RET

// func gatherL1NEON(dst, q, rows *float32, dim, stride int, ids *uint32, n int)
TEXT ·gatherL1NEON(SB), NOSPLIT, $0-56
	LDP  dst+0(FP), (R0, R1)
	LDP  rows+16(FP), (R2, R3)
	LDP  stride+32(FP), (R4, R5)
	MOVD n+48(FP), R6
	GATHER_SETUP
	NEAR(NEXT_ID, PREFETCH, TERM_L1, FINISH_L1)
	RET

// func rowsL2NEON(dst, q, rows *float32, dim, stride, n int)
TEXT ·rowsL2NEON(SB), NOSPLIT, $0-48
	LDP dst+0(FP), (R0, R1)
	LDP rows+16(FP), (R2, R3)
	LDP stride+32(FP), (R4, R6)
	LSL $2, R4
	NEAR(NEXT_ROW, NO_PREFETCH, TERM_L2, FINISH_L2)
	RET

// func rowsIPNEON(dst, q, rows *float32, dim, stride, n int)
TEXT ·rowsIPNEON(SB), NOSPLIT, $0-48
	LDP dst+0(FP), (R0, R1)
	LDP rows+16(FP), (R2, R3)
	LDP stride+32(FP), (R4, R6)
	LSL $2, R4
	NEAR(NEXT_ROW, NO_PREFETCH, TERM_IP, FINISH_IP)
	RET

// func rowsL1NEON(dst, q, rows *float32, dim, stride, n int)
TEXT ·rowsL1NEON(SB), NOSPLIT, $0-48
	LDP dst+0(FP), (R0, R1)
	LDP rows+16(FP), (R2, R3)
	LDP stride+32(FP), (R4, R6)
	LSL $2, R4
	NEAR(NEXT_ROW, NO_PREFETCH, TERM_L1, FINISH_L1)
	RET

