package dataset

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/nngmix/nngmix/internal/table"
	"gonum.org/v1/gonum/stat"
)

// handleMissing returns the rows to use, ascending, and sets what missing values
// become.
func (s *Set) handleMissing(how Missing) ([]int, error) {
	s.fill = make([]float64, len(s.Features))
	missing, incomplete := s.countMissing()
	if how == MissingError {
		return allRows(s.Table.Rows), s.missingError(missing)
	}
	if how == MissingMedian {
		for j, c := range s.Features {
			if missing[j] > 0 {
				s.fill[j] = typical(c, s.Columns[j].Nominal)
			}
		}
		return allRows(s.Table.Rows), nil
	}
	rows := make([]int, 0, s.Table.Rows)
	for i, bad := range incomplete {
		if !bad {
			rows = append(rows, i)
		}
	}
	s.Dropped = s.Table.Rows - len(rows)
	if len(rows) == 0 {
		return nil, fmt.Errorf("every row has a missing value, so --missing drop leaves none: use --missing median, or --drop the columns that lack most")
	}
	return rows, nil
}

// countMissing counts the missing values of each feature and marks the rows
// that have any.
func (s *Set) countMissing() (missing []int, incomplete []bool) {
	counts := make([]atomic.Int64, len(s.Features))
	incomplete = make([]bool, s.Table.Rows)
	s.eachChunk(func(_, from, to int) error {
		for j, c := range s.Features {
			n := c.CountMissing(from, to)
			if n == 0 {
				continue
			}
			counts[j].Add(int64(n))
			for i := from; i < to; i++ {
				incomplete[i] = incomplete[i] || c.Missing(i)
			}
		}
		return nil
	})
	missing = make([]int, len(s.Features))
	for j := range missing {
		missing[j] = int(counts[j].Load())
	}
	return missing, incomplete
}

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// missingError tells how many values each column lacks; nil where none does.
func (s *Set) missingError(missing []int) error {
	var list []string
	for j, n := range missing {
		if n > 0 {
			list = append(list, fmt.Sprintf("%s %d", s.Features[j].Name(), n))
		}
	}
	if len(list) == 0 {
		return nil
	}
	return fmt.Errorf("missing values: %s (of %d rows); say what to do with --missing drop or --missing median, or leave a column out with --drop",
		strings.Join(list, ", "), s.Table.Rows)
}

// typical returns the median of a numeric column, an observed value, or the most
// frequent code of a nominal one, the least of equals; 0 for an empty column.
func typical(c table.Column, nominal bool) float64 {
	var values []float64
	for i := range c.Len() {
		if !c.Missing(i) {
			values = append(values, c.Float(i))
		}
	}
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	if nominal {
		mode, _ := stat.Mode(values, nil)
		return mode
	}
	return stat.Quantile(0.5, stat.Empirical, values, nil)
}
