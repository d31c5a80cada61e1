// Package exact finds the exact k nearest neighbors of queries among the rows of
// a table. It is the truth against which approximate search is measured, and on
// tables with few columns or many duplicates usually the fastest way as well.
//
// Search and the methods of an Index find the k nearest rows of one query or many, or
// all rows within a radius; bitmaps and functions limit them to some of the rows. The
// zero value of all options is good for most.
//
// # Distances
//
// Rows and queries are float32, row-major, n rows of dim columns. Distances are
// computed from them in float64, in column order, each operation rounded on its
// own (no fused multiply-add):
//
//	L2Squared     sum over i of (q[i]-x[i])²
//	L1            sum over i of |q[i]-x[i]|
//	InnerProduct  minus the sum over i of q[i]·x[i]
//	Cosine        1 - dot/√(Σq[i]²·Σx[i]²), at least 0: equal rows are at 0;
//	              1 where q or x is all zeros, which have no direction
//
// Neighbors are ordered by (distance, row id). Ids and distances are those of
// sorting all rows by that key, bit for bit, whatever the method, the number of
// threads and the instruction set.
//
// # How
//
//  1. Equal rows are found and searched once, with the list of their ids
//     (package internal/dedupe), where that pays. Equal queries are answered once.
//  2. Kernels of package simd compare four queries with blocks of 64 rows in
//     float32 and let pass every row that could be among the nearest: the bound
//     they compare with is wider than the k-th distance by the kernels' largest
//     rounding error. See [filter].
//  3. A row that passes is compared in float64 and enters the query's list of
//     the best rows if it belongs there. See [best].
//
// KDTree puts the rows into blocks by recursive splits (Bentley, Multidimensional
// Binary Search Trees Used for Associative Searching, CACM 18, 1975) and skips
// the blocks whose bounding boxes are too far from the query.
//
// An Index is safe for concurrent use.
package exact
