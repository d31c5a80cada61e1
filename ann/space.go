package ann

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// space maps rows and queries under a metric to vectors between which a distance
// that is not negative orders neighbors in the same way:
//
//	L2Squared, L1  the rows themselves, but for nominal columns: see nominal
//	Cosine         rows scaled to length 1, squared L2: |a-b|² = 2(1-cos). A zero
//	               row, at distance 1 from every other, becomes a unit vector in
//	               one more column.
//	InnerProduct   rows with one more column that makes all of them as long as
//	               the longest, R; a query of length R with 0 there has squared
//	               L2 |q-x|² = 2R²-2q·x (Bachrach et al., Speeding up the Xbox
//	               recommender system using a Euclidean transformation for
//	               inner-product spaces, RecSys 2014). The graph is made so, but
//	               queries, scaled to length 1, rank rows by -q·x itself: where R is
//	               far longer than most rows, 2R² leaves no bits for products
type space struct {
	metric exact.Metric
	dim    int     // columns of the rows given
	radius float64 // R, for InnerProduct

	nominal nominal // columns behind the numbers
}

// keepsValues tells whether rows cannot be told from their vectors.
func (s *space) keepsValues() bool { return s.metric == exact.Cosine || s.nominal.columns > 0 }

// newSpace returns the space of rows, which are finite, or an error where their
// distances could overflow float32.
func newSpace(opt Options, rows []float32, dim int) (space, error) {
	s := space{metric: opt.Metric, dim: dim, nominal: newNominal(limitsOf(rows, dim, opt.Nominal))}
	if opt.Metric == exact.Cosine {
		return s, nil // any length becomes 1
	}
	const chunk = 1024
	n := len(rows) / dim
	longests := make([]float64, (n+chunk-1)/chunk)
	parallel.Chunks(parallel.Threads(opt.Threads), n, chunk, func(lo, hi int) {
		longest := &longests[lo/chunk]
		for i := lo; i < hi && *longest <= maxSize; i++ {
			*longest = max(*longest, s.size(rows[i*dim:][:dim]))
		}
	})
	longest := slices.Max(longests)
	if longest > maxSize {
		for i := 0; ; i++ {
			if size := s.size(rows[i*dim:][:dim]); size > maxSize {
				return s, s.tooLong("row", i, size)
			}
		}
	}
	if opt.Metric == exact.InnerProduct {
		s.radius = math.Sqrt(longest)
	}
	return s, nil
}

// width returns the number of columns of the vectors.
func (s *space) width() int {
	if s.metric == exact.Cosine || s.metric == exact.InnerProduct {
		return s.dim + 1
	}
	return s.numeric() + s.nominal.width
}

// numeric returns the number of columns of the rows that are not nominal.
func (s *space) numeric() int { return s.dim - s.nominal.columns }

// padded returns width with padding.
func (s *space) padded() int { return (s.width() + simd.Lanes - 1) / simd.Lanes * simd.Lanes }

// maxSize bounds the size of rows and queries: two of them are then at a
// distance that float32 can hold.
const maxSize = math.MaxFloat32 / 8

// size returns the sum of the squares of the numbers in v, or under L1 of the
// absolute values.
func (s *space) size(v []float32) (sum float64) {
	v = v[:s.numeric()]
	if s.metric == exact.L1 {
		for _, x := range v {
			sum += math.Abs(float64(x))
		}
		return sum
	}
	for _, x := range v {
		sum += float64(float64(x) * float64(x))
	}
	return sum
}

func (s *space) tooLong(what string, i int, size float64) error {
	return fmt.Errorf("%w: %s %d has size %.3g under %v, want at most %.3g: scale the columns", ErrTooLarge, what, i, size, s.metric, float64(maxSize))
}

// kernelsAt returns the kernels that compare vectors.
func (s *space) kernelsAt(level simd.Level) (*simd.Kernels, error) {
	if s.metric == exact.L1 {
		return simd.At(level, simd.L1)
	}
	return simd.At(level, simd.L2Squared)
}

// productsAt returns the kernels by whose products with a query rows are ranked, or nil
// where they are by their distance.
func (s *space) productsAt(level simd.Level) (*simd.Kernels, error) {
	if s.metric != exact.InnerProduct {
		return nil, nil
	}
	return simd.At(level, simd.InnerProduct)
}

// putRow writes the vector of row to dst, which has zeros in all columns.
func (s *space) putRow(dst, row []float32) {
	switch s.metric {
	case exact.Cosine:
		if !scaleTo(dst, row, 1) {
			dst[s.dim] = 1
		}
	case exact.InnerProduct:
		copy(dst, row)
		missing := float64(s.radius*s.radius) - s.size(row)
		dst[s.dim] = float32(math.Sqrt(max(missing, 0)))
	default:
		s.putBoth(dst, row)
	}
}

// putQuery writes the vector of query to dst, which has zeros in all columns.
func (s *space) putQuery(dst, query []float32) {
	switch s.metric {
	case exact.Cosine:
		scaleTo(dst, query, 1)
	case exact.InnerProduct:
		scaleTo(dst, query, 1)
	default:
		s.putBoth(dst, query)
	}
}

// putBoth writes the numbers of v as they are to dst, and then its codes.
func (s *space) putBoth(dst, v []float32) {
	numeric := s.numeric()
	copy(dst, v[:numeric])
	s.nominal.put(dst[numeric:], v[numeric:])
}

// scaleTo writes v scaled to a length to dst and tells whether v can be scaled.
func scaleTo(dst, v []float32, length float64) bool {
	var squares float64
	for _, x := range v {
		squares += float64(float64(x) * float64(x))
	}
	if squares == 0 {
		return false
	}
	factor := length / math.Sqrt(squares)
	for i, x := range v {
		dst[i] = float32(float64(x) * factor)
	}
	return true
}

// distance returns the distance between q, the sum of whose squares counts for
// Cosine only, and row in float64, with the bits that package exact gives.
func (s *space) distance(q []float32, squares float64, row []float32) (sum float64) {
	row = row[:len(q)]
	switch s.metric {
	case exact.L1:
		for i, a := range q {
			sum += math.Abs(float64(a) - float64(row[i]))
		}
		return sum
	case exact.InnerProduct:
		return -dot(q, row)
	case exact.Cosine:
		if product := math.Sqrt(squares * dot(row, row)); product > 0 {
			return max(0, 1-dot(q, row)/product)
		}
		return 1
	}
	numeric := s.numeric()
	for i, a := range q[:numeric] {
		d := float64(a) - float64(row[i])
		sum += float64(d * d)
	}
	return addUnequal(sum, q[numeric:], row[numeric:])
}

func dot(a, b []float32) (sum float64) {
	for i, x := range a {
		sum += float64(float64(x) * float64(b[i]))
	}
	return sum
}
