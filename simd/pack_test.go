package simd

import (
	"math"
	"testing"
)

func TestPackBlocks(t *testing.T) {
	for _, dim := range []int{1, 2, 3, 15, 16, 17, 33, 100} {
		for _, n := range []int{0, 1, 63, 64, 65, 130} {
			stride := dim + n%3
			rows := values("normal", 1, n*stride+dim)
			dst := make([]float32, BlocksLen(n, dim))
			PackBlocks(dst, rows, dim, stride, n)
			for at, got := range dst {
				block, i, r := at/(dim*BlockRows), at/BlockRows%dim, at%BlockRows
				want := float32(math.NaN())
				if row := block*BlockRows + r; row < n {
					want = rows[row*stride+i]
				}
				if !same(got, want) {
					t.Fatalf("dim %d, %d rows: block %d column %d row %d: got %v, want %v", dim, n, block, i, r, got, want)
				}
			}
		}
	}
}

func TestPackQueries(t *testing.T) {
	const dim, stride = 5, 7
	q := values("normal", 1, stride*TileQueries)
	for n := 1; n <= TileQueries; n++ {
		dst := make([]float32, dim*TileQueries)
		PackQueries(dst, q[:(n-1)*stride+dim], dim, stride, n)
		for at, got := range dst {
			i, j := at/TileQueries, at%TileQueries
			if j >= n {
				j = 0
			}
			if want := q[j*stride+i]; got != want {
				t.Errorf("%d queries: column %d query %d: got %v, want %v", n, i, at%TileQueries, got, want)
			}
		}
	}
}

func TestColumnRange(t *testing.T) {
	nan := float32(math.NaN())
	rows := []float32{
		1, nan, -3, nan, 9, // the last column is not asked for
		-2, 5, inf, nan, 9,
		0, nan, 7, nan, 9,
	}
	lo, hi := []float32{inf, inf, inf, inf}, []float32{-inf, -inf, -inf, -inf}
	ColumnRange(lo, hi, rows, 5, 3)
	for i, want := range [][2]float32{{-2, 1}, {5, 5}, {-3, inf}, {inf, -inf}} {
		if lo[i] != want[0] || hi[i] != want[1] {
			t.Errorf("column %d: got %v to %v, want %v to %v", i, lo[i], hi[i], want[0], want[1])
		}
	}
}
