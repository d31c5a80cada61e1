//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// A tile of the matrix product is up to six rows by 16 columns; V(4r) to V(4r+3)
// hold the sums of row r.
//
//	R0 a, R1 bytes between rows of a, R2 between its columns, R3 row of b, R4 bytes
//	between rows of b, R5 columns left, R6 row of c, R7 bytes between rows of c
//	R8 n, R9-R14 rows of a, R15 offset of the column in them
//	R16 row of c to read and R17 bytes to the next, or 64 zeros and 0 where beta is 0
//	V24-V27 b or c, V28-V31 a, later V28 alpha and V29 beta

#define FMLAX(m, n, d) WORD $(0x4F801000 | (m)<<16 | (n)<<5 | (d)) // FMLA Vd.4S, Vn.4S, Vm.S[0]: d+n·m[0], rounded once
#define FMULX(m, n, d) WORD $(0x4F809000 | (m)<<16 | (n)<<5 | (d)) // FMUL Vd.4S, Vn.4S, Vm.S[0]

// ROW adds one column of row p of a, loaded to f, which is Vx, to Vs to Vs+3.
#define ROW(p, f, x, s) \
	FMOVS (p)(R15), f     \
	FMLAX(x, 24, s)       \
	FMLAX(x, 25, (s)+1)   \
	FMLAX(x, 26, (s)+2)   \
	FMLAX(x, 27, (s)+3)

#define ROWS1 ROW(R9, F28, 28, 0)
#define ROWS2 ROWS1 ROW(R10, F29, 29, 4)
#define ROWS3 ROWS2 ROW(R11, F30, 30, 8)
#define ROWS4 ROWS3 ROW(R12, F31, 31, 12)
#define ROWS5 ROWS4 ROW(R13, F28, 28, 16)
#define ROWS6 ROWS5 ROW(R14, F29, 29, 20)

// UPDATE writes the next row of c, whose sums are Vs to Vs+3.
#define UPDATE(s) \
	VLD1 (R16), [V24.S4, V25.S4, V26.S4, V27.S4] \
	FMULX(29, 24, 24)                            \
	FMULX(29, 25, 25)                            \
	FMULX(29, 26, 26)                            \
	FMULX(29, 27, 27)                            \
	FMLAX(28, s, 24)                             \
	FMLAX(28, (s)+1, 25)                         \
	FMLAX(28, (s)+2, 26)                         \
	FMLAX(28, (s)+3, 27)                         \
	VST1 [V24.S4, V25.S4, V26.S4, V27.S4], (R6)  \
	ADD  R17, R16                                \
	ADD  R7, R6

#define UPDATES1 UPDATE(0)
#define UPDATES2 UPDATES1 UPDATE(4)
#define UPDATES3 UPDATES2 UPDATE(8)
#define UPDATES4 UPDATES3 UPDATE(12)
#define UPDATES5 UPDATES4 UPDATE(16)
#define UPDATES6 UPDATES5 UPDATE(20)

// SUMS leaves the sums of up to six rows in V0 to V23.
#define SUMS(ROWS) \
	LSL  $2, R1                    \
	LSL  $2, R2                    \
	LSL  $2, R4                    \
	LSL  $2, R7                    \
	MOVD R0, R9                    \
	ADD  R1, R9, R10               \
	ADD  R1, R10, R11              \
	ADD  R1, R11, R12              \
	ADD  R1, R12, R13              \
	ADD  R1, R13, R14              \
	MOVD $0, R15                   \
	ZERO16                         \
	ZERO4(V16, V17, V18, V19)      \
	ZERO4(V20, V21, V22, V23)      \
	CBZ  R5, summed                \
column: \
	VLD1.P (R3)(R4), [V24.S4, V25.S4, V26.S4, V27.S4] \
	ROWS                           \
	ADD  R2, R15                   \
	SUBS $1, R5                    \
	BNE  column                    \
summed:

// SOURCE points R16 at the values of c, or at the zeros in Z where beta is 0.
#define SOURCE(Z) \
	MOVD  R6, R16                                     \
	MOVD  R7, R17                                     \
	FCMPS $(0.0), F29                                 \
	BNE   read                                        \
	MOVD  Z, R16                                      \
	MOVD  $0, R17                                     \
	ZERO4(V24, V25, V26, V27)                         \
	VST1  [V24.S4, V25.S4, V26.S4, V27.S4], (R16)     \
read:

// NARROW writes height rows of fewer than 16 columns, one element at a time, from
// the sums spilled to S.
#define NARROW(S, height) \
	MOVD   S, R9                                         \
	MOVD   R9, R10                                       \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R9)          \
	VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(R9)          \
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], 64(R9)        \
	VST1.P [V12.S4, V13.S4, V14.S4, V15.S4], 64(R9)      \
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R9)      \
	VST1.P [V20.S4, V21.S4, V22.S4, V23.S4], 64(R9)      \
	LSL    $2, R8                                        \
	MOVD   $height, R12                                  \
