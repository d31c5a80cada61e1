//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// Pair holds its 16 partial sums in V0 to V3.
//
//	R0 a, R1 b, R2 columns left
//	V16-V19 columns of b, V20-V23 columns of a, V24-V27 scratch

// QUARTER loads four of the last columns into x and q, or jumps to part where
// fewer are left.
#define QUARTER(x, q, part) \
	CMP    $4, R2          \
	BLT    part            \
	VLD1.P 16(R0), [q.S4]  \
	VLD1.P 16(R1), [x.S4]  \
	SUB    $4, R2

// PART loads the last columns, fewer than four, one by one into x and q.
#define PART(x, q) \
	CBZ    R2, tail       \
	VLD1.P 4(R0), q.S[0]  \
	VLD1.P 4(R1), x.S[0]  \
	CMP    $2, R2         \
	BLT    tail           \
	VLD1.P 4(R0), q.S[1]  \
	VLD1.P 4(R1), x.S[1]  \
	BEQ    tail           \
	VLD1.P 4(R0), q.S[2]  \
	VLD1.P 4(R1), x.S[2]

// PAIR leaves the distance in F0. Nothing behind the vectors is read; beside the
// last columns +0 in a and -0 in b add nothing to a sum, not even to -0.
#define PAIR(TERM, FINISH) \
	ZERO4(V0, V1, V2, V3)          \
	CMP    $16, R2                 \
	BLT    rest                    \
columns: \
	VLD1.P 64(R0), [V20.S4, V21.S4, V22.S4, V23.S4] \
	VLD1.P 64(R1), [V16.S4, V17.S4, V18.S4, V19.S4] \
	TERM(0, 20, 1)                 \
	SUB    $16, R2                 \
	CMP    $16, R2                 \
	BGE    columns                 \
rest: \
	CBZ    R2, reduce              \
	ZERO4(V20, V21, V22, V23)      \
	NEGZEROS(16)                   \
	NEGZEROS(17)                   \
	NEGZEROS(18)                   \
	NEGZEROS(19)                   \
	QUARTER(V16, V20, part0)       \
	QUARTER(V17, V21, part1)       \
	QUARTER(V18, V22, part2)       \
	PART(V19, V23)                 \
	B      tail                    \
part2: \
	PART(V18, V22)                 \
	B      tail                    \
part1: \
	PART(V17, V21)                 \
	B      tail                    \
part0: \
	PART(V16, V20)                 \
tail: \
	TERM(0, 20, 1)                 \
reduce: \
	FADD(2, 0, 0)                  \
	FADD(3, 1, 1)                  \
	FADD(1, 0, 0)                  \
	VEXT   $8, V0.B16, V0.B16, V1.B16 \
	FADD(1, 0, 0)                  \
	FADDP(0, 0, 0)                 \
	FINISH(0)

// func pairL2NEON(a, b *float32, dim int) float32
TEXT ·pairL2NEON(SB), NOSPLIT, $0-28
	LDP   a+0(FP), (R0, R1)
	MOVD  dim+16(FP), R2
	PAIR(TERM_L2, FINISH_L2)
	FMOVS F0, ret+24(FP)
	RET

// func pairIPNEON(a, b *float32, dim int) float32
TEXT ·pairIPNEON(SB), NOSPLIT, $0-28
	LDP   a+0(FP), (R0, R1)
	MOVD  dim+16(FP), R2
	PAIR(TERM_IP, FINISH_IP)
	FMOVS F0, ret+24(FP)
	RET

// func pairL1NEON(a, b *float32, dim int) float32
TEXT ·pairL1NEON(SB), NOSPLIT, $0-28
	LDP   a+0(FP), (R0, R1)
	MOVD  dim+16(FP), R2
	PAIR(TERM_L1, FINISH_L1)
	FMOVS F0, ret+24(FP)
	RET

