// Package simd holds the distance kernels on which every search in this module
// runs, in one body for each instruction set and one portable body.
//
// # Distances
//
// For float32 vectors q and x with dim columns, smaller is nearer:
//
//	L2Squared     sum over i of (q[i]-x[i])²
//	InnerProduct  minus the sum over i of q[i]·x[i]
//	L1            sum over i of |q[i]-x[i]|
//
// L2Squared is always a sum of squared differences; the expansion
// |q|²+|x|²-2q·x, which cancels, is used nowhere.
//
// # One answer at every level
//
// All levels give the same bits. Every product is fused into its sum (one
// rounding), and the order of the sums is part of the contract:
//
//   - Pair, Rows and Gather keep 16 partial sums, column i going to sum i mod 16
//     in increasing i, then add the upper half to the lower half until one is
//     left (16, 8, 4, 2, 1).
//   - Tile and Scan keep one sum for each row, in increasing column order.
//
// The portable bodies reach the same bits with [fma32]. A result is within
// (dim+2)·2⁻²⁴·Σ|term| of the exact one. Subnormal numbers are honored. A NaN in
// either vector gives NaN.
//
// # Blocks
//
// Tile and Scan read rows stored in blocks of [BlockRows] rows, dimension-major:
// column i of row r of block b stands at (b·dim+i)·BlockRows+r. The last block is
// padded with NaN rows, which are never nearer than any bound. [PackBlocks]
// makes blocks.
//
// The last columns of a block may be nominal (category codes): such a column
// adds 1 to the distance where the codes differ and 0 where they are equal, in
// every metric (the overlap part of HEOM: Wilson and Martinez, Improved
// Heterogeneous Distance Functions, JAIR 6, 1997).
//
// # Codes and matrices
//
// [RowsU8] and [GatherU8] compare rows of 8-bit codes, exactly. [Gemm] multiplies
// matrices. Both are chosen by level as the distances are.
//
// # Levels
//
// The level is chosen once, when the program starts, from what the CPU offers:
// avx512 (needs F, DQ, BW, VL and BMI2), avx2 (needs AVX2 and FMA3), neon (arm64) or
// generic. NNGMIX_SIMD=avx512|avx2|neon|generic forces one; for a value that is
// unknown or not available see [Err]. The build tag purego leaves only the portable
// bodies.
//
// Functions panic when slices are too short for the sizes given. All of them are
// safe for concurrent use on slices that nobody writes.
package simd
