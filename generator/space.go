package generator

import (
	"context"
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/parallel"
)

// space maps rows to search space.
type space struct {
	columns []Column
	order   []int   // columns of the search matrix: the numeric ones, then the nominal ones
	nominal int     // number of nominal columns
	scales  []scale // of the numeric columns, in order
}

// scale maps x to (x-min)/width.
type scale struct{ min, width float64 }

// of returns x in search space.
func (c *scale) of(x float64) float32 { return float32((x - c.min) / c.width) }

// fits is false for what float32 does not hold, and for NaN.
func fits(f float32) bool { return f >= -math.MaxFloat32 && f <= math.MaxFloat32 }

// newScale returns the scale of c, which maps all to 0 where c is constant.
func newScale(c *Column) scale {
	if c.Max == c.Min {
		return scale{0, math.Inf(1)}
	}
	return scale{c.Min, c.width()}
}

// newSpace returns the search space of columns, or of dim columns left as they
// are where columns is nil.
func newSpace(columns []Column, dim int) *space {
	s := &space{columns: columns}
	if columns == nil {
		s.columns = make([]Column, dim)
		for j := range s.columns {
			s.columns[j].Max = 1
		}
	}
	var nominal []int
	for j := range s.columns {
		if c := &s.columns[j]; c.Nominal {
			nominal = append(nominal, j)
		} else {
			s.order = append(s.order, j)
			s.scales = append(s.scales, newScale(c))
		}
	}
	s.nominal = len(nominal)
	s.order = append(s.order, nominal...)
	return s
}

// SearchMatrix returns rows in search space, row-major with as many columns: the
// numeric ones first, then the nominal ones, whose number it returns too. This is
// what neighbor search works on, and what an index given as Data.Index holds.
// columns is that of Data; threads of 0 means GOMAXPROCS. The error is ErrColumns,
// a *ValueError or that of ctx.
func SearchMatrix(ctx context.Context, rows Rows, columns []Column, threads int) (matrix []float32, nominal int, err error) {
	if columns != nil && len(columns) != rows.Dim() {
		return nil, 0, fmt.Errorf("%w: %d columns described, the rows have %d", ErrColumns, len(columns), rows.Dim())
	}
	s := newSpace(columns, rows.Dim())
	matrix, err = s.matrix(ctx, rows, false, parallel.Threads(threads))
	return matrix, s.nominal, err
}

// matrix returns rows in search space, row-major. The error is a ValueError
// or that of ctx.
func (s *space) matrix(ctx context.Context, rows Rows, labeled bool, threads int) ([]float32, error) {
	dim := len(s.order)
	out := make([]float32, rows.Len()*dim)
	err := scan(ctx, rows, labeled, threads, func(i int, row []float64) int {
		dst := out[i*dim:][:dim]
		numeric := dim - s.nominal
		for p, j := range s.order[:numeric] {
			f := s.scales[p].of(row[j])
			if !fits(f) {
				if !s.columns[j].lacks(row[j]) {
					return j
				}
				if f = s.scales[p].of(s.columns[j].Fill); !fits(f) {
					return j
				}
			}
			dst[p] = f
		}
		for p, j := range s.order[numeric:] {
			x := row[j]
			if s.columns[j].lacks(x) {
				x = s.columns[j].Fill
			}
			f := float32(x)
			if float64(f) != x { // codes from 2²⁴ on may be rounded
				return j
			}
			dst[numeric+p] = f
		}
		return -1
	})
	return out, err
}

// bad returns the first column of row whose value cannot be used, or -1.
func (s *space) bad(row []float64) int {
	for j, x := range row {
		if !finite(x) && !s.columns[j].lacks(x) {
			return j
		}
	}
	return -1
}

// noise returns the standard deviation in the user's units of each column that
// is std in search space, or ErrOptions where noise could leave float64.
func (s *space) noise(std float64) ([]float64, error) {
	const most = 100 // more standard deviations than a draw has
	sd := make([]float64, len(s.columns))
	for j, c := range s.columns {
		if c.Nominal {
			continue
		}
		if sd[j] = std * c.width(); !finite(sd[j] * most) {
			return nil, fmt.Errorf("%w: NoiseStd is %g, too large for column %d from %g to %g", ErrOptions, std, j, c.Min, c.Max)
		}
	}
	return sd, nil
}

// clip moves the numeric columns of x into their ranges.
func (s *space) clip(x []float64) {
	for j := range s.columns {
		if c := &s.columns[j]; !c.Nominal {
			x[j] = max(c.Min, min(c.Max, x[j]))
		}
	}
}
