package exact

import "math"

// filter turns the distance of a query's k-th place into the bound that the
// float32 kernels compare with, such that no needed row is filtered out.
//
// With u = 2⁻²⁴ and g(m) = m·u/(1-m·u), a kernel's distance F and the exact one
// S satisfy |F-S| <= g(dim+2)·Σ|term| + (dim+2)·2⁻¹⁵⁰, the second part for terms
// too small for float32. The float64 distance D is far nearer to S than u/2·Σ|term|
// for all tables that fit a memory. So, with two more units of room:
//
//	L2Squared, L1   F <= D·(1+g(dim+4)) + (dim+4)·2⁻¹⁴⁹, since Σ|term| = S
//	InnerProduct    F <= D + g(dim+4)·|q|·|x| + ..., since Σ|term| <= |q|·|x|
//	Cosine          F <= D - 1 + g(dim+8): F is minus the dot product of vectors
//	                scaled to length 1, each value of which is off by a factor 1±2u
//
// A row is needed if D is at most the k-th distance w; it passes if F is below
// the bound, which is the first float32 above w·scale+shift.
type filter struct{ scale, shift float64 }

const unit = 0x1p-24

func gamma(m int) float64 { return float64(m) * unit / (1 - float64(m)*unit) }

// newFilter returns the filter for a query and rows of dim columns; lengths is at
// least the product of the lengths of the query and of any row.
func newFilter(m Metric, dim int, lengths float64) filter {
	tiny := float64(dim+4) * 0x1p-149
	switch m {
	case InnerProduct:
		return filter{1, gamma(dim+4)*lengths + tiny}
	case Cosine:
		return filter{1, gamma(dim+8) - 1}
	}
	return filter{1 + gamma(dim+4), tiny}
}

// bound returns the bound for a k-th distance of worst.
func (f filter) bound(worst float64) float32 {
	v := float64(worst*f.scale) + f.shift
	b := float32(v)
	if float64(b) <= v {
		b = math.Nextafter32(b, float32(math.Inf(1)))
	}
	return b
}

// ceiling returns a value not below the float64 distance of a row at distance d by
// the kernels of L2Squared or L1: S is at most (F+tiny)/(1-g(dim+2)), and scale
// squared is more than that divisor calls for.
func (f filter) ceiling(d float32) float64 {
	return float64((float64(d) + f.shift) * f.scale * f.scale)
}

// overflows tells whether the kernels could leave the range of float32 for a
// query and rows whose sums of squares are at most q and rows: they then say
// nothing, and every row passes. Differences have sums of squares of at most
// 2(q+rows), and no other sum of the kernels is larger, L1 apart, whose sum is at
// most √dim times the root of that.
func overflows(q, rows float64) bool { return !(2.1*(q+rows) < math.MaxFloat32) }
