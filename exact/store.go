package exact

import (
	"math"

	"github.com/nngmix/nngmix/simd"
)

// store holds the distinct rows of a table in blocks, each at a place, and the
// ids of the rows that are equal to it.
type store struct {
	metric  Metric
	dim     int
	nominal int
	rows    int
	places  int
	from    source    // the rows, until blocks hold them
	blocks  []float32 // as simd.PackBlocks makes them; nil where the rows stay in from
	scaled  []float32 // blocks with rows of length 1, for Cosine; nil where blocks is
	ids     []uint32  // row ids, ascending within a place; nil where place i is row i
	starts  []uint32  // ids[starts[p]:starts[p+1]] belong to place p; nil where each place has one row
}

// blockCount returns the number of blocks.
func (s *store) blockCount() int { return (s.places + simd.BlockRows - 1) / simd.BlockRows }

// span returns blocks lo to hi.
func (s *store) span(lo, hi int) []float32 {
	return s.blocks[lo*s.dim*simd.BlockRows : hi*s.dim*simd.BlockRows]
}

// seen returns blocks lo to hi as kernels are to see them, where blocks are held.
func (s *store) seen(lo, hi int) []float32 {
	if s.metric == Cosine {
		return s.scaled[lo*s.dim*simd.BlockRows : hi*s.dim*simd.BlockRows]
	}
	return s.span(lo, hi)
}

// entry returns the entry of place at a distance.
func (s *store) entry(place int, distance float64) entry {
	e := entry{distance: distance, place: uint32(place), first: uint32(place), count: 1}
	switch {
	case s.starts != nil:
		e.first, e.count = s.ids[s.starts[place]], s.starts[place+1]-s.starts[place]
	case s.ids != nil:
		e.first = s.ids[place]
	}
	return e
}

// rowsAt returns how many rows are at place, and rowAt the id of the i-th of them.
func (s *store) rowsAt(place int) int {
	if s.starts == nil {
		return 1
	}
	return int(s.starts[place+1] - s.starts[place])
}

func (s *store) rowAt(place, i int) uint32 {
	switch {
	case s.starts != nil:
		return s.ids[int(s.starts[place])+i]
	case s.ids != nil:
		return s.ids[place]
	}
	return uint32(place)
}

// appendRows appends to dst the ids of the rows at place, at most limit of them.
func (s *store) appendRows(dst []uint32, place uint32, limit int) []uint32 {
	switch {
	case s.starts != nil:
		ids := s.ids[s.starts[place]:s.starts[place+1]]
		return append(dst, ids[:min(len(ids), limit)]...)
	case s.ids != nil:
		return append(dst, s.ids[place])
	}
	return append(dst, place)
}

// distance returns the distance between q, the sum of whose squares counts for
// Cosine only, and the row at place, or some value beyond worst where it is beyond worst.
// The conversions keep compilers from fusing a product with a sum.
func (s *store) distance(q []float32, squares float64, place int, worst float64) float64 {
	row, step := s.row(place)
	switch s.metric {
	case L1:
		return l1(q, row, step, worst)
	case Cosine:
		return cosine(q, row, step, squares)
	case InnerProduct:
		return -dot(q, row, step)
	}
	numeric := s.dim - s.nominal
	sum := l2Squared(q[:numeric], row, step, worst)
	for i := numeric; i < s.dim; i++ {
		if q[i] != row[i*step] {
			sum++
		}
	}
	return sum
}

// row returns the row at place, whose columns are step apart.
func (s *store) row(place int) (row []float32, step int) {
	if s.blocks == nil {
		return s.from.row(uint32(place)), 1
	}
	block := place / simd.BlockRows
	return s.span(block, block+1)[place%simd.BlockRows:], simd.BlockRows
}

func l2Squared(q, row []float32, step int, worst float64) (sum float64) {
	for i, a := range q {
		d := float64(a) - float64(row[i*step])
		if sum += float64(d * d); sum > worst {
			break // later terms only add
		}
	}
	return sum
}

func l1(q, row []float32, step int, worst float64) (sum float64) {
	for i, a := range q {
		if sum += math.Abs(float64(a) - float64(row[i*step])); sum > worst {
			break
		}
	}
	return sum
}

func dot(q, row []float32, step int) (sum float64) {
	for i, a := range q {
		sum += float64(float64(a) * float64(row[i*step]))
	}
	return sum
}

// cosine takes the root of the product of both sums of squares, which is exact
// where they are equal: rows that are equal are at distance 0.
func cosine(q, row []float32, step int, squares float64) float64 {
	var others float64
	for i := range q {
		x := float64(row[i*step])
		others += float64(x * x)
	}
	if product := math.Sqrt(squares * others); product > 0 {
		return max(0, 1-dot(q, row, step)/product)
	}
	return 1
}

// sumOfSquares returns the sum of the squares of v.
func sumOfSquares(v []float32) (sum float64) {
	for _, x := range v {
		sum += float64(float64(x) * float64(x))
	}
	return sum
}
