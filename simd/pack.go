package simd

import (
	"fmt"
	"math"
)

// BlocksLen returns the number of float32 values that n rows of dim columns take
// in blocks.
func BlocksLen(n, dim int) int { return (n + BlockRows - 1) / BlockRows * BlockRows * dim }

// PackBlocks writes the n rows of dim columns in rows, which start stride apart,
// to dst in blocks; len(dst) must be BlocksLen(n, dim). The rest of the last
// block is NaN.
func PackBlocks(dst, rows []float32, dim, stride, n int) {
	if len(dst) != BlocksLen(n, dim) || (n > 0 && len(rows) < (n-1)*stride+dim) {
		panic(fmt.Sprintf("simd: PackBlocks: %d values for %d rows of %d columns", len(dst), n, dim))
	}
	for first := 0; first < n; first += BlockRows {
		block := dst[first*dim:][:BlockRows*dim]
		for r := range BlockRows {
			for i := range dim {
				x := float32(math.NaN())
				if first+r < n {
					x = rows[(first+r)*stride+i]
				}
				block[i*BlockRows+r] = x
			}
		}
	}
}

// PackQueries writes up to four queries of dim columns, which start stride apart
// in queries, to dst as Tile reads them: column i of query j at i·4+j. Places of
// missing queries repeat the first one; len(dst) must be dim·4.
func PackQueries(dst, queries []float32, dim, stride, n int) {
	if n < 1 || n > TileQueries || len(dst) != dim*TileQueries {
		panic(fmt.Sprintf("simd: PackQueries: %d values for %d queries of %d columns", len(dst), n, dim))
	}
	for j := range TileQueries {
		from := j
		if j >= n {
			from = 0
		}
		for i, x := range queries[from*stride:][:dim] {
			dst[i*TileQueries+j] = x
		}
	}
}

// ColumnRange lowers lo[i] and raises hi[i] to cover column i of the n rows of
// len(lo) columns in rows, which start stride apart. NaN is passed over. Start
// with lo at +Inf and hi at -Inf.
func ColumnRange(lo, hi, rows []float32, stride, n int) {
	for r := range n {
		for i, x := range rows[r*stride:][:len(lo)] {
			if x < lo[i] {
				lo[i] = x
			}
			if x > hi[i] {
				hi[i] = x
			}
		}
	}
}