row: \
	MOVD   $0, R11                                       \
element: \
	FMOVS  (R16)(R11), F0                                \
	FMULS  F29, F0, F0                                   \
	FMOVS  (R10)(R11), F1                                \
	FMADDS F28, F0, F1, F0                               \
	FMOVS  F0, (R6)(R11)                                 \
	ADD    $4, R11                                       \
	CMP    R8, R11                                       \
	BLT    element                                       \
	ADD    $64, R10                                      \
	ADD    R17, R16                                      \
	ADD    R7, R6                                        \
	SUBS   $1, R12                                       \
	BNE    row

// func gemm1x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)
TEXT ·gemm1x16NEON(SB), NOSPLIT, $448-80
	LDP   a+0(FP), (R0, R1)
	LDP   stepA+16(FP), (R2, R3)
	LDP   stepB+32(FP), (R4, R5)
	LDP   c+56(FP), (R6, R7)
	MOVD  n+72(FP), R8
	SUMS(ROWS1)
	FMOVS alpha+48(FP), F28
	FMOVS beta+52(FP), F29
	SOURCE($zeros-64(SP))
	CMP   $16, R8
	BNE   narrow
	UPDATES1
	RET
narrow:
	NARROW($sums-448(SP), 1)
	RET

// func gemm2x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)
TEXT ·gemm2x16NEON(SB), NOSPLIT, $448-80
	LDP   a+0(FP), (R0, R1)
	LDP   stepA+16(FP), (R2, R3)
	LDP   stepB+32(FP), (R4, R5)
	LDP   c+56(FP), (R6, R7)
	MOVD  n+72(FP), R8
	SUMS(ROWS2)
	FMOVS alpha+48(FP), F28
	FMOVS beta+52(FP), F29
	SOURCE($zeros-64(SP))
	CMP   $16, R8
	BNE   narrow
	UPDATES2
	RET
narrow:
	NARROW($sums-448(SP), 2)
	RET

// func gemm3x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)
TEXT ·gemm3x16NEON(SB), NOSPLIT, $448-80
	LDP   a+0(FP), (R0, R1)
	LDP   stepA+16(FP), (R2, R3)
	LDP   stepB+32(FP), (R4, R5)
	LDP   c+56(FP), (R6, R7)
	MOVD  n+72(FP), R8
	SUMS(ROWS3)
	FMOVS alpha+48(FP), F28
	FMOVS beta+52(FP), F29
	SOURCE($zeros-64(SP))
	CMP   $16, R8
	BNE   narrow
	UPDATES3
	RET
narrow:
	NARROW($sums-448(SP), 3)
	RET

// func gemm4x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)
TEXT ·gemm4x16NEON(SB), NOSPLIT, $448-80
	LDP   a+0(FP), (R0, R1)
	LDP   stepA+16(FP), (R2, R3)
	LDP   stepB+32(FP), (R4, R5)
	LDP   c+56(FP), (R6, R7)
	MOVD  n+72(FP), R8
	SUMS(ROWS4)
	FMOVS alpha+48(FP), F28
	FMOVS beta+52(FP), F29
	SOURCE($zeros-64(SP))
	CMP   $16, R8
	BNE   narrow
	UPDATES4
	RET
narrow:
	NARROW($sums-448(SP), 4)
	RET

// func gemm5x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)
TEXT ·gemm5x16NEON(SB), NOSPLIT, $448-80
	LDP   a+0(FP), (R0, R1)
	LDP   stepA+16(FP), (R2, R3)
	LDP   stepB+32(FP), (R4, R5)
	LDP   c+56(FP), (R6, R7)
	MOVD  n+72(FP), R8
	SUMS(ROWS5)
	FMOVS alpha+48(FP), F28
	FMOVS beta+52(FP), F29
	SOURCE($zeros-64(SP))
	CMP   $16, R8
	BNE   narrow
	UPDATES5
	RET
narrow:
	NARROW($sums-448(SP), 5)
	RET

// func gemm6x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)
TEXT ·gemm6x16NEON(SB), NOSPLIT, $448-80
	LDP   a+0(FP), (R0, R1)
	LDP   stepA+16(FP), (R2, R3)
	LDP   stepB+32(FP), (R4, R5)
	LDP   c+56(FP), (R6, R7)
	MOVD  n+72(FP), R8
	SUMS(ROWS6)
	FMOVS alpha+48(FP), F28
	FMOVS beta+52(FP), F29
	SOURCE($zeros-64(SP))
	CMP   $16, R8
	BNE   narrow
	UPDATES6
	RET
narrow:
	NARROW($sums-448(SP), 6)
	RET
