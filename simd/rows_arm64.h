// What the NEON kernels of many rows share. They go four rows at a time, with R8-R11
// at the columns of the rows.
//
//	R0 dst, R2 rows, R4 bytes from row to row, R5 ids, R6 rows left, R13 scratch
//	R14 next id to prefetch, R15 where to stop, R16 end of ids, R17 bytes left,
//	R19 bytes to prefetch in a row

// NEXT_ID points r at the row of the next id, NEXT_ROW at the next row.
#define NEXT_ID(r) \
	MOVWU.P 4(R5), R13      \
	MADD    R4, R2, R13, r

#define NEXT_ROW(r) \
	MOVD R2, r  \
	ADD  R4, R2

// PREFETCH asks for the first bytes of the rows up to 16 ids ahead, so that the
// rows of a short list are all under way before the first is needed.
#define PREFETCH \
	ADD     $64, R5, R15          \
	CMP     R16, R15              \
	CSEL    LO, R15, R16, R15     \
ahead: \
	CMP     R15, R14              \
	BHS     fetched               \
	MOVWU.P 4(R14), R13           \
	MADD    R4, R2, R13, R13      \
	MOVD    R19, R17              \
line: \
	PRFM    (R13), PLDL1KEEP      \
	ADD     $64, R13              \
	SUBS    $64, R17              \
	BGT     line                  \
	B       ahead                 \
fetched:

#define NO_PREFETCH

// AHEAD_SETUP fills R14 and R16 and makes R19, the bytes of a row, those to prefetch:
// they end after four lines, where the CPU's own stream detection takes over.
#define AHEAD_SETUP \
	MOVD R5, R14            \
	ADD  R6<<2, R5, R16     \
	MOVD $256, R13          \
	CMP  R13, R19           \
	CSEL LO, R19, R13, R19

// POINT_ROWS points R8-R11 at the next four rows. Where fewer are left, the first of
// them stands in for the missing.
#define POINT_ROWS(NEXT) \
	CMP  $4, R6        \
	BLT  few           \
	NEXT(R8)           \
	NEXT(R9)           \
	NEXT(R10)          \
	NEXT(R11)          \
	B    start         \
few: \
	NEXT(R8)           \
	MOVD R8, R9        \
	MOVD R8, R10       \
	MOVD R8, R11       \
	CMP  $2, R6        \
	BLT  start         \
	NEXT(R9)           \
	BEQ  start         \
	NEXT(R10)          \
start:

// STORE_ROWS writes V0, the four distances, as far as there are rows, and goes on at
// the label rows while any are left.
#define STORE_ROWS \
	CMP  $4, R6            \
	BLT  store             \
	VST1.P [V0.S4], 16(R0) \
	SUBS $4, R6            \
	BNE  rows              \
	B    done              \
store: \
	VST1.P V0.S[0], 4(R0)  \
	CMP  $2, R6            \
	BLT  done              \
	VST1.P V0.S[1], 4(R0)  \
	BEQ  done              \
	VST1.P V0.S[2], 4(R0)  \
done:
