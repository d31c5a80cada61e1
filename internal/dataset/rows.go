package dataset

import (
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

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// LabeledRows returns the labeled anomalies, in the order of s.Labeled.
func (s *Set) LabeledRows() Rows { return s.rows(s.Labeled) }

// UnlabeledRows returns the unlabeled rows, in the order of s.Unlabeled.
func (s *Set) UnlabeledRows() Rows { return s.rows(s.Unlabeled) }

// rows returns the rows with these numbers, filled unless MissingKeep was chosen.
func (s *Set) rows(numbers []int) Rows { return s.Summary.rows(s.Features, numbers) }

// rows returns rows of features.
func (s *Summary) rows(features []table.Column, numbers []int) Rows {
	if s.opt.Missing == MissingKeep {
		return Rows{features, s.lacking, numbers}
	}
	return Rows{features, s.fill, numbers}
}

// LabeledAt returns the row of Table that labeled anomaly i is, or -1 for -1.
func (s *Set) LabeledAt(i int) int {
	if i < 0 {
		return -1
	}
	return s.Labeled[i]
}

// UnlabeledAt returns the row of Table that unlabeled row i is, among all of the whole
// table, or -1 for -1, or where it was not kept.
func (s *Set) UnlabeledAt(i int) int {
	if i >= 0 && s.positions != nil {
		at, found := slices.BinarySearch(s.positions, i)
		if i = at; !found {
			return -1
		}
	}
	if i < 0 {
		return -1
	}
	return s.Unlabeled[i]
}

// UnlabeledRow writes the features of unlabeled row i, among all of the whole table,
// to dst, and tells whether it was kept.
func (s *Set) UnlabeledRow(dst []float64, i int) bool {
	at := s.UnlabeledAt(i)
	if at < 0 {
		return false
	}
	s.rows(nil).row(dst, at)
	return true
}

// UnlabeledIn returns the unlabeled rows of a batch that begins with row first of the
// table, and their numbers in the table. columns are those of FeatureFields.
func (s *Summary) UnlabeledIn(first int, columns []table.Column) (Rows, []int) {
	n := columns[0].Len()
	here, numbers := make([]int, 0, n), make([]int, 0, n)
	next, _ := slices.BinarySearch(s.Anomalies, first)
	for i := range n {
		if next < len(s.Anomalies) && s.Anomalies[next] == first+i {
			next++
		} else if !s.dropped.has(first + i) {
			here, numbers = append(here, i), append(numbers, first+i)
		}
	}
	return s.rows(s.features(columns), here), numbers
}

// Positions returns where unlabeled rows with these numbers, ascending, stand among all
// unlabeled rows of the table.
func (s *Summary) Positions(numbers []int) []int {
	positions := make([]int, len(numbers))
	others, anomalies, row := 0, s.Anomalies, 0 // others: rows below row that are not unlabeled
	for i, number := range numbers {
		others += s.dropped.between(row, number)
		row = number
		for len(anomalies) > 0 && anomalies[0] < number {
			others, anomalies = others+1, anomalies[1:]
		}
		positions[i] = number - others
	}
	return positions
}

// Dim returns the number of features.
func (r Rows) Dim() int { return len(r.features) }

// Len returns the number of rows.
func (r Rows) Len() int { return len(r.rows) }

// Row writes the features of row i to dst: numbers in the user's units,
// categories as codes, missing values filled or NaN.
func (r Rows) Row(dst []float64, i int) { r.row(dst, r.rows[i]) }

// row is Row for a row of the table.
func (r Rows) row(dst []float64, row int) {
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

// HiddenIn tells of n rows of the whole table, from row first on, whether each is a
// labeled anomaly that LabeledFraction moved to the unlabeled rows, as 1 and 0.
func (s *Summary) HiddenIn(first, n int) []uint8 {
	marks := make([]uint8, n)
	from, _ := slices.BinarySearch(s.hidden, first)
	for _, i := range s.hidden[from:] {
		if i >= first+n {
			break
		}
		marks[i-first] = 1
	}
	return marks
}
