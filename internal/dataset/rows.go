package dataset

import (
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// Rows are some rows of the set's table, as generator.Rows wants them.
type Rows struct {
	features []table.Column
	fill     []float64
	rows     []int
}

// NewRows returns all rows of columns, numbers as they are; the missing values of
// column j become fill[j].
func NewRows(columns []table.Column, fill []float64) Rows {
	return Rows{columns, fill, allRows(columns[0].Len())}
}

// Fill returns what a missing value of each feature becomes in search; not to be changed.
func (s *Set) Fill() []float64 { return s.fill }

// LabeledRows returns the labeled anomalies, in the order of s.Labeled.
func (s *Set) LabeledRows() Rows { return s.rows(s.Labeled) }

// UnlabeledRows returns the unlabeled rows, in the order of s.Unlabeled.
func (s *Set) UnlabeledRows() Rows { return s.rows(s.Unlabeled) }

// rows returns the rows with these numbers, filled unless MissingKeep was chosen.
func (s *Set) rows(numbers []int) Rows {
	fill := s.fill
	if s.keep {
		fill = slices.Repeat([]float64{math.NaN()}, len(s.Features))
	}
	return Rows{s.Features, fill, numbers}
}

// Dim returns the number of features.
func (r Rows) Dim() int { return len(r.features) }

// Len returns the number of rows.
func (r Rows) Len() int { return len(r.rows) }

// Row writes the features of row i to dst: numbers in the user's units,
// categories as codes, missing values filled or NaN.
func (r Rows) Row(dst []float64, i int) {
	row := r.rows[i]
	for j, c := range r.features {
		x := c.Float(row)
		if x != x || c.Missing(row) {
			x = r.fill[j]
		}
		dst[j] = x
	}
}

// Rows writes rows from ≤ i < to to dst, row-major, as Row would one by one.
// Neighbors in the table are read a column at a time.
func (r Rows) Rows(dst []float64, from, to int) {
	dim := len(r.features)
	for from < to {
		first, n := r.rows[from], 1
		for from+n < to && r.rows[from+n] == first+n {
			n++
		}
		for j, c := range r.features {
			c.Floats(dst[j:], dim, first, first+n)
		}
		r.fillRows(dst[:n*dim])
		dst, from = dst[n*dim:], from+n
	}
}

// fillRows fills the missing values of rows of features.
func (r Rows) fillRows(rows []float64) {
	dim := len(r.fill)
	for i, x := range rows {
		if x != x {
			rows[i] = r.fill[i%dim]
		}
	}
}

// HiddenRows tells of each row of the table whether it is a labeled anomaly that
// LabeledFraction moved to the unlabeled rows, as 1 and 0.
func (s *Set) HiddenRows() []uint8 {
	marks := make([]uint8, s.Table.Rows)
	for _, i := range s.hidden {
		marks[i] = 1
	}
	return marks
}
