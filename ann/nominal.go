package ann

import (
	"errors"
	"math"
	"slices"
)

// nominal says how the nominal columns of rows, the last ones, stand in vectors: as
// dials, groups of columns of which a code sets one, that of its remainder by the size
// of the dial. The squared distance between vectors is then 1 for each nominal column
// in which rows differ, as it is between rows, if the codes differ on all dials of the
// column. It is less where they do not, and never more.
//
// A column of few categories has one dial with a place for each: one-hot. More
// categories share two or three dials whose sizes have no common divisor, so that most
// codes differ on all of them and hardly any two on none. Codes that no row can have
// set nothing, which adds the same to the distances to all rows.
type nominal struct {
	columns int      // nominal ones of the rows
	limits  []uint32 // of each: above the codes of all rows, 1 to maxCodes
	dials   []dial
	width   int  // columns of vectors in all dials together
	shared  bool // codes that differ may share a place on a dial
}

// dial is the columns of vectors from column at on, counted from the first one of
// all dials, that stand for a nominal column.
type dial struct {
	column int
	at     int
	size   uint32
	value  float32 // of the column that is set
}

const (
	maxCodes      = 1 << 24 // codes that have places are whole numbers below
	columnDials   = 64      // most columns of vectors for a nominal one
	allDials      = 1024    // and for all together, or 2 for each where they are too many
	fewestOfThree = 12      // columns that are worth two or three dials
)

// newNominal returns how columns of codes below limits stand in vectors.
func newNominal(limits []uint32) nominal {
	n := nominal{columns: len(limits), limits: limits}
	most := uint32(columnDials)
	for ; most > 2 && !dialsFit(limits, most); most-- {
	}
	dials := 0
	for _, limit := range limits {
		_, count := dialSizes(limit, most)
		dials += count
	}
	n.dials = make([]dial, 0, dials)
	for column, limit := range limits {
		sizes, count := dialSizes(limit, most)
		for _, size := range sizes[:count] {
			n.dials = append(n.dials, dial{column, n.width, size, float32(math.Sqrt(0.5 / float64(count)))})
			n.width += int(size)
			n.shared = n.shared || size < limit
		}
	}
	return n
}

// dialsFit tells whether dials of at most so many columns for each limit are no more
// than allDials together.
func dialsFit(limits []uint32, most uint32) bool {
	all := uint32(0)
	for _, limit := range limits {
		sizes, count := dialSizes(limit, most)
		for _, size := range sizes[:count] {
			all += size
		}
		if all > allDials {
			return false
		}
	}
	return true
}

// dialSizes returns the sizes of the dials for codes below limit, at most most
// together, and their number.
func dialSizes(limit, most uint32) (sizes [3]uint32, count int) {
	half, third := most/2, most/3&^1 // neighbors of an even number have no common divisor
	switch {
	case limit <= most || most < fewestOfThree:
		return [3]uint32{min(limit, most)}, 1
	case limit <= (half-1)*half:
		return [3]uint32{half - 1, half}, 2
	}
	return [3]uint32{third - 1, third, third + 1}, 3
}

// limitsOf returns the limits of the last n columns of rows of dim columns.
func limitsOf(rows []float32, dim, n int) []uint32 {
	limits := make([]uint32, n)
	for i := dim - n; i < len(rows); i += dim {
		for j, x := range rows[i : i+n] {
			limits[j] = max(limits[j], limitOf(x))
		}
	}
	return limits
}

// limitOf returns the least limit of a column that holds x.
func limitOf(x float32) uint32 {
	if code, ok := codeOf(x); ok {
		return code + 1
	}
	return maxCodes
}

// codeOf returns x as a code, if it is one that has a place.
func codeOf(x float32) (uint32, bool) {
	if !(x >= 0 && x < maxCodes) {
		return 0, false
	}
	code := uint32(x)
	return code, float32(code) == x
}

// put sets the places of codes in dst, the columns of the dials, which are zero.
func (n *nominal) put(dst, codes []float32) {
	for i := range n.dials {
		d := &n.dials[i]
		if code, ok := codeOf(codes[d.column]); ok && code < n.limits[d.column] {
			dst[d.at+int(code%d.size)] = d.value
		}
	}
}

// checkNominal returns an error where limits are not those of the values.
func (x *segment) checkNominal() error {
	if n := x.nominal.columns; n > 0 && !slices.Equal(x.nominal.limits, limitsOf(x.values, x.dim, n)) {
		return errors.New("the limits of codes are not those of the values")
	}
	return nil
}

// addUnequal adds 1 to sum for each of the codes a that differs from that of b.
func addUnequal(sum float64, a, b []float32) float64 {
	for i, x := range a {
		if x != b[i] {
			sum++
		}
	}
	return sum
}
