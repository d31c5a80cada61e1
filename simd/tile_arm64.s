//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// Tile and Scan keep 16 registers of sums, V0 to V15, and differ in what these
// stand for: in Tile V(4j+g) holds rows 4g to 4g+3 of 16 rows for query j; in Scan
// V(i) holds rows 4i to 4i+3 of all 64 for the only query.
//
//	R0 query, R1 block, R2 numeric, R3 nominal, R4 blocks left, R5 bounds, R6 out
//	R7 blocks done, R8 offset of the 16 rows in a column, R9 column, R10 query column
//	R11 columns left, R12 hits, R13 all hits of the block, R14 bytes in a block
//	V16-V19 rows, V20-V23 queries or bounds, V24-V28 scratch
//	V29 the bit of each row, V30 -0, V31 1

// CONSTANTS fills V29 to V31 and R14.
#define CONSTANTS \
	MOVD $0x8040201008040201, R14 \
	VDUP R14, V29.D2              \
	NEGZEROS(30)                  \
	ONES(31)                      \
	ADD  R2, R3, R14              \
	LSL  $8, R14                  \
	MOVD $0, R7

// TERM_CODE adds 1 where two category codes differ. Where they are equal it adds
// -0, which changes no sum, not even -0.
#define TERM_CODE(a, q, s) \
	FCMEQ(q, 16, 24)       \
	FCMEQ(q, 17, 25)       \
	FCMEQ(q, 18, 26)       \
	FCMEQ(q, 19, 27)       \
	BSL(31, 30, 24)        \
	BSL(31, 30, 25)        \
	BSL(31, 30, 26)        \
	BSL(31, 30, 27)        \
	FADD(24, a, a)         \
	FADD(25, (a)+1, (a)+1) \
	FADD(26, (a)+2, (a)+2) \
	FADD(27, (a)+3, (a)+3)

// COLUMN_TILE adds the next column of four queries and 16 rows.
#define COLUMN_TILE(TERM) \
	VLD4R.P 16(R10), [V20.S4, V21.S4, V22.S4, V23.S4] \
	VLD1    (R9), [V16.S4, V17.S4, V18.S4, V19.S4]    \
	ADD     $256, R9                                  \
	TERM(0, 20, 0)                                    \
	TERM(4, 21, 0)                                    \
	TERM(8, 22, 0)                                    \
	TERM(12, 23, 0)

// COLUMN_SCAN adds the next column of one query and 64 rows.
#define COLUMN_SCAN(TERM) \
	VLD1R.P 4(R10), [V20.S4]                           \
	VLD1.P  64(R9), [V16.S4, V17.S4, V18.S4, V19.S4]   \
	TERM(0, 20, 0)                                     \
	VLD1.P  64(R9), [V16.S4, V17.S4, V18.S4, V19.S4]   \
	TERM(4, 20, 0)                                     \
	VLD1.P  64(R9), [V16.S4, V17.S4, V18.S4, V19.S4]   \
	TERM(8, 20, 0)                                     \
	VLD1.P  64(R9), [V16.S4, V17.S4, V18.S4, V19.S4]   \
	TERM(12, 20, 0)

#define FINISH4(FINISH, a) \
	FINISH(a)     \
	FINISH((a)+1) \
	FINISH((a)+2) \
	FINISH((a)+3)

// DISTANCES leaves in V0 to V15 the distances over all columns from R9 on.
#define DISTANCES(COLUMN, TERM, FINISH) \
	ZERO16              \
	MOVD R0, R10        \
	MOVD R2, R11        \
	CBZ  R11, finish    \
number: \
	COLUMN(TERM)        \
	SUBS $1, R11        \
	BNE  number         \
finish: \
	FINISH4(FINISH, 0)  \
	FINISH4(FINISH, 4)  \
	FINISH4(FINISH, 8)  \
	FINISH4(FINISH, 12) \
	MOVD R3, R11        \
	CBZ  R11, compare   \
code: \
	COLUMN(TERM_CODE)   \
	SUBS $1, R11        \
	BNE  code           \
compare:

// BELOW sets byte i of d where distance i of the 16 in Va to Va+3 is below the
// bound in Vb.
#define BELOW(a, b, d) \
	FCMGT(a, b, 24)               \
	FCMGT((a)+1, b, 25)           \
	FCMGT((a)+2, b, 26)           \
	FCMGT((a)+3, b, 27)           \
	VUZP1 V25.H8, V24.H8, V24.H8  \
	VUZP1 V27.H8, V26.H8, V26.H8  \
	VUZP1 V26.B16, V24.B16, d.B16 \
	VAND  V29.B16, d.B16, d.B16

// HITS leaves in R12 one bit for each of the 64 distances: those of V0 to V3
// against the bound V20 lowest, those of V12 to V15 against V23 highest.
#define HITS \
	BELOW(0, 20, V16)               \
	BELOW(4, 21, V17)               \
	BELOW(8, 22, V18)               \
	BELOW(12, 23, V19)              \
	VADDP V17.B16, V16.B16, V16.B16 \
	VADDP V19.B16, V18.B16, V18.B16 \
	VADDP V18.B16, V16.B16, V16.B16 \
	VADDP V16.B16, V16.B16, V16.B16 \
	VMOV  V16.D[0], R12

// TILE leaves in R7 the index of the first block with a hit. It goes over a block
// in four passes of 16 rows and stores only passes with hits.
#define TILE(TERM, FINISH) \
	CONSTANTS                                                  \
