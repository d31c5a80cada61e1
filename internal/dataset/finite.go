package dataset

import (
	"math"

	"github.com/nngmix/nngmix/internal/table"
)

// finite is a column of floats whose infinite values are missing.
type finite struct{ table.Column }

func (c finite) Missing(i int) bool { return !isFinite(c.Column.Float(i)) }

func (c finite) CountMissing(from, to int) (n int) {
	for i := from; i < to; i++ {
		if c.Missing(i) {
			n++
		}
	}
	return n
}

func (c finite) Float(i int) float64 {
	if x := c.Column.Float(i); isFinite(x) {
		return x
	}
	return math.NaN()
}

func (c finite) Floats(dst []float64, stride, from, to int) {
	c.Column.Floats(dst, stride, from, to)
	for i := range to - from {
		if x := &dst[i*stride]; !isFinite(*x) {
			*x = math.NaN()
		}
	}
}

func isFinite(x float64) bool { return math.Abs(x) <= math.MaxFloat64 }
