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
	if len(dst) != BlocksLen(n, dim) || stride < dim || (n > 0 && len(rows) < (n-1)*stride+dim) {
		panic(fmt.Sprintf("simd: PackBlocks: %d values for %d rows of %d columns", len(dst), n, dim))
	}
	for first := 0; first < n; first += BlockRows {
		block := dst[first*dim:][:BlockRows*dim]
		full := min(n-first, BlockRows)
		whole := dim / packColumns * packColumns
		for i := 0; i < whole; i += packColumns {
			for r := range full {
				packRow(block[i*BlockRows+r:], rows[(first+r)*stride+i:])
			}
		}
		for i := whole; i < dim; i++ {
			packColumn(block[i*BlockRows:][:full], rows[first*stride+i:], stride)
		}
		for at := full; full < BlockRows && at < len(block); at += BlockRows {
			for r := range block[at:][:BlockRows-full] {
				block[at+r] = float32(math.NaN())
			}
		}
	}
}

// packColumns is the number of columns that go to their places together: their
// cache lines stay at hand for the next rows.
const packColumns = 16

// packColumn writes the values of rows that are stride apart to dst.
func packColumn(dst, rows []float32, stride int) {
	at := 0
	for r := range dst {
		dst[r] = rows[at]
		at += stride
	}
}

// packRow writes column i of the first packColumns of row to dst[i·BlockRows].
func packRow(dst, row []float32) {
	d, s := (*[(packColumns-1)*BlockRows + 1]float32)(dst), (*[packColumns]float32)(row)
	d[0*BlockRows], d[1*BlockRows], d[2*BlockRows], d[3*BlockRows] = s[0], s[1], s[2], s[3]
	d[4*BlockRows], d[5*BlockRows], d[6*BlockRows], d[7*BlockRows] = s[4], s[5], s[6], s[7]
	d[8*BlockRows], d[9*BlockRows], d[10*BlockRows], d[11*BlockRows] = s[8], s[9], s[10], s[11]
	d[12*BlockRows], d[13*BlockRows], d[14*BlockRows], d[15*BlockRows] = s[12], s[13], s[14], s[15]
}

// PackQueries writes up to four queries of dim columns, which start stride apart
// in queries, to dst as Tile reads them: column i of query j at i·4+j. Places of
// missing queries repeat the first one; len(dst) must be dim·4.
func PackQueries(dst, queries []float32, dim, stride, n int) {
	if n < 1 || n > TileQueries || len(dst) != dim*TileQueries || stride < dim || len(queries) < (n-1)*stride+dim {
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
	dim := len(lo)
	if len(hi) != dim || stride < dim || (n > 0 && len(rows) < (n-1)*stride+dim) {
		panic(fmt.Sprintf("simd: ColumnRange: %d values for %d rows of %d columns, or another length of hi", len(rows), n, dim))
	}
	for r := range n {
		for i, x := range rows[r*stride:][:dim] {
			if x < lo[i] {
				lo[i] = x
			}
			if x > hi[i] {
				hi[i] = x
			}
		}
	}
}