block: \
	STP  (ZR, ZR), TileHit_Hit(R6)                             \
	STP  (ZR, ZR), (TileHit_Hit+16)(R6)                        \
	MOVD $0, R13                                               \
	MOVD $0, R8                                                \
pass: \
	ADD  R8, R1, R9                                            \
	DISTANCES(COLUMN_TILE, TERM, FINISH)                       \
	VLD4R (R5), [V20.S4, V21.S4, V22.S4, V23.S4]               \
	HITS                                                       \
	CBZ  R12, next                                             \
	ORR  R12, R13                                              \
	ADD  R8, R6, R9                                            \
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R9)                    \
	ADD  $256, R9                                              \
	VST1 [V4.S4, V5.S4, V6.S4, V7.S4], (R9)                    \
	ADD  $256, R9                                              \
	VST1 [V8.S4, V9.S4, V10.S4, V11.S4], (R9)                  \
	ADD  $256, R9                                              \
	VST1 [V12.S4, V13.S4, V14.S4, V15.S4], (R9)                \
	ADD  R8>>5, R6, R9                                         \
	MOVH R12, (TileHit_Hit+0)(R9)                              \
	LSR  $16, R12                                              \
	MOVH R12, (TileHit_Hit+8)(R9)                              \
	LSR  $16, R12                                              \
	MOVH R12, (TileHit_Hit+16)(R9)                             \
	LSR  $16, R12                                              \
	MOVH R12, (TileHit_Hit+24)(R9)                             \
next: \
	ADD  $64, R8                                               \
	CMP  $256, R8                                              \
	BNE  pass                                                  \
	CBNZ R13, done                                             \
	ADD  R14, R1                                               \
	ADD  $1, R7                                                \
	SUBS $1, R4                                                \
	BNE  block                                                 \
done:

// SCAN leaves in R7 the index of the first block with a hit.
#define SCAN(TERM, FINISH) \
	CONSTANTS                                              \
block: \
	MOVD R1, R9                                            \
	DISTANCES(COLUMN_SCAN, TERM, FINISH)                   \
	VDUP R5, V20.S4                                        \
	VDUP R5, V21.S4                                        \
	VDUP R5, V22.S4                                        \
	VDUP R5, V23.S4                                        \
	HITS                                                   \
	CBNZ R12, hit                                          \
	ADD  R14, R1                                           \
	ADD  $1, R7                                            \
	SUBS $1, R4                                            \
	BNE  block                                             \
hit: \
	MOVD   R12, ScanHit_Hit(R6)                            \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R6)            \
	VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(R6)            \
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], 64(R6)          \
	VST1.P [V12.S4, V13.S4, V14.S4, V15.S4], 64(R6)

// func tileL2NEON(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int
TEXT ·tileL2NEON(SB), NOSPLIT, $0-64
	LDP  q+0(FP), (R0, R1)
	LDP  numeric+16(FP), (R2, R3)
	MOVD n+32(FP), R4
	MOVD bound+40(FP), R5
	MOVD out+48(FP), R6
	TILE(TERM_L2, FINISH_L2)
	MOVD R7, ret+56(FP)
	RET

// func tileIPNEON(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int
TEXT ·tileIPNEON(SB), NOSPLIT, $0-64
	LDP  q+0(FP), (R0, R1)
	LDP  numeric+16(FP), (R2, R3)
	MOVD n+32(FP), R4
	MOVD bound+40(FP), R5
	MOVD out+48(FP), R6
	TILE(TERM_IP, FINISH_IP)
	MOVD R7, ret+56(FP)
	RET

// func tileL1NEON(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int
TEXT ·tileL1NEON(SB), NOSPLIT, $0-64
	LDP  q+0(FP), (R0, R1)
	LDP  numeric+16(FP), (R2, R3)
	MOVD n+32(FP), R4
	MOVD bound+40(FP), R5
	MOVD out+48(FP), R6
	TILE(TERM_L1, FINISH_L1)
	MOVD R7, ret+56(FP)
	RET

// func scanL2NEON(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int
TEXT ·scanL2NEON(SB), NOSPLIT, $0-64
	LDP  q+0(FP), (R0, R1)
	LDP  numeric+16(FP), (R2, R3)
	MOVD n+32(FP), R4
	MOVWU bound+40(FP), R5
	MOVD out+48(FP), R6
	SCAN(TERM_L2, FINISH_L2)
	MOVD R7, ret+56(FP)
	RET

// func scanIPNEON(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int
TEXT ·scanIPNEON(SB), NOSPLIT, $0-64
	LDP  q+0(FP), (R0, R1)
	LDP  numeric+16(FP), (R2, R3)
	MOVD n+32(FP), R4
	MOVWU bound+40(FP), R5
	MOVD out+48(FP), R6
	SCAN(TERM_IP, FINISH_IP)
	MOVD R7, ret+56(FP)
	RET

// func scanL1NEON(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int
TEXT ·scanL1NEON(SB), NOSPLIT, $0-64
	LDP  q+0(FP), (R0, R1)
	LDP  numeric+16(FP), (R2, R3)
	MOVD n+32(FP), R4
	MOVWU bound+40(FP), R5
	MOVD out+48(FP), R6
	SCAN(TERM_L1, FINISH_L1)
	MOVD R7, ret+56(FP)
	RET

