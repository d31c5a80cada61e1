// What the NEON kernels share. Registers are given to macros by number, since
// Go's assembler lacks the vector float instructions and a word is encoded from
// numbers. Operands stand in Go's order, the destination last.

#define FADD(m, n, d) WORD $(0x4E20D400 | (m)<<16 | (n)<<5 | (d)) // FADD Vd.4S, Vn.4S, Vm.4S
#define FSUB(m, n, d) WORD $(0x4EA0D400 | (m)<<16 | (n)<<5 | (d)) // FSUB Vd.4S, Vn.4S, Vm.4S
#define FABD(m, n, d) WORD $(0x6EA0D400 | (m)<<16 | (n)<<5 | (d)) // FABD Vd.4S, Vn.4S, Vm.4S: |n-m|
#define FMLA(m, n, d) WORD $(0x4E20CC00 | (m)<<16 | (n)<<5 | (d)) // FMLA Vd.4S, Vn.4S, Vm.4S: d+n·m, rounded once
#define FADDP(m, n, d) WORD $(0x6E20D400 | (m)<<16 | (n)<<5 | (d)) // FADDP Vd.4S, Vn.4S, Vm.4S: pairs of n, then of m
#define FCMEQ(m, n, d) WORD $(0x4E20E400 | (m)<<16 | (n)<<5 | (d)) // FCMEQ Vd.4S, Vn.4S, Vm.4S
#define FCMGT(m, n, d) WORD $(0x6EA0E400 | (m)<<16 | (n)<<5 | (d)) // FCMGT Vd.4S, Vn.4S, Vm.4S: n > m
#define BSL(m, n, d) WORD $(0x6E601C00 | (m)<<16 | (n)<<5 | (d)) // BSL Vd.16B, Vn.16B, Vm.16B: d ? n : m
#define FNEG(n, d) WORD $(0x6EA0F800 | (n)<<5 | (d)) // FNEG Vd.4S, Vn.4S
#define ONES(d) WORD $(0x4F03F600 | (d)) // FMOV Vd.4S, #1.0
#define NEGZEROS(d) WORD $(0x4F046400 | (d)) // MOVI Vd.4S, #0x80, LSL #24

// A metric adds the terms of four row vectors, V16 to V19, to the sums Va to
// Va+3, in V24 to V27. Row vector i meets query vector q+i·s: s is 0 where the
// rows share a query vector.
#define TERM_L2(a, q, s) \
	FSUB(q, 16, 24)         \
	FSUB((q)+(s), 17, 25)   \
	FSUB((q)+2*(s), 18, 26) \
	FSUB((q)+3*(s), 19, 27) \
	FMLA(24, 24, a)         \
	FMLA(25, 25, (a)+1)     \
	FMLA(26, 26, (a)+2)     \
	FMLA(27, 27, (a)+3)

#define TERM_IP(a, q, s) \
	FMLA(q, 16, a)             \
	FMLA((q)+(s), 17, (a)+1)   \
	FMLA((q)+2*(s), 18, (a)+2) \
	FMLA((q)+3*(s), 19, (a)+3)

#define TERM_L1(a, q, s) \
	FABD(q, 16, 24)         \
	FABD((q)+(s), 17, 25)   \
	FABD((q)+2*(s), 18, 26) \
	FABD((q)+3*(s), 19, 27) \
	FADD(24, a, a)          \
	FADD(25, (a)+1, (a)+1)  \
	FADD(26, (a)+2, (a)+2)  \
	FADD(27, (a)+3, (a)+3)

// FINISH_* map the sums in a register to distances.
#define FINISH_L2(d)
#define FINISH_IP(d) FNEG(d, d)
#define FINISH_L1(d)

// ZERO4 clears four registers.
#define ZERO4(a, b, c, d) \
	VEOR a.B16, a.B16, a.B16 \
	VEOR b.B16, b.B16, b.B16 \
	VEOR c.B16, c.B16, c.B16 \
	VEOR d.B16, d.B16, d.B16

// ZERO16 clears the sums, V0 to V15.
#define ZERO16 \
	ZERO4(V0, V1, V2, V3)     \
	ZERO4(V4, V5, V6, V7)     \
	ZERO4(V8, V9, V10, V11)   \
	ZERO4(V12, V13, V14, V15)
